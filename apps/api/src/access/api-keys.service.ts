import { Injectable } from '@nestjs/common';
import type { ApiScope } from '#lib/contracts';
import { affected, Database, row, rows } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { SessionsService } from './sessions.service.js';
import { hashToken, newApiKey } from './tokens.js';

export interface ApiKeyView {
  id: string;
  merchantCode: string;
  name: string;
  /** The beginning of the key, to tell keys apart. */
  prefix: string;
  scopes: ApiScope[];
  createdAt: Date;
  revokedAt: Date | null;
}

export interface NewApiKey {
  merchantCode: string;
  name: string;
  scopes: ApiScope[];
}

const VIEW = `select k.id, m.code as "merchantCode", k.name, 'whk_' || k.prefix as prefix, k.scopes,
    k.created_at as "createdAt", k.revoked_at as "revokedAt"
  from api_keys k join merchants m on m.id = k.merchant_id where k.site_id = $1`;

/** Keys by which a merchant's programs come in, at one site and with named scopes. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly db: Database,
    private readonly sessions: SessionsService,
  ) {}

  list(): Promise<ApiKeyView[]> {
    return this.db.transaction((tx) =>
      rows<ApiKeyView>(tx, `${VIEW} order by k.created_at desc, k.id`, [tx.siteId]),
    );
  }

  /** @returns the key itself beside its view: this once, it is not kept. */
  create({ merchantCode, name, scopes }: NewApiKey): Promise<ApiKeyView & { key: string }> {
    const { key, prefix, secret } = newApiKey();
    return this.db.transaction(async (tx) => {
      const merchant = await row<{ id: string }>(tx, 'select id from merchants where code = $1', [
        merchantCode,
      ]);
      if (!merchant) {
        throw new Refusal('access.unknown-merchant', `There is no merchant ${merchantCode}.`, {
          status: 404,
          facts: { merchant: merchantCode },
        });
      }
      const id = newId();
      await rows(
        tx,
        `insert into api_keys (id, merchant_id, site_id, name, prefix, secret_hash, scopes, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [id, merchant.id, tx.siteId, name, prefix, hashToken(secret), [...new Set(scopes)], tx.at],
      );
      await addEvent(tx, {
        type: 'access.api-key-created',
        aggregateId: id,
        merchantId: merchant.id,
        data: { keyId: id, scopes },
      });
      const view = await row<ApiKeyView>(tx, `${VIEW} and k.id = $2`, [tx.siteId, id]);
      return { ...view!, key };
    });
  }

  /** Ends a key for good; a second time changes nothing. */
  async revoke(id: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const ended = await affected(
        tx,
        'update api_keys set revoked_at = $3 where site_id = $1 and id = $2 and revoked_at is null',
        [tx.siteId, id, tx.at],
      );
      if (ended === 1) {
        await addEvent(tx, { type: 'access.api-key-revoked', aggregateId: id, data: { keyId: id } });
        tx.afterCommit(() => this.sessions.forget());
        return;
      }
      const known = await row(tx, 'select 1 from api_keys where site_id = $1 and id = $2', [tx.siteId, id]);
      if (!known) throw new Refusal('access.unknown-key', 'There is no such key.', { status: 404 });
    });
  }
}
