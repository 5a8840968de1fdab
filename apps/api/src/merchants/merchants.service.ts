import { Injectable } from '@nestjs/common';
import type { MerchantView } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';

export interface MerchantRecord {
  code: string;
  name: string;
  settings: Record<string, unknown>;
}

const VIEW = 'select id, code, name, active from merchants';

/** The owners of the goods. */
@Injectable()
export class MerchantsService {
  constructor(private readonly db: Database) {}

  /** All merchants for the people of a site; for a merchant's key itself alone (row-level security). */
  list(): Promise<MerchantView[]> {
    return this.db.transaction((tx) => rows<MerchantView>(tx, `${VIEW} order by code`));
  }

  create({ code, name }: { code: string; name: string }): Promise<MerchantView> {
    return this.db.transaction(async (tx) => {
      const [made] = await rows<MerchantView>(
        tx,
        `insert into merchants (id, code, name, created_at) values ($1, $2, $3, $4) on conflict (code) do nothing
         returning id, code, name, active`,
        [newId(), code, name, tx.at],
      );
      if (!made)
        throw new Refusal('merchants.exists', `There is a merchant ${code} already.`, {
          facts: { merchant: code },
        });
      return made;
    });
  }

  /** Renames a merchant or ends (or renews) the business with it; its keys stop working while it is inactive. */
  change(code: string, change: { name?: string; active?: boolean }): Promise<MerchantView> {
    return this.db.transaction(async (tx) => {
      await affected(
        tx,
        'update merchants set name = coalesce($2, name), active = coalesce($3, active) where code = $1',
        [code, change.name ?? null, change.active ?? null],
      );
      const merchant = await row<MerchantView>(tx, `${VIEW} where code = $1`, [code]);
      if (!merchant) throw unknownMerchant(code);
      return merchant;
    });
  }

  /** Ids by code; codes nobody has are missing in the answer. Under a merchant's key only its own is seen. */
  async idsByCode(tx: Tx, codes: readonly string[]): Promise<Map<string, string>> {
    const found = await rows<{ id: string; code: string }>(
      tx,
      'select id, code from merchants where code = any($1::text[])',
      [[...new Set(codes)]],
    );
    return new Map(found.map(({ id, code }) => [code, id]));
  }

  /** Adds merchants or renames them, by code. */
  async put(tx: Tx, merchants: readonly MerchantRecord[]): Promise<void> {
    await rows(
      tx,
      `insert into merchants (id, code, name, settings, created_at)
       select m.id, m.code, m.name, m.settings, $1 from unnest($2::uuid[], $3::text[], $4::text[], $5::jsonb[])
         as m (id, code, name, settings)
       on conflict (code) do update set name = excluded.name, settings = excluded.settings`,
      [
        tx.at,
        merchants.map(() => newId()),
        merchants.map((each) => each.code),
        merchants.map((each) => each.name),
        merchants.map((each) => JSON.stringify(each.settings)),
      ],
    );
  }
}

export function unknownMerchant(code: string): Refusal {
  return new Refusal('merchants.unknown', `There is no merchant ${code}.`, {
    status: 404,
    facts: { merchant: code },
  });
}
