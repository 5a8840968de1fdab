import { Injectable } from '@nestjs/common';
import type { PickOutcome, ShortReason } from '#lib/contracts';
import { allocateFefo } from '#lib/planning';
import { InventoryService } from '../inventory/inventory.service.js';
import { type Reservation, ReservationsService } from '../inventory/reservations.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { affected, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { LeftOutService } from '../waves/left-out.service.js';
import { WaveStockService } from '../waves/wave-stock.service.js';
import type { PickTask } from './pick-task.js';
import './picking.events.js';

export interface MissedGoods {
  missing: number;
  quantity: number;
  reason: ShortReason;
  eventId: string;
  /** First line of the event in the ledger that this task may write; default 0. */
  lineNo?: number;
}

export type ShortRemedy = Pick<Extract<PickOutcome, { outcome: 'short' }>, 'remedy' | 'newTaskIds'>;

/** Lines of the short's own movements in the ledger; the pick itself has 0 and 1. */
const MISSING_LINE_NO = 10;

/** What becomes of the rest of a line when a person says that it is not there. */
@Injectable()
export class ShortsService {
  constructor(
    private readonly inventory: InventoryService,
    private readonly reservations: ReservationsService,
    private readonly progress: OrderProgressService,
    private readonly stock: WaveStockService,
    private readonly leftOut: LeftOutService,
  ) {}

  /**
   * Books the goods missing, asks for a count, and looks for others: a new task in the same run where there are, else the
   * order waits for stock when nothing else of it is in play, else the line is closed short and the order goes on without.
   */
  async remedy(tx: Tx, task: PickTask, missed: MissedGoods): Promise<ShortRemedy> {
    await this.progress.loseGoods(tx, task.order_line_id, missed.missing);
    await this.bookMissing(tx, task, missed);
    return this.replace(tx, task, missed);
  }

  /**
   * As {@link remedy} for a pick whose goods never came to its place: nothing is missing there, and what was set aside in reserve was
   * let go before.
   */
  async remedyUnbrought(tx: Tx, task: PickTask, missed: MissedGoods): Promise<void> {
    await this.progress.loseGoods(tx, task.order_line_id, missed.missing);
    await this.replace(tx, task, missed);
  }

  /**
   * As {@link remedy} for goods that were picked and are not in the tote that a put wall sorts. The task names the run that others of
   * them are to be picked by.
   */
  async remedyAtWall(
    tx: Tx,
    task: PickTask,
    missed: MissedGoods & { containerId: string },
  ): Promise<ShortRemedy> {
    const { merchant_id: merchantId, item_id: itemId, lot, location_id: locationId } = task;
    const reason = 'short: missing at the put wall';
    await this.progress.removePicked(tx, [{ orderLineId: task.order_line_id, quantity: missed.missing }]);
    await this.progress.loseGoods(tx, task.order_line_id, missed.missing);
    await this.inventory.move(tx, [
      {
        merchantId,
        itemId,
        lot,
        quantity: missed.missing,
        from: { kind: 'container', id: missed.containerId },
        to: { kind: 'missing', id: locationId },
        reason,
        eventId: missed.eventId,
        lineNo: missed.lineNo,
        orderLineId: task.order_line_id,
      },
    ]);
    await this.inventory.openCount(tx, { merchantId, itemId, lot, locationId, reason });
    return this.replace(tx, task, missed);
  }

  private async replace(tx: Tx, task: PickTask, missed: MissedGoods): Promise<ShortRemedy> {
    const { missing } = missed;
    const granted = await this.progress.promiseAgain(tx, task.order_line_id, missing);
    const found = await this.reallocate(tx, task, granted);
    const refound = found.reduce((sum, each) => sum + each.quantity, 0);
    const newTaskIds = await this.addTasks(tx, task, found);
    let remedy: ShortRemedy['remedy'] = 'reallocated';
    if (refound > 0)
      await this.progress.addReserved(tx, [{ orderLineId: task.order_line_id, quantity: refound }]);
    if (refound < missing) {
      const inPlay = await this.progress.isInPlay(tx, task.order_id);
      const reason = `${missing - refound} not at their location (${missed.reason})`;
      remedy = inPlay ? 'closed-short' : 'backordered';
      if (inPlay)
        await this.progress.closeLineShort(tx, task.order_line_id, `not at its location (${missed.reason})`);
      else await this.backorder(tx, task);
      await affected(
        tx,
        `update wave_lines set state = $5, reason = $4 where site_id = $1 and wave_id = $2 and order_line_id = $3
           and state = 'included'`,
        [tx.siteId, task.wave_id, task.order_line_id, reason, inPlay ? 'short' : 'rewave-queued'],
      );
      if (!inPlay && task.wave_id) {
        const again = { orderId: task.order_id, reason, shortLineIds: [task.order_line_id] };
        await this.leftOut.countAttempts(tx, task.wave_id, [again]);
      }
    }
    await this.tell(tx, task, missed, remedy);
    return { remedy, newTaskIds };
  }

