import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import type { ConfirmPutAway, PutAwayView } from '#lib/contracts';
import { readItemScan } from '#lib/floor';
import { InventoryService } from '../inventory/inventory.service.js';
import { affected, Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { ReceivingQueries } from './receiving.queries.js';
import './receiving.events.js';

interface PutAwayRow {
  id: string;
  merchant_id: string;
  item_id: string;
  sku: string;
  lot: string;
  quantity: number;
  from_location_id: string;
  to_location_id: string;
  state: string;
  event_id: string | null;
  barcodes: { code: string; quantity: number }[];
}

/** Goods on their way from receiving to where they are picked. */
@Injectable()
export class PutAwayService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly queries: ReceivingQueries,
  ) {}

  /** Another location than the proposed one is taken and recorded. The same event twice is one confirmation. */
  async confirmPutAway(putAwayId: string, confirm: ConfirmPutAway): Promise<PutAwayView> {
    await this.db.transaction(async (tx) => {
      const task = await this.lock(tx, putAwayId);
      if (task.event_id === confirm.eventId) return;
      if (task.state !== 'ready') {
        throw new Refusal('receiving.put-away-done', 'These goods have been put away already.', {
          facts: { state: task.state },
        });
      }
      const scanned = readItemScan(task, task.lot, confirm.itemScan);
      if (!scanned.ok) {
        const { needed, got, code } = scanned.wrong;
        throw new Refusal(`receiving.${code}`, `Need ${needed}, got ${got}.`, { facts: { needed, got } });
      }
      await this.putAway(tx, task, {
        locationId: await this.targetOf(tx, confirm.locationScan),
        eventId: confirm.eventId,
      });
    });
    return this.queries.putAway(putAwayId);
  }

  private async putAway(
    tx: Tx,
    task: PutAwayRow,
    done: { locationId: string; eventId: string },
  ): Promise<void> {
    const { locationId, eventId } = done;
    if (locationId !== task.from_location_id) {
      await this.inventory.move(tx, [
        {
          merchantId: task.merchant_id,
          itemId: task.item_id,
          lot: task.lot,
          quantity: task.quantity,
          from: { kind: 'location', id: task.from_location_id },
          to: { kind: 'location', id: locationId },
          reason: 'put-away',
          eventId,
        },
      ]);
    }
    await affected(
      tx,
      `update put_aways set state = 'done', to_location_id = $3, event_id = $4, done_at = $5, done_by = $6
       where site_id = $1 and id = $2`,
      [tx.siteId, task.id, locationId, eventId, tx.at, tx.actorName],
    );
    await addEvent(tx, {
      type: 'receiving.goods-put-away',
      aggregateId: task.id,
      merchantId: task.merchant_id,
      data: {
        putAwayId: task.id,
        itemId: task.item_id,
        quantity: task.quantity,
        locationId,
        asProposed: locationId === task.to_location_id,
      },
    });
  }

  private async lock(tx: Tx, putAwayId: string): Promise<PutAwayRow> {
    const task = await row<PutAwayRow>(
      tx,
      `select p.id, p.merchant_id, p.item_id, i.sku, p.lot, p.quantity, p.from_location_id, p.to_location_id, p.state, p.event_id,
         coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
           where b.item_id = p.item_id), '[]') as barcodes
       from put_aways p join items i on i.id = p.item_id where p.site_id = $1 and p.id = $2 for update of p`,
      [tx.siteId, putAwayId],
    );
    if (!task) throw new Refusal('receiving.unknown-put-away', 'There is no such put-away.', { status: 404 });
    return task;
  }

  private async targetOf(tx: Tx, locationScan: string): Promise<string> {
    const scan = identifyScan(locationScan);
    const location = await row<{ id: string; type: string; blocked: boolean }>(
      tx,
      `select id, type, blocked from locations where site_id = $1 and code = $2`,
      [tx.siteId, scan.kind === 'location' ? scan.value : ''],
    );
    if (!location) {
      const got = scan.value || scan.data || '?';
      throw new Refusal('receiving.wrong-location', `Scan the location; ${got} is none.`, {
        facts: { needed: 'L-', got },
      });
    }
    if (location.blocked || !['pick-face', 'reserve'].includes(location.type)) {
      throw new Refusal('receiving.location-closed', `Goods can't be put away at ${scan.value}.`, {
        facts: { location: scan.value, type: location.type, blocked: location.blocked },
      });
    }
    return location.id;
  }
}
