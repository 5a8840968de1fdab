import { Injectable } from '@nestjs/common';
import { Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { WORLD } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { InventoryService } from './inventory.service.js';
import { lotFor } from './lot.js';
import type { Account } from './movement.js';

export interface StockAdjustment {
  eventId: string;
  merchantCode: string;
  sku: string;
  locationCode: string;
  /** Positive brings goods into the book, negative takes them out. */
  quantity: number;
  reason: string;
  lot?: string;
  expiresOn?: string;
  /** Goods that are taken out go to scrap instead of the adjustment account. */
  scrap?: boolean;
}

export interface ItemAtPlace {
  itemId: string;
  merchantId: string;
  locationId: string;
  tracking: 'none' | 'lot' | 'serial' | 'expiry';
}

/** Corrections by a person: goods found, broken or brought in without a receipt. */
@Injectable()
export class AdjustmentsService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
  ) {}

  /** The same event twice adjusts once. */
  async adjustStock(adjustment: StockAdjustment): Promise<{ applied: boolean }> {
    return this.db.transaction((tx) => this.adjust(tx, adjustment));
  }

  async adjust(tx: Tx, adjustment: StockAdjustment): Promise<{ applied: boolean }> {
    const place = await this.findPlace(tx, adjustment);
    const lot = lotFor(place.tracking, adjustment);
    if (lot !== '' && adjustment.quantity > 0) {
      const expiresOn = adjustment.expiresOn ?? null;
      await this.inventory.learnLot(tx, {
        merchantId: place.merchantId,
        itemId: place.itemId,
        lot,
        expiresOn,
      });
    }
    const location: Account = { kind: 'location', id: place.locationId };
    const world: Account = { kind: adjustment.scrap ? 'scrap' : 'adjustment', id: WORLD };
    const [from, to] = adjustment.quantity > 0 ? [world, location] : [location, world];
    const { merchantId, itemId } = place;
    const quantity = Math.abs(adjustment.quantity);
    const { eventId, reason } = adjustment;
    const fresh = await this.inventory.move(tx, [
      { merchantId, itemId, lot, quantity, from, to, reason, eventId },
    ]);
    if (fresh.length === 0) return { applied: false };
    const data = { itemId, locationId: place.locationId, quantity: adjustment.quantity, reason };
    await addEvent(tx, { type: 'inventory.stock-adjusted', aggregateId: itemId, merchantId, data });
    return { applied: true };
  }

  private async findPlace(tx: Tx, adjustment: StockAdjustment): Promise<ItemAtPlace> {
    const item = await row<{ id: string; merchant_id: string; tracking: ItemAtPlace['tracking'] }>(
      tx,
      `select i.id, i.merchant_id, i.tracking from items i join merchants m on m.id = i.merchant_id
       where m.code = $1 and i.sku = $2`,
      [adjustment.merchantCode, adjustment.sku],
    );
    if (!item) {
      const what = `${adjustment.merchantCode} has no item ${adjustment.sku}.`;
      throw new Refusal('inventory.unknown-item', what, { status: 404, facts: { sku: adjustment.sku } });
    }
    const location = await row<{ id: string }>(
      tx,
      `select id from locations where site_id = $1 and code = $2`,
      [tx.siteId, adjustment.locationCode],
    );
    if (!location) {
      const what = `There is no location ${adjustment.locationCode}.`;
      throw new Refusal('inventory.unknown-location', what, {
        status: 404,
        facts: { code: adjustment.locationCode },
      });
    }
    return {
      itemId: item.id,
      merchantId: item.merchant_id,
      locationId: location.id,
      tracking: item.tracking,
    };
  }
}
