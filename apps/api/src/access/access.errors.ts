import { Refusal } from '../platform/refusal.js';

/** One sentence for an unknown name and for a wrong secret: nobody learns which names exist. */
export const wrongCredentials = () =>
  new Refusal('access.wrong-credentials', 'That name and secret do not fit together.', { status: 401 });

export const notSignedIn = () => new Refusal('access.not-signed-in', 'Sign in first.', { status: 401 });

export const notAllowed = () =>
  new Refusal('access.not-allowed', 'Your role does not allow this.', { status: 403 });

export const foreignOrigin = () =>
  new Refusal('access.foreign-origin', 'This request comes from a page of somebody else.', { status: 403 });

export const locked = (waitMs: number) => {
  const seconds = Math.ceil(waitMs / 1_000);
  return new Refusal('access.locked', `Too many wrong tries. Try again in ${seconds} s.`, {
    status: 429,
    facts: { seconds },
    retryAfterSeconds: seconds,
  });
};

export const unknownSite = (code: string) =>
  new Refusal('access.unknown-site', `You do not work at a site ${code}.`, {
    status: 403,
    facts: { site: code },
  });

export const noRole = () =>
  new Refusal('access.no-role', 'You have no role at any site. Ask an administrator.', { status: 403 });

export const unknownStation = (code: string) =>
  new Refusal('access.unknown-station', `There is no station ${code} at this site.`, {
    status: 404,
    facts: { station: code },
  });
