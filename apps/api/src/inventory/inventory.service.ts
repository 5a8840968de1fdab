import { Injectable } from '@nestjs/common';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { type LevelChange, levelChanges, type Movement, type TotalChange, totalChanges } from './movement.js';
import './inventory.events.js';

export interface CountRequest {
  merchantId: string;
  locationId: string;
  itemId: string;
  lot: string;
  reason: string;
}

/** Goods taken at a location into a container, as the person did it. */
export interface PhysicalPick {
  merchantId: string;
  itemId: string;
  lot: string;
  quantity: number;
  locationId: string;
  containerId: string;
  eventId: string;
  /** First of the two lines of the event that the pick may write; default 0. */
  lineNo?: number;
  orderLineId: string;
}

/** The ledger: movements, the balances that follow from them, and what each item's total says. */
@Injectable()
export class InventoryService {
  /**
   * Writes movements and changes the balances, all or nothing. Movements whose event and line are already in the ledger
   * change nothing. Goods that are not there (or are reserved for others) make it a refusal.
   * @returns the movements that were new.
   */
  async move(tx: Tx, movements: readonly Movement[]): Promise<Movement[]> {
    if (movements.length === 0) return [];
    const fresh = await this.insertMovements(tx, movements);
    if (fresh.length === 0) return [];
    const changes = levelChanges(fresh);
    if (fresh.length > 1) await this.lockLevels(tx, changes);
    const leaving = changes.filter(
      (change) => change.kind !== 'shortfall' && (change.quantity < 0 || change.reserved < 0),
    );
    await this.takeFromLevels(tx, leaving);
    await this.addToLevels(
      tx,
      changes.filter((change) => !leaving.includes(change)),
    );
    await this.changeTotals(tx, totalChanges(fresh));
    await this.tellArrivals(tx, fresh);
    return fresh;
  }

  /**
   * Takes what a person really put into the container, out of the reservation made for it. What the book does not have at the
   * location is taken from its shortfall account, and a count is asked for: the floor is right, the book is not.
   */
  async pick(tx: Tx, pick: PhysicalPick): Promise<void> {
    const found = await rows<{ quantity: number; reserved: number }>(
      tx,
      `select quantity, reserved from levels where site_id = $1 and account_kind = 'location' and account_id = $2
         and item_id = $3 and lot = $4 for update`,
      [tx.siteId, pick.locationId, pick.itemId, pick.lot],
    );
    const level = found[0] ?? { quantity: 0, reserved: 0 };
    const booked = Math.min(pick.quantity, level.quantity);
    const beyond = pick.quantity - booked;
    const lineNo = pick.lineNo ?? 0;
    const shared = {
      merchantId: pick.merchantId,
      itemId: pick.itemId,
      lot: pick.lot,
      to: { kind: 'container' as const, id: pick.containerId },
      reason: 'pick',
      eventId: pick.eventId,
      orderLineId: pick.orderLineId,
    };
    const movements: Movement[] = [];
    if (booked > 0) {
      movements.push({
        ...shared,
        lineNo,
        quantity: booked,
        from: { kind: 'location', id: pick.locationId },
        fromReserved: Math.min(booked, level.reserved),
      });
    }
    if (beyond > 0) {
      movements.push({
        ...shared,
        lineNo: lineNo + 1,
        quantity: beyond,
        from: { kind: 'shortfall', id: pick.locationId },
      });
    }
    await this.move(tx, movements);
    if (beyond > 0) await this.openCount(tx, { ...pick, reason: 'picked-beyond-book' });
  }

  /** Asks for a count of one item and lot at a location; one open count is enough. */
  async openCount(tx: Tx, request: CountRequest): Promise<void> {
    const { merchantId, locationId, itemId, lot, reason } = request;
    const opened = await rows<{ id: string }>(
      tx,
      `insert into counts (site_id, id, merchant_id, location_id, item_id, lot, state, expected, reason, opened_by, opened_at)
       values ($1, $2, $3, $4, $5, $6, 'requested', coalesce((select quantity from levels where site_id = $1
         and account_kind = 'location' and account_id = $4 and item_id = $5 and lot = $6), 0), $7, $8, $9)
       on conflict (site_id, location_id, item_id, lot) where state <> 'posted' do nothing returning id`,
      [tx.siteId, newId(), merchantId, locationId, itemId, lot, reason, tx.actorName, tx.at],
    );
    if (!opened[0]) return;
    const data = { countId: opened[0].id, locationId, itemId, lot, reason };
    await addEvents(tx, [{ type: 'inventory.count-requested', aggregateId: opened[0].id, merchantId, data }]);
  }

