import { Injectable } from '@nestjs/common';
import type { StockView } from '#lib/contracts';
import { Database, row, rows } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import type { PlaceView } from './inventory.dto.js';

interface StockRow {
  id: string;
  sku: string;
  name: string;
  merchant_code: string;
  on_hand: number;
  promised: number;
  places: StockView['places'] | null;
}

const CONTENT = `select i.sku, i.name, m.code as "merchantCode", l.lot, to_char(o.expires_on, 'YYYY-MM-DD') as "expiresOn",
    l.quantity, l.reserved
  from levels l join items i on i.id = l.item_id join merchants m on m.id = l.merchant_id
  left join lots o on o.site_id = l.site_id and o.item_id = l.item_id and o.lot = l.lot
  where l.site_id = $1 and l.account_kind = $2 and l.account_id = $3 and l.quantity <> 0 order by i.sku, l.lot`;

/** What the book says, for screens and merchants. */
@Injectable()
export class InventoryQueries {
  constructor(private readonly db: Database) {}

  /** Stock by item; a merchant's key sees its own alone. `after` is the last SKU of the page before. */
  async stock(filter: {
    merchantCode?: string;
    sku?: string;
    after?: string;
    limit: number;
  }): Promise<StockView[]> {
    const found = await this.db.transaction((tx) =>
      rows<StockRow>(
        tx,
        `with page as (
           select i.id, i.sku, i.name, i.merchant_id, m.code from items i join merchants m on m.id = i.merchant_id
           where ($2::text is null or m.code = $2) and ($3::text is null or i.sku = $3)
             and ($4::text is null or m.code || ' ' || i.sku > $4)
           order by m.code || ' ' || i.sku limit $5)
         select p.id, p.sku, p.name, p.code as merchant_code, coalesce(t.on_hand, 0) as on_hand,
           coalesce(t.promised, 0) as promised,
           (select json_agg(json_build_object('account', coalesce(a.code, c.lpn, l.account_kind), 'kind', l.account_kind,
               'lot', l.lot, 'expiresOn', to_char(o.expires_on, 'YYYY-MM-DD'), 'quantity', l.quantity, 'reserved', l.reserved)
               order by l.account_kind, coalesce(a.code, c.lpn), l.lot)
            from levels l
            left join locations a on l.account_kind <> 'container' and a.site_id = l.site_id and a.id = l.account_id
            left join containers c on l.account_kind = 'container' and c.site_id = l.site_id and c.id = l.account_id
            left join lots o on o.site_id = l.site_id and o.item_id = l.item_id and o.lot = l.lot
            where l.site_id = $1 and l.item_id = p.id and l.quantity <> 0) as places
         from page p left join stock_totals t on t.site_id = $1 and t.item_id = p.id order by p.code || ' ' || p.sku`,
        [tx.siteId, filter.merchantCode ?? null, filter.sku ?? null, filter.after ?? null, filter.limit],
      ),
    );
    return found.map((each) => ({
      sku: each.sku,
      name: each.name,
      merchantCode: each.merchant_code,
      onHand: each.on_hand,
      promised: each.promised,
      available: each.on_hand - each.promised,
      places: each.places ?? [],
    }));
  }

  async location(code: string): Promise<PlaceView> {
    return this.place(
      'location',
      code,
      `select id, code, type as kind from locations where site_id = $1 and code = $2`,
    );
  }

  async container(lpn: string): Promise<PlaceView> {
    return this.place(
      'container',
      lpn,
      `select id, lpn as code, state as kind from containers where site_id = $1 and lpn = $2`,
    );
  }

  private async place(noun: 'location' | 'container', code: string, find: string): Promise<PlaceView> {
    return this.db.transaction(async (tx) => {
      const place = await row<{ id: string; code: string; kind: string }>(tx, find, [tx.siteId, code]);
      if (!place)
        throw new Refusal(`inventory.unknown-${noun}`, `There is no ${noun} ${code}.`, {
          status: 404,
          facts: { code },
        });
      const content = await rows<PlaceView['content'][number]>(tx, CONTENT, [tx.siteId, noun, place.id]);
      return { code: place.code, kind: place.kind, content };
    });
  }
}