  private async bookMissing(tx: Tx, task: PickTask, missed: MissedGoods): Promise<void> {
    const level = await row<{ quantity: number; reserved: number }>(
      tx,
      `select quantity, reserved from levels where site_id = $1 and account_kind = 'location' and account_id = $2
         and item_id = $3 and lot = $4 for update`,
      [tx.siteId, task.location_id, task.item_id, task.lot],
    );
    const booked = Math.min(missed.missing, level?.quantity ?? 0);
    await this.reservations.consume(tx, [task.reservation_id]);
    const shared = { merchantId: task.merchant_id, itemId: task.item_id, lot: task.lot };
    if (booked > 0) {
      await this.inventory.move(tx, [
        {
          ...shared,
          quantity: booked,
          from: { kind: 'location', id: task.location_id },
          to: { kind: 'missing', id: task.location_id },
          reason: `short: ${missed.reason}`,
          eventId: missed.eventId,
          lineNo: (missed.lineNo ?? 0) + MISSING_LINE_NO,
          orderLineId: task.order_line_id,
          fromReserved: Math.min(booked, level?.reserved ?? 0),
        },
      ]);
    }
    await this.inventory.openCount(tx, {
      ...shared,
      locationId: task.location_id,
      reason: `short: ${missed.reason}`,
    });
  }

  /** Other places, by the same rules as a wave; the place just missed has an open count and is left out. */
  private async reallocate(tx: Tx, task: PickTask, quantity: number): Promise<Reservation[]> {
    if (quantity === 0) return [];
    const stock = await this.stock.stockOf(tx, [task.item_id]);
    const line = { lineId: task.order_line_id, orderId: task.order_id, itemId: task.item_id, quantity };
    const { reservations } = allocateFefo({
      demand: [{ ...line, fill: 'partial' }],
      stock,
      onDay: tx.at.toISOString().slice(0, 10),
    });
    return this.reservations.reserve(
      tx,
      reservations.map((wanted) => ({
        orderLineId: task.order_line_id,
        merchantId: task.merchant_id,
        waveId: task.wave_id,
        locationId: wanted.locationId,
        itemId: wanted.itemId,
        lot: wanted.lot ?? '',
        quantity: wanted.quantity,
        because: [{ code: 'short-elsewhere', location: task.location_code }, ...wanted.reasons],
      })),
    );
  }

  /** After the stops that are left in the run: nobody walks back for it. */
  private async addTasks(tx: Tx, task: PickTask, found: readonly Reservation[]): Promise<string[]> {
    if (found.length === 0) return [];
    const ids = found.map(() => newId());
    await affected(
      tx,
      `insert into tasks (site_id, id, kind, wave_id, run_id, slot_id, sequence, order_id, order_line_id, merchant_id,
         reservation_id, item_id, lot, location_id, quantity, state)
       select $1, n.id, 'pick', $2, $3, $4, n.sequence, $5, $6, $7, v.id, v.item_id, v.lot, v.location_id, v.quantity, $11
       from unnest($8::uuid[], $9::uuid[], $10::int[]) as n (id, reservation_id, sequence)
       join reservations v on v.site_id = $1 and v.id = n.reservation_id on conflict do nothing`,
      [
        tx.siteId,
        task.wave_id,
        task.run_id,
        task.slot_id,
        task.order_id,
        task.order_line_id,
        task.merchant_id,
        ids,
        found.map(({ id }) => id),
        await this.sequences(tx, task, found.length),
        ['assigned', 'in-progress'].includes(task.run_state) ? 'assigned' : 'ready',
      ],
    );
    return ids;
  }

  private async sequences(tx: Tx, task: PickTask, count: number): Promise<number[]> {
    const last = await row<{ sequence: number }>(
      tx,
      `select coalesce(max(sequence), 0) as sequence from tasks where site_id = $1 and run_id = $2`,
      [tx.siteId, task.run_id],
    );
    return Array.from({ length: count }, (_, at) => last!.sequence + 10 * (at + 1));
  }

  /** Nothing of the order is in a tote or on its way: it leaves the run. */
  private async backorder(tx: Tx, task: PickTask): Promise<void> {
    await this.progress.backorderLine(tx, task.order_line_id);
    await affected(
      tx,
      `update run_slots s set state = 'cancelled' where s.site_id = $1 and s.id = $2 and (s.container_id is null
         or exists (select 1 from put_wall_slots w where w.site_id = s.site_id and w.id = s.container_id))`,
      [tx.siteId, task.slot_id],
    );
  }

  private async tell(
    tx: Tx,
    task: PickTask,
    missed: MissedGoods,
    remedy: ShortRemedy['remedy'],
  ): Promise<void> {
    await addEvent(tx, {
      type: 'picking.task-short',
      aggregateId: task.order_id,
      orderId: task.order_id,
      merchantId: task.merchant_id,
      data: {
        taskId: task.id,
        runId: task.run_id,
        orderLineId: task.order_line_id,
        sku: task.sku,
        location: task.location_code,
        quantity: missed.quantity,
        missing: missed.missing,
        reason: missed.reason,
        remedy,
        personId: task.run_person_id,
      },
    });
  }
}
