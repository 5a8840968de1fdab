import { Injectable } from '@nestjs/common';
import { countStates } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { WORLD } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import type { CountView } from './inventory.dto.js';
import { InventoryService } from './inventory.service.js';
import { postCount } from './post-count.js';

interface CountRow {
  id: string;
  merchant_id: string;
  location_id: string;
  item_id: string;
  lot: string;
  state: string;
  expected: number;
  counted: number | null;
}

const counts = { table: 'counts', states: countStates, noun: 'count' };

/** Counts: asked for by short picks and by people, recorded on the floor, approved, posted to the ledger. */
@Injectable()
export class CountsService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
  ) {}

  async listCounts(state: string | null): Promise<CountView[]> {
    return this.db.transaction((tx) =>
      rows<CountView>(
        tx,
        `select c.id, l.code as location, i.sku, i.name, c.lot, c.state, c.expected, c.counted, c.reason,
           c.opened_at as "openedAt"
         from counts c join locations l on l.site_id = c.site_id and l.id = c.location_id join items i on i.id = c.item_id
         where c.site_id = $1 and ($2::text is null and c.state <> 'posted' or c.state = $2) order by c.opened_at, c.id limit 500`,
        [tx.siteId, state],
      ),
    );
  }

  /** Asks for a count by hand; a count that is already open serves as well. */
  async requestCount(request: {
    locationCode: string;
    sku: string;
    merchantCode: string;
    lot: string;
  }): Promise<void> {
    await this.db.transaction(async (tx) => {
      const place = await row<{ location_id: string; item_id: string; merchant_id: string }>(
        tx,
        `select l.id as location_id, i.id as item_id, i.merchant_id from locations l, items i
         join merchants m on m.id = i.merchant_id
         where l.site_id = $1 and l.code = $2 and m.code = $3 and i.sku = $4`,
        [tx.siteId, request.locationCode, request.merchantCode, request.sku],
      );
      if (!place)
        throw new Refusal('inventory.unknown-place', 'There is no such location or item.', { status: 404 });
      await this.inventory.openCount(tx, {
        merchantId: place.merchant_id,
        locationId: place.location_id,
        itemId: place.item_id,
        lot: request.lot,
        reason: 'requested',
      });
    });
  }

  /** Writes down what was counted. A count that agrees with the book is posted at once; another waits for a supervisor. */
  async recordCount(countId: string, counted: number): Promise<{ state: string; difference: number }> {
    return this.db.transaction(async (tx) => {
      const count = await this.lockCount(tx, countId);
      const level = await row<{ quantity: number }>(
        tx,
        `select quantity from levels where site_id = $1 and account_kind = 'location' and account_id = $2 and item_id = $3
           and lot = $4 for update`,
        [tx.siteId, count.location_id, count.item_id, count.lot],
      );
      const expected = level?.quantity ?? 0;
      await move(tx, counts, countId, 'counted');
      await affected(tx, `update counts set expected = $3, counted = $4 where site_id = $1 and id = $2`, [
        tx.siteId,
        countId,
        expected,
        counted,
      ]);
      if (counted !== expected) return { state: 'counted', difference: counted - expected };
      await move(tx, counts, countId, 'approved');
      await this.post(tx, { ...count, expected, counted });
      return { state: 'posted', difference: 0 };
    });
  }

  /** A supervisor accepts what was counted: the book is made to agree with it. */
  async approveCount(countId: string): Promise<{ state: string; difference: number }> {
    return this.db.transaction(async (tx) => {
      const count = await this.lockCount(tx, countId);
      await move(tx, counts, countId, 'approved');
      await this.post(tx, count);
      return { state: 'posted', difference: count.counted! - count.expected };
    });
  }

  private async lockCount(tx: Tx, countId: string): Promise<CountRow> {
    const count = await row<CountRow>(
      tx,
      `select id, merchant_id, location_id, item_id, lot, state, expected, counted from counts
       where site_id = $1 and id = $2 for update`,
      [tx.siteId, countId],
    );
    if (!count) throw new Refusal('inventory.unknown-count', 'There is no such count.', { status: 404 });
    return count;
  }

  private async post(tx: Tx, count: CountRow): Promise<void> {
    const beside = await rows<{ account_kind: string; quantity: number }>(
      tx,
      `select account_kind, quantity from levels where site_id = $1 and account_kind in ('missing', 'shortfall')
         and account_id = $2 and item_id = $3 and lot = $4 order by account_kind for update`,
      [tx.siteId, count.location_id, count.item_id, count.lot],
    );
    const balance = (kind: string) => beside.find((each) => each.account_kind === kind)?.quantity ?? 0;
    const postings = postCount(
      {
        merchantId: count.merchant_id,
        locationId: count.location_id,
        itemId: count.item_id,
        lot: count.lot,
        expected: count.expected,
        counted: count.counted!,
        missing: balance('missing'),
        shortfall: balance('shortfall'),
      },
      { kind: 'adjustment', id: WORLD },
    );
    await this.inventory.move(
      tx,
      postings.map((posting, lineNo) => ({ ...posting, eventId: count.id, lineNo })),
    );
    await move(tx, counts, count.id, 'posted');
    await affected(tx, `update counts set closed_at = $3 where site_id = $1 and id = $2`, [
      tx.siteId,
      count.id,
      tx.at,
    ]);
    await addEvent(tx, {
      type: 'inventory.count-posted',
      aggregateId: count.id,
      merchantId: count.merchant_id,
      data: {
        countId: count.id,
        locationId: count.location_id,
        itemId: count.item_id,
        difference: count.counted! - count.expected,
      },
    });
  }
}
