import { createHash, randomBytes } from 'node:crypto';

/**
 * Tokens are random (256 bit), so a plain SHA-256 is enough to store them: nobody can guess them from the hash, and the check costs
 * microseconds, not the argon2id of a password.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

export function randomSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A person's session. The site stands in it because sessions lie with their site's rows. */
export function newSessionToken(siteId: number): string {
  return `whs_${siteId}_${randomSecret()}`;
}

/** @returns the site of a session token, null for anything else. */
export function siteOfSession(token: string): number | null {
  const match = /^whs_(\d{1,9})_[A-Za-z0-9_-]{43}$/.exec(token);
  return match ? Number(match[1]) : null;
}

export interface ApiKeyParts {
  prefix: string;
  secret: string;
}

/** The prefix finds the row and may be shown in lists; only the secret opens anything. */
export function newApiKey(): ApiKeyParts & { key: string } {
  const prefix = randomBytes(6).toString('hex');
  const secret = randomSecret();
  return { prefix, secret, key: `whk_${prefix}_${secret}` };
}

export function partsOfApiKey(token: string): ApiKeyParts | null {
  const match = /^whk_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/.exec(token);
  return match ? { prefix: match[1]!, secret: match[2]! } : null;
}