  /** Makes a lot known, or its expiry known; an expiry that differs from the known one is a refusal. */
  async learnLot(
    tx: Tx,
    lot: { merchantId: string; itemId: string; lot: string; expiresOn: string | null },
  ): Promise<void> {
    const kept = await rows<{ expires_on: string | null }>(
      tx,
      `insert into lots (site_id, item_id, lot, merchant_id, expires_on, received_at) values ($1, $2, $3, $4, $5, $6)
       on conflict (site_id, item_id, lot) do update set expires_on = coalesce(lots.expires_on, excluded.expires_on)
       returning to_char(expires_on, 'YYYY-MM-DD') as expires_on`,
      [tx.siteId, lot.itemId, lot.lot, lot.merchantId, lot.expiresOn, tx.at],
    );
    const known = kept[0]?.expires_on ?? null;
    if (lot.expiresOn && known !== lot.expiresOn) {
      throw new Refusal(
        'inventory.lot-expiry-differs',
        `Lot ${lot.lot} expires on ${known}, not ${lot.expiresOn}.`,
        {
          facts: { lot: lot.lot, known, given: lot.expiresOn },
        },
      );
    }
  }

  private async insertMovements(tx: Tx, movements: readonly Movement[]): Promise<Movement[]> {
    const column = <T>(of: (movement: Movement) => T) => movements.map(of);
    const inserted = await rows<{ event_id: string; line_no: number }>(
      tx,
      `insert into movements (site_id, id, merchant_id, item_id, lot, quantity, from_kind, from_id, to_kind, to_id, reason,
         event_id, line_no, order_line_id, actor, at)
       select $1, m.id, m.merchant_id, m.item_id, m.lot, m.quantity, m.from_kind, m.from_id, m.to_kind, m.to_id, m.reason,
         m.event_id, m.line_no, m.order_line_id, $2, $3
       from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::int[], $9::text[], $10::uuid[], $11::text[],
         $12::uuid[], $13::text[], $14::uuid[], $15::int[], $16::uuid[]) as m (id, merchant_id, item_id, lot, quantity,
         from_kind, from_id, to_kind, to_id, reason, event_id, line_no, order_line_id)
       on conflict (site_id, event_id, line_no) do nothing returning event_id, line_no`,
      [
        tx.siteId,
        tx.actorName,
        tx.at,
        column(() => newId()),
        column((movement) => movement.merchantId),
        column((movement) => movement.itemId),
        column((movement) => movement.lot),
        column((movement) => movement.quantity),
        column((movement) => movement.from.kind),
        column((movement) => movement.from.id),
        column((movement) => movement.to.kind),
        column((movement) => movement.to.id),
        column((movement) => movement.reason),
        column((movement) => movement.eventId),
        column((movement) => movement.lineNo ?? 0),
        column((movement) => movement.orderLineId ?? null),
      ],
    );
    const keys = new Set(inserted.map((each) => `${each.event_id} ${each.line_no}`));
    return movements.filter((movement) => keys.has(`${movement.eventId} ${movement.lineNo ?? 0}`));
  }

  /** Locks the balances in the one order that everybody uses, so that two transactions never wait for each other. */
  private async lockLevels(tx: Tx, changes: LevelChange[]): Promise<void> {
    await rows(
      tx,
      `select 1 from levels l join unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[]) as c (kind, id, item, lot)
         on l.account_kind = c.kind and l.account_id = c.id and l.item_id = c.item and l.lot = c.lot
       where l.site_id = $1 order by l.account_kind, l.account_id, l.item_id, l.lot for update of l`,
      [tx.siteId, ...keyColumns(changes)],
    );
  }

