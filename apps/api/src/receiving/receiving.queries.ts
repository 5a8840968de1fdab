import { Injectable } from '@nestjs/common';
import type { Page, PutAwayView, ReceiptView } from '#lib/contracts';
import { Database, rows } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';

const RECEIPT = `select r.id, r.reference, m.code as "merchantCode", r.state,
    (select coalesce(json_agg(json_build_object('lineNo', l.line_no, 'sku', i.sku, 'name', i.name, 'expected', l.expected,
        'received', l.received, 'lot', l.lot, 'expiresOn', to_char(l.expires_on, 'YYYY-MM-DD')) order by l.line_no), '[]')
      from receipt_lines l join items i on i.id = l.item_id where l.site_id = r.site_id and l.receipt_id = r.id) as lines
  from receipts r join merchants m on m.id = r.merchant_id`;

const PUT_AWAY = `select p.id, i.sku, i.name, p.lot, p.quantity, f.code as "from", t.code as "to", p.state
  from put_aways p join items i on i.id = p.item_id
  join locations f on f.site_id = p.site_id and f.id = p.from_location_id
  join locations t on t.site_id = p.site_id and t.id = p.to_location_id`;

@Injectable()
export class ReceivingQueries {
  constructor(private readonly db: Database) {}

  /** Open receipts, or those in one state; oldest first. */
  async receipts(state: string | null): Promise<Page<ReceiptView>> {
    const items = await this.db.transaction((tx) =>
      rows<ReceiptView>(
        tx,
        `${RECEIPT} where r.site_id = $1 and ($2::text is null and r.state <> 'closed' or r.state = $2)
         order by r.created_at, r.id limit 200`,
        [tx.siteId, state],
      ),
    );
    return { items, next: null };
  }

  async receipt(id: string): Promise<ReceiptView> {
    const [found] = await this.db.transaction((tx) =>
      rows<ReceiptView>(tx, `${RECEIPT} where r.site_id = $1 and r.id = $2`, [tx.siteId, id]),
    );
    if (!found) throw new Refusal('receiving.unknown-receipt', 'There is no such receipt.', { status: 404 });
    return found;
  }

  /** In the order of the walk. */
  async putAways(state: string): Promise<Page<PutAwayView>> {
    const items = await this.db.transaction((tx) =>
      rows<PutAwayView>(
        tx,
        `${PUT_AWAY} where p.site_id = $1 and p.state = $2 order by t.pick_sequence, p.created_at, p.id limit 200`,
        [tx.siteId, state],
      ),
    );
    return { items, next: null };
  }

  async putAway(id: string): Promise<PutAwayView> {
    const [found] = await this.db.transaction((tx) =>
      rows<PutAwayView>(tx, `${PUT_AWAY} where p.site_id = $1 and p.id = $2`, [tx.siteId, id]),
    );
    if (!found)
      throw new Refusal('receiving.unknown-put-away', 'There is no such put-away.', { status: 404 });
    return found;
  }
}
