import { timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ApiScope } from '#lib/contracts';
import { type Actor, asSystem } from '../platform/context.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { type Authenticated, Authenticator } from '../platform/http/authenticator.js';
import { newId } from '../platform/ids.js';
import { findSession } from './access.queries.js';
import { hashToken, newSessionToken, partsOfApiKey, siteOfSession } from './tokens.js';

export type Face = 'office' | 'floor';

export interface NewSession {
  personId: string;
  siteId: number;
  face: Face;
  stationId: string | null;
}

const HOUR_MS = 3_600_000;
/** Each use puts the end off by this much: a shift on the floor, a day's work in the office. */
const LIFE_MS: Record<Face, number> = { floor: 10 * HOUR_MS, office: 12 * HOUR_MS };
/** The end is written anew at most this often. */
const SLIDE_EVERY_MS = 5 * 60_000;
/** A checked credential is trusted this long without asking the database; signing out here takes effect at once. */
const REMEMBER_MS = 3_000;
const REMEMBER_MAX = 5_000;

interface Remembered {
  found: Authenticated | null;
  until: number;
}

/** Sessions of people and keys of merchants: makes, checks and ends them. Tokens are stored as hashes only. */
@Injectable()
export class SessionsService extends Authenticator {
  private readonly remembered = new Map<string, Remembered>();

  constructor(private readonly db: Database) {
    super();
  }

  /** @returns the token, which exists nowhere else, and the session's id. */
  async open(
    tx: Tx,
    { personId, siteId, face, stationId }: NewSession,
  ): Promise<{ token: string; sessionId: string }> {
    const token = newSessionToken(siteId);
    const sessionId = newId();
    await rows(
      tx,
      `insert into sessions (site_id, id, person_id, token_hash, face, station_id, created_at, expires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        siteId,
        sessionId,
        personId,
        hashToken(token),
        face,
        stationId,
        tx.at,
        new Date(tx.at.getTime() + LIFE_MS[face]),
      ],
    );
    return { token, sessionId };
  }

  async end(tx: Tx, sessionId: string): Promise<void> {
    await rows(tx, 'update sessions set ended_at = $3 where site_id = $1 and id = $2 and ended_at is null', [
      tx.siteId,
      sessionId,
      tx.at,
    ]);
    tx.afterCommit(() => this.forget());
  }

  /** Ends all sessions of a person at this site: a new PIN, a lost badge, another role. */
  async endAllOf(tx: Tx, personId: string): Promise<void> {
    await rows(
      tx,
      'update sessions set ended_at = $3 where site_id = $1 and person_id = $2 and ended_at is null',
      [tx.siteId, personId, tx.at],
    );
    tx.afterCommit(() => this.forget());
  }

  async moveTo(tx: Tx, sessionId: string, stationId: string): Promise<void> {
    await affected(tx, 'update sessions set station_id = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      sessionId,
      stationId,
    ]);
    tx.afterCommit(() => this.forget());
  }

  /** Credentials change rarely; forgetting all of them costs one look each. */
  forget(): void {
    this.remembered.clear();
  }

  async check(token: string): Promise<Authenticated | null> {
    const key = hashToken(token);
    const now = performance.now();
    const known = this.remembered.get(key);
    if (known && known.until > now) return known.found;
    const found = token.startsWith('whk_') ? await this.checkKey(token) : await this.checkSession(token, key);
    if (this.remembered.size >= REMEMBER_MAX) this.remembered.clear();
    this.remembered.set(key, { found, until: now + REMEMBER_MS });
    return found;
  }

  private async checkSession(token: string, tokenHash: string): Promise<Authenticated | null> {
    const siteId = siteOfSession(token);
    if (siteId === null) return null;
    return asSystem('access', siteId, () =>
      this.db.transaction(async (tx) => {
        const session = await findSession(tx, tokenHash);
        if (!session) return null;
        const expiresAt = await slide(tx, session.id, session.face, session.expires_at);
        const {
          id: sessionId,
          person_id: personId,
          name,
          roles,
          face,
          station_id: stationId,
          language,
        } = session;
        const actor: Actor = {
          kind: 'person',
          personId,
          name,
          siteId,
          roles,
          sessionId,
          face,
          stationId,
          language,
        };
        return { actor, expiresAt };
      }),
    );
  }

  private async checkKey(token: string): Promise<Authenticated | null> {
    const parts = partsOfApiKey(token);
    if (!parts) return null;
    const found = await asSystem('access', null, () =>
      this.db.transaction((tx) =>
        row<{ id: string; merchant_id: string; site_id: number; secret_hash: string; scopes: ApiScope[] }>(
          tx,
          `select k.id, k.merchant_id, k.site_id, k.secret_hash, k.scopes from api_keys k
           join merchants m on m.id = k.merchant_id
           where k.prefix = $1 and k.revoked_at is null and m.active`,
          [parts.prefix],
        ),
      ),
    );
    if (!found || !timingSafeEqual(Buffer.from(found.secret_hash), Buffer.from(hashToken(parts.secret))))
      return null;
    const { id: keyId, merchant_id: merchantId, site_id: siteId, scopes } = found;
    return { actor: { kind: 'merchant', merchantId, siteId, keyId, scopes }, expiresAt: null };
  }
}

/** Puts the end of a used session off; answers when it ends now. */
async function slide(tx: Tx, sessionId: string, face: Face, expiresAt: Date): Promise<Date> {
  const end = new Date(tx.at.getTime() + LIFE_MS[face]);
  if (end.getTime() - expiresAt.getTime() < SLIDE_EVERY_MS) return expiresAt;
  await rows(tx, 'update sessions set expires_at = $3 where site_id = $1 and id = $2', [
    tx.siteId,
    sessionId,
    end,
  ]);
  return end;
}
