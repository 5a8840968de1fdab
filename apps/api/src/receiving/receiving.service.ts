import { Injectable } from '@nestjs/common';
import type { ReceiptView } from '#lib/contracts';
import { InventoryService } from '../inventory/inventory.service.js';
import { lotFor } from '../inventory/lot.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId, WORLD } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
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

/** Announced receipts and goods that arrive for them. */
@Injectable()
export class ReceivingService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly queries: ReceivingQueries,
  ) {}

  /** Takes an announcement on; the same reference again is answered with the receipt that is there. */
  async announceReceipt(announced: NewReceiptDto): Promise<{ created: boolean; receipt: ReceiptView }> {
    const { id, created } = await this.db.transaction((tx) => this.announce(tx, announced));
    return { created, receipt: await this.queries.receipt(id) };
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

  private async announce(tx: Tx, announced: NewReceiptDto): Promise<{ id: string; created: boolean }> {
    const own = tx.actor.kind === 'merchant' ? tx.actor.merchantId : null;
    const merchant = await row<{ id: string }>(
      tx,
      `select id from merchants where (id = $1 or $1::uuid is null) and ($2::text is null and $1::uuid is not null or code = $2)`,
      [own, announced.merchantCode ?? null],
    );
    if (!merchant) {
      const errors = [{ field: 'merchantCode', message: 'names no merchant' }];
      throw new Refusal('receiving.unknown-merchant', 'Say whose goods these are.', { status: 422, errors });
    }
    const items = await this.itemsOf(tx, merchant.id, announced);
    const id = newId();
    const expectedAt = announced.expectedOn ? new Date(`${announced.expectedOn}T00:00:00Z`) : null;
    const inserted = await affected(
      tx,
      `insert into receipts (site_id, id, merchant_id, reference, state, expected_at, created_at)
       values ($1, $2, $3, $4, 'expected', $5, $6) on conflict (site_id, merchant_id, reference) do nothing`,
      [tx.siteId, id, merchant.id, announced.reference, expectedAt, tx.at],
    );
    if (inserted === 0) {
      const first = await row<{ id: string }>(
        tx,
        `select id from receipts where site_id = $1 and merchant_id = $2 and reference = $3`,
        [tx.siteId, merchant.id, announced.reference],
      );
      return { id: first!.id, created: false };
    }
    await this.insertLines(tx, { id, merchantId: merchant.id }, announced, items);
    const data = { receiptId: id, reference: announced.reference };
    await addEvent(tx, {
      type: 'receiving.receipt-announced',
      aggregateId: id,
      merchantId: merchant.id,
      data,
    });
    return { id, created: true };
  }

  private async itemsOf(tx: Tx, merchantId: string, announced: NewReceiptDto): Promise<Map<string, string>> {
    const found = await rows<{ id: string; sku: string }>(
      tx,
      `select id, sku from items where merchant_id = $1 and sku = any($2::text[])`,
      [merchantId, announced.lines.map((line) => line.sku)],
    );
    const items = new Map(found.map(({ sku, id }) => [sku, id]));
    const errors = announced.lines.flatMap(({ sku }, at) =>
      items.has(sku) ? [] : [{ field: `lines.${at}.sku`, message: `there is no item ${sku}` }],
    );
    if (errors.length > 0) {
      const detail = `${errors.length} of the announced items are unknown.`;
      throw new Refusal('receiving.unknown-sku', detail, { status: 422, errors });
    }
    return items;
  }

  private async insertLines(
    tx: Tx,
    receipt: { id: string; merchantId: string },
    announced: NewReceiptDto,
    items: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { lines } = announced;
    await affected(
      tx,
      `insert into receipt_lines (site_id, id, receipt_id, merchant_id, line_no, item_id, expected, lot, expires_on)
       select $1, l.id, $2, $3, l.no, l.item, l.expected, l.lot, l.expires_on
       from unnest($4::uuid[], $5::int[], $6::uuid[], $7::int[], $8::text[], $9::date[])
         as l (id, no, item, expected, lot, expires_on) on conflict do nothing`,
      [
        tx.siteId,
        receipt.id,
        receipt.merchantId,
        lines.map(() => newId()),
        lines.map((_, at) => at + 1),
        lines.map(({ sku }) => items.get(sku)!),
        lines.map(({ quantity }) => quantity),
        lines.map(({ lot }) => lot ?? ''),
        lines.map(({ expiresOn }) => expiresOn ?? null),
      ],
    );
  }

  private async itemOf(tx: Tx, receipt: ReceiptRow, sku: string) {
    const item = await row<{ id: string; tracking: 'none' | 'lot' | 'serial' | 'expiry' }>(
      tx,
      `select i.id, i.tracking from items i where i.merchant_id = $2 and i.sku = $3 and exists
         (select 1 from receipt_lines l where l.site_id = $1 and l.receipt_id = $4 and l.item_id = i.id)`,
      [tx.siteId, receipt.merchant_id, sku, receipt.id],
    );
    if (!item) throw new Refusal('receiving.not-announced', `${sku} is not on this receipt. Set it aside.`);
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
      const { code, detail, stillExpected } = receiving;
      throw new Refusal(code, detail, { facts: { sku: goods.sku, stillExpected, got: goods.quantity } });
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
