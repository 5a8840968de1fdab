/** Takes secrets out of whatever leaves the house for somebody to look at. Pure. */

const SECRET_NAME = /secret|passw|token|credential|authorization|cookie|private|^pin$|api_?key|claim/i;
const PEM = /-----BEGIN [A-Z ]*(?:PRIVATE KEY|CERTIFICATE)-----[\s\S]*?(?:-----END [A-Z ]+-----|$)/g;
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi;
const NAMED_IN_TEXT =
  /((?:secret|passw(?:or)?d|token|authorization)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;}&]+)/gi;

export const LEFT_OUT = '(left out)';

/** A copy without secrets: by the names of fields, by shape (keys, passwords in addresses), and these very values wherever they stand. */
export function redact(value: unknown, secrets: readonly string[]): unknown {
  // A short secret could be part of any word; whoever has one has none.
  const known = secrets.filter((secret) => secret.length >= 4);
  const all = known.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('hex'),
    Buffer.from(secret).toString('base64'),
  ]);
  return strip(value, all);
}

function strip(value: unknown, secrets: readonly string[]): unknown {
  if (typeof value === 'string') return stripText(value, secrets);
  if (Array.isArray(value)) return value.map((each) => strip(each, secrets));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      stripText(name, secrets),
      SECRET_NAME.test(name) && typeof each !== 'boolean' && each !== null ? LEFT_OUT : strip(each, secrets),
    ]),
  );
}

function stripText(text: string, secrets: readonly string[]): string {
  const named = text
    .replace(PEM, LEFT_OUT)
    .replace(USER_INFO, `$1${LEFT_OUT}@`)
    .replace(NAMED_IN_TEXT, `$1${LEFT_OUT}`);
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, LEFT_OUT), named);
}