  private async takeFromLevels(tx: Tx, changes: LevelChange[]): Promise<void> {
    if (changes.length === 0) return;
    const taken = await rows<{ account_kind: string; account_id: string; item_id: string; lot: string }>(
      tx,
      `update levels l set quantity = l.quantity + c.quantity, reserved = l.reserved + c.reserved
       from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::int[], $7::int[])
         as c (kind, id, item, lot, quantity, reserved)
       where l.site_id = $1 and l.account_kind = c.kind and l.account_id = c.id and l.item_id = c.item and l.lot = c.lot
         and l.reserved + c.reserved >= 0 and l.quantity + c.quantity >= l.reserved + c.reserved
       returning l.account_kind, l.account_id, l.item_id, l.lot`,
      [
        tx.siteId,
        ...keyColumns(changes),
        changes.map((change) => change.quantity),
        changes.map((change) => change.reserved),
      ],
    );
    if (taken.length === changes.length) return;
    const key = (kind: string, id: string, item: string, lot: string) => `${kind} ${id} ${item} ${lot}`;
    const done = new Set(
      taken.map((each) => key(each.account_kind, each.account_id, each.item_id, each.lot)),
    );
    const failed = changes.find((each) => !done.has(key(each.kind, each.id, each.itemId, each.lot)))!;
    const { kind: account, id: accountId, itemId, lot } = failed;
    const quantity = Math.max(-failed.quantity, -failed.reserved);
    throw new Refusal(
      'inventory.not-enough',
      `There are not ${quantity} free units of this item in this ${account}.`,
      { facts: { account, accountId, itemId, lot, quantity } },
    );
  }

  private async addToLevels(tx: Tx, changes: LevelChange[]): Promise<void> {
    if (changes.length === 0) return;
    await affected(
      tx,
      `insert into levels (site_id, account_kind, account_id, item_id, lot, merchant_id, quantity)
       select $1, c.kind, c.id, c.item, c.lot, c.merchant, c.quantity
       from unnest($2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::int[])
         as c (kind, id, item, lot, merchant, quantity)
       on conflict (site_id, account_kind, account_id, item_id, lot)
         do update set quantity = levels.quantity + excluded.quantity`,
      [
        tx.siteId,
        ...keyColumns(changes),
        changes.map((change) => change.merchantId),
        changes.map((change) => change.quantity),
      ],
    );
  }

  private async changeTotals(tx: Tx, changes: TotalChange[]): Promise<void> {
    const growing = changes.filter((change) => change.onHand > 0);
    const shrinking = changes.filter((change) => change.onHand <= 0);
    if (growing.length > 0) {
      await affected(
        tx,
        `insert into stock_totals (site_id, item_id, merchant_id, on_hand)
         select $1, c.item, c.merchant, c.on_hand from unnest($2::uuid[], $3::uuid[], $4::int[]) as c (item, merchant, on_hand)
         on conflict (site_id, item_id) do update set on_hand = stock_totals.on_hand + excluded.on_hand`,
        [
          tx.siteId,
          growing.map((change) => change.itemId),
          growing.map((change) => change.merchantId),
          growing.map((change) => change.onHand),
        ],
      );
    }
    if (shrinking.length === 0) return;
    const changed = await rows<{ item_id: string }>(
      tx,
      `update stock_totals t set on_hand = t.on_hand + c.on_hand, promised = t.promised + c.promised
       from unnest($2::uuid[], $3::int[], $4::int[]) as c (item, on_hand, promised)
       where t.site_id = $1 and t.item_id = c.item and t.promised + c.promised >= 0
         and t.on_hand + c.on_hand >= t.promised + c.promised
       returning t.item_id`,
      [
        tx.siteId,
        shrinking.map((change) => change.itemId),
        shrinking.map((change) => change.onHand),
        shrinking.map((change) => change.promised),
      ],
    );
    if (changed.length === shrinking.length) return;
    const failed = shrinking.find((change) => !changed.some((each) => each.item_id === change.itemId))!;
    throw new Refusal(
      'inventory.promised',
      `These ${-failed.onHand} units can't leave: orders have been promised what would no longer be there.`,
      { facts: { itemId: failed.itemId, quantity: -failed.onHand } },
    );
  }

  private async tellArrivals(tx: Tx, movements: Movement[]): Promise<void> {
    const arrived = new Map<string, { merchantId: string; quantity: number }>();
    for (const { itemId, merchantId, quantity, to } of movements) {
      if (to.kind !== 'location') continue;
      const known = arrived.get(itemId);
      arrived.set(itemId, { merchantId, quantity: quantity + (known?.quantity ?? 0) });
    }
    await addEvents(
      tx,
      [...arrived].map(([itemId, { merchantId, quantity }]) => ({
        type: 'inventory.stock-arrived' as const,
        aggregateId: itemId,
        merchantId,
        data: { itemId, quantity },
      })),
    );
  }
}

function keyColumns(changes: LevelChange[]): [string[], string[], string[], string[]] {
  return [
    changes.map((change) => change.kind),
    changes.map((change) => change.id),
    changes.map((change) => change.itemId),
    changes.map((change) => change.lot),
  ];
}
