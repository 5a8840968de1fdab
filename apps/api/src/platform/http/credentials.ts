/** The cookie that carries a person's session. */
export const SESSION_COOKIE = 'wh_session';

export interface Presented {
  token: string;
  /** A cookie is sent by the browser on its own, so it needs the same-origin check; a bearer token does not. */
  by: 'cookie' | 'bearer';
}

type Headers = Record<string, string | string[] | undefined>;

/** The credential of a request; the Authorization header counts before the cookie. Null when there is none. */
export function presentedCredential(headers: Headers): Presented | null {
  const authorization = /^Bearer ([\x21-\x7e]{1,512})$/i.exec(single(headers.authorization));
  if (authorization) return { token: authorization[1]!, by: 'bearer' };
  const token = readCookie(single(headers.cookie), SESSION_COOKIE);
  return token ? { token, by: 'cookie' } : null;
}

/**
 * Whether a request comes from our own pages: by what the browser says of itself (pages cannot forge it), else, where the browser
 * says nothing (plain http in a warehouse), by Origin against Host.
 */
export function isSameOrigin(headers: Headers): boolean {
  const site = single(headers['sec-fetch-site']);
  if (site) return site === 'same-origin';
  const origin = single(headers.origin);
  return URL.canParse(origin) && new URL(origin).host === single(headers.host);
}

function readCookie(header: string, name: string): string | null {
  for (const part of header.split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null;
  }
  return null;
}

function single(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value) ?? '';
}
