import { Injectable } from '@nestjs/common';
import type { ShortReason } from '#lib/contracts';
import { type Reservation, ReservationsService } from '../inventory/reservations.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { groupBy } from '../waves/group-by.js';
import { LeftOutService } from '../waves/left-out.service.js';
import { endEmptyRuns } from './empty-runs.queries.js';
import type { PickTask } from './pick-task.js';
import { serveWaiting } from './serve-waiting.js';
import { ShortsService } from './shorts.service.js';
import { WithdrawService } from './withdraw.service.js';

/** A pick whose goods are still on their way to its place. */
interface WaitingPick {
  reservationId: string;
  quantity: number;
  orderId: string;
  orderLineId: string;
  waveId: string;
  released: boolean;
  /** Null while its wave is still planned. */
  taskId: string | null;
}

/** What a replenishment brought, for the picks that wait for it. */
export interface Brought {
  replenishmentId: string;
  toLocationId: string;
  quantity: number;
}

/**
 * Picks that wait for a replenishment. Their goods are set aside where they lie until somebody brings them, so nobody else gets them;
 * in the transaction that brings them the picks become ready, and those that got nothing go the way of every short.
 */
@Injectable()
export class BlockedPicksService {
  constructor(
    private readonly reservations: ReservationsService,
    private readonly progress: OrderProgressService,
    private readonly shorts: ShortsService,
    private readonly leftOut: LeftOutService,
    private readonly withdraw: WithdrawService,
  ) {}

  /**
   * Carries the goods of the picks that wait, the most urgent first. `carry` moves them in between: at that moment they count as set
   * aside nowhere.
   * @returns how many picks became ready, and those for which nothing came: they want `comeToNothing` before the transaction ends.
   */
  async bring(
    tx: Tx,
    { replenishmentId, toLocationId, quantity }: Brought,
    carry: () => Promise<void>,
  ): Promise<{ ready: number; unserved: WaitingPick[] }> {
    const waiting = await this.lock(tx, replenishmentId);
    const { served, unserved } = serveWaiting(waiting, quantity);
    await this.reservations.release(
      tx,
      unserved.map((pick) => pick.reservationId),
    );
    const lifted = await this.reservations.lift(
      tx,
      served.map((pick) => pick.reservationId),
    );
    await carry();
    await this.reservations.setDown(tx, lifted, toLocationId);
    return { ready: await this.makeReady(tx, lifted), unserved };
  }

  /** What a failed replenishment leaves: picks on the floor look for other goods or end short; orders of a planned wave leave it. */
  async comeToNothing(
    tx: Tx,
    unserved: readonly WaitingPick[],
    { reason, eventId }: { reason: ShortReason; eventId: string },
  ): Promise<void> {
    const planned = unserved.filter(({ released }) => !released);
    for (const [waveId, picks] of groupBy(planned, (pick) => pick.waveId))
      await this.leaveWave(tx, waveId, picks, reason);
    const taskIds = unserved.flatMap(({ released, taskId }) => (released && taskId ? [taskId] : []));
    if (taskIds.length === 0) return;
    const tasks = await this.tasks(tx, taskIds);
    for (const task of tasks)
      await this.shorts.remedyUnbrought(tx, task, { missing: task.quantity, quantity: 0, reason, eventId });
    await affected(
      tx,
      `update tasks set state = 'short', short_reason = $3, ended_at = $4 where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, taskIds, reason, tx.at],
    );
    const ended = await endEmptyRuns(
      tx,
      tasks.map((task) => task.run_id),
    );
    // Nobody drops a run that is over: what its orders have elsewhere may be all of them.
    const over = new Set(ended.map(({ id }) => id));
    const orderIds = tasks.filter((task) => over.has(task.run_id)).map((task) => task.order_id);
    await this.progress.markPicked(tx, [...new Set(orderIds)]);
  }

  /** Runs first, as everywhere; then the reservations, which say who waits. */
  private async lock(tx: Tx, replenishmentId: string): Promise<WaitingPick[]> {
    await rows(
      tx,
      `select 1 from runs where site_id = $1 and id in (select t.run_id from reservations v join tasks t on t.site_id = v.site_id
         and t.order_line_id = v.order_line_id and t.reservation_id = v.id
         where v.site_id = $1 and v.replenishment_id = $2 and v.state = 'open' and t.state = 'blocked') order by id for update`,
      [tx.siteId, replenishmentId],
    );
    return rows<WaitingPick>(
      tx,
      `select v.id as "reservationId", v.quantity, l.order_id as "orderId", l.id as "orderLineId", v.wave_id as "waveId",
         w.state in ('released', 'in-progress') as released, (select t.id from tasks t where t.site_id = v.site_id
           and t.order_line_id = v.order_line_id and t.reservation_id = v.id and t.state = 'blocked') as "taskId"
       from reservations v join order_lines l on l.site_id = v.site_id and l.id = v.order_line_id
       join orders o on o.site_id = l.site_id and o.id = l.order_id join waves w on w.site_id = v.site_id and w.id = v.wave_id
       where v.site_id = $1 and v.replenishment_id = $2 and v.state = 'open'
       order by o.cut_off_at, o.priority, o.received_at, v.id for update of v for share of w`,
      [tx.siteId, replenishmentId],
    );
  }

  private makeReady(tx: Tx, lifted: readonly Reservation[]): Promise<number> {
    return affected(
      tx,
      `update tasks t set state = 'ready' from unnest($2::uuid[], $3::uuid[]) as v (id, line)
       where t.site_id = $1 and t.order_line_id = v.line and t.reservation_id = v.id and t.state = 'blocked'`,
      [tx.siteId, lifted.map(({ id }) => id), lifted.map(({ orderLineId }) => orderLineId)],
    );
  }

  /** Whole orders leave a wave that is not on the floor yet, and try again in a later one when their goods can be had. */
  private async leaveWave(
    tx: Tx,
    waveId: string,
    picks: readonly WaitingPick[],
    reason: ShortReason,
  ): Promise<void> {
    const text = `its goods were not in reserve (${reason})`;
    const orders = groupBy(picks, (pick) => pick.orderId);
    await this.leftOut.leaveOut(
      tx,
      waveId,
      [...orders].map(([orderId, own]) => ({
        orderId,
        reason: text,
        shortLineIds: [...new Set(own.map(({ orderLineId }) => orderLineId))],
      })),
    );
    await this.withdraw.withdrawOrders(tx, [...orders.keys()], text);
  }

  private tasks(tx: Tx, taskIds: readonly string[]): Promise<PickTask[]> {
    return rows<PickTask>(
      tx,
      `select t.id, t.kind, t.state, t.event_id, t.outcome, r.lease_until, t.run_id, r.state as run_state,
         r.person_id as run_person_id, t.slot_id, t.wave_id, t.sequence, t.order_id, t.order_line_id, t.merchant_id,
         t.reservation_id, t.item_id, i.sku, t.lot, t.location_id, a.code as location_code, t.quantity, null as lpn,
         null as container_id, '[]'::json as barcodes, '[]'::json as other_lpns
       from tasks t join runs r on r.site_id = t.site_id and r.id = t.run_id join items i on i.id = t.item_id
       join locations a on a.site_id = t.site_id and a.id = t.location_id
       where t.site_id = $1 and t.id = any($2::uuid[]) order by t.id`,
      [tx.siteId, taskIds],
    );
  }
}
