import { Injectable } from '@nestjs/common';
import type { ReceiptView } from '#lib/contracts';
import { InventoryService } from '../inventory/inventory.service.js';
import { lotFor } from '../inventory/lot.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId, WORLD } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { AnnouncementsService } from './announcements.service.js';
import { type ExpectedLine, receiveAgainst } from './receive-goods.js';
import type { NewReceiptDto, ReceiveGoodsDto } from './receiving.dto.js';
import { ReceivingQueries } from './receiving.queries.js';
import './receiving.events.js';

interface ReceiptRow {
  id: string;
  merchant_id: string;
  state: string;
}

interface ReceivedItem {
  receiptId: string;
  merchantId: string;
  itemId: string;
  lot: string;
  quantity: number;
}

/** Receipts from their announcement to their end, and the goods that arrive for them. */
@Injectable()
export class ReceivingService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly queries: ReceivingQueries,
    private readonly announcements: AnnouncementsService,
  ) {}

  /** Takes an announcement on; the same reference again is answered with the receipt that is there. */
  announceReceipt(announced: NewReceiptDto): Promise<{ created: boolean; receipt: ReceiptView }> {
    return this.announcements.announceReceipt(announced);
  }

  /** Books goods in at the receiving location and makes the task of putting them away. The same event books once. */
  async receiveGoods(receiptId: string, goods: ReceiveGoodsDto): Promise<ReceiptView> {
    await this.db.transaction(async (tx) => {
      const receipt = await lockReceipt(tx, receiptId);
      const item = await this.itemOf(tx, receipt, goods.sku);
      const lot = lotFor(item.tracking, goods);
      const received = {
        receiptId,
        merchantId: receipt.merchant_id,
        itemId: item.id,
        lot,
        quantity: goods.quantity,
      };
      const booked = await row(tx, `select 1 from movements where site_id = $1 and event_id = $2`, [
        tx.siteId,
        goods.eventId,
      ]);
      if (booked) return;
      if (receipt.state === 'closed') {
        throw new Refusal(
          'receiving.receipt-closed',
          'This receipt is closed: nothing more is booked on it.',
        );
      }
      await this.bookAgainstLines(tx, receipt, { ...received, sku: goods.sku });
      if (lot !== '') await this.inventory.learnLot(tx, { ...received, expiresOn: goods.expiresOn ?? null });
      await this.bringIn(tx, received, goods.eventId);
    });
    return this.queries.receipt(receiptId);
  }

  /** Ends a receipt although less came than was announced. */
  async closeReceipt(receiptId: string): Promise<ReceiptView> {
    await this.db.transaction(async (tx) => {
      const receipt = await lockReceipt(tx, receiptId);
      if (receipt.state === 'closed') return;
      await affected(
        tx,
        `update receipts set state = 'closed', closed_at = $3 where site_id = $1 and id = $2`,
        [tx.siteId, receiptId, tx.at],
      );
      await addEvent(tx, {
        type: 'receiving.receipt-closed',
        aggregateId: receiptId,
        merchantId: receipt.merchant_id,
        data: { receiptId },
      });
    });
    return this.queries.receipt(receiptId);
  }

  private async itemOf(tx: Tx, receipt: ReceiptRow, sku: string) {
    const item = await row<{ id: string; tracking: 'none' | 'lot' | 'serial' | 'expiry' }>(
      tx,
      `select i.id, i.tracking from items i where i.merchant_id = $2 and i.sku = $3 and exists
         (select 1 from receipt_lines l where l.site_id = $1 and l.receipt_id = $4 and l.item_id = i.id)`,
      [tx.siteId, receipt.merchant_id, sku, receipt.id],
    );
    if (!item)
      throw new Refusal('receiving.not-announced', `${sku} is not on this receipt. Set it aside.`, {
        facts: { sku },
      });
    return item;
  }

  private async bookAgainstLines(
    tx: Tx,
    receipt: ReceiptRow,
    goods: ReceivedItem & { sku: string },
  ): Promise<void> {
    const lines = await rows<ExpectedLine>(
      tx,
      `select id, line_no as "lineNo", expected, received, lot from receipt_lines
       where site_id = $1 and receipt_id = $2 and item_id = $3 order by line_no for update`,
      [tx.siteId, receipt.id, goods.itemId],
    );
    const receiving = receiveAgainst(lines, goods);
    if (!receiving.accepted) {
      const { code, detail, facts } = receiving;
      throw new Refusal(code, detail, { facts });
    }
    await affected(
      tx,
      `update receipt_lines l set received = l.received + t.quantity from unnest($2::uuid[], $3::int[]) as t (id, quantity)
       where l.site_id = $1 and l.id = t.id`,
      [
        tx.siteId,
        receiving.takes.map(({ lineId }) => lineId),
        receiving.takes.map(({ quantity }) => quantity),
      ],
    );
    await affected(
      tx,
      `update receipts r set state = case when exists (select 1 from receipt_lines l where l.site_id = r.site_id
         and l.receipt_id = r.id and l.received < l.expected) then 'receiving' else 'received' end
       where r.site_id = $1 and r.id = $2`,
      [tx.siteId, receipt.id],
    );
  }

  private async bringIn(tx: Tx, received: ReceivedItem, eventId: string): Promise<void> {
    const { receiptId, merchantId, itemId, lot, quantity } = received;
    const dock = await row<{ id: string }>(
      tx,
      `select id from locations where site_id = $1 and type = 'receiving' and not blocked order by code limit 1`,
      [tx.siteId],
    );
    if (!dock) throw new Refusal('receiving.no-location', 'This site has no receiving location.');
    await this.inventory.move(tx, [
      {
        merchantId,
        itemId,
        lot,
        quantity,
        from: { kind: 'supplier', id: WORLD },
        to: { kind: 'location', id: dock.id },
        reason: 'receive',
        eventId,
      },
    ]);
    const target = await this.proposeLocation(tx, itemId, dock.id);
    const putAwayId = newId();
    await affected(
      tx,
      `insert into put_aways (site_id, id, merchant_id, item_id, lot, quantity, from_location_id, to_location_id, state, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'ready', $9) on conflict do nothing`,
      [tx.siteId, putAwayId, merchantId, itemId, lot, quantity, dock.id, target, tx.at],
    );
    const data = { receiptId, itemId, quantity, lot, putAwayId };
    await addEvent(tx, { type: 'receiving.goods-received', aggregateId: receiptId, merchantId, data });
  }

  /** Where the item's pick face is already; else the first empty one that nothing is on its way to. */
  private async proposeLocation(tx: Tx, itemId: string, dockId: string): Promise<string> {
    const found = await row<{ id: string }>(
      tx,
      `select l.id from locations l
       left join levels own on own.site_id = l.site_id and own.account_kind = 'location' and own.account_id = l.id
         and own.item_id = $2 and own.quantity > 0
       where l.site_id = $1 and l.type in ('pick-face', 'reserve') and not l.blocked and (own.item_id is not null or not exists
           (select 1 from levels x where x.site_id = l.site_id and x.account_kind = 'location' and x.account_id = l.id
              and x.quantity > 0)
         and not exists (select 1 from put_aways p where p.site_id = l.site_id and p.to_location_id = l.id
              and p.state = 'ready' and p.item_id <> $2))
       order by (own.item_id is not null) desc, (l.type = 'pick-face') desc, l.pick_sequence, l.id limit 1`,
      [tx.siteId, itemId],
    );
    return found?.id ?? dockId;
  }
}

async function lockReceipt(tx: Tx, receiptId: string): Promise<ReceiptRow> {
  const receipt = await row<ReceiptRow>(
    tx,
    `select id, merchant_id, state from receipts where site_id = $1 and id = $2 for update`,
    [tx.siteId, receiptId],
  );
  if (!receipt) throw new Refusal('receiving.unknown-receipt', 'There is no such receipt.', { status: 404 });
  return receipt;
}
