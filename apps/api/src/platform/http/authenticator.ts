import type { Actor } from '../context.js';

/** A checked credential: who it is and until when. */
export interface Authenticated {
  actor: Actor;
  /** Null for a merchant's key, which lives until it is revoked. */
  expiresAt: Date | null;
}

/** Checks credentials; the access module implements it for HTTP's guard and for the live namespaces. */
export abstract class Authenticator {
  /** @returns null for a token that is unknown, ended, revoked or expired. */
  abstract check(token: string): Promise<Authenticated | null>;
}
