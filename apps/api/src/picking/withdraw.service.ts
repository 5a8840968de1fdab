import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ReasonView, UndoGroup } from '#lib/contracts';
import { ReservationsService } from '../inventory/reservations.service.js';
import { OrdersService } from '../orders/orders.service.js';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { Live } from '../platform/live.js';
import { undoGroup } from '../waves/undo-group.js';
import { WaveUndoService } from '../waves/wave-undo.service.js';
import { type EndedRun, endEmptyRuns } from './empty-runs.queries.js';
import { type NewPutBack, PutBacksService } from './put-backs.service.js';
import { type LessNeeded, shrinkToNeed } from './replenishment-need.queries.js';
import './picking.events.js';

interface Pick {
  reservationId: string | null;
  run: number;
  sku: string;
  location: string;
  quantity: number;
}

interface Withdrawn {
  picks: Pick[];
  putBacks: NewPutBack[];
  runs: EndedRun[];
  /** Replenishments that brought goods for these picks alone, or for fewer from now on. */
  lessNeeded: LessNeeded[];
}

/** Orders that are cancelled or undone leave the floor: open picks are withdrawn, picked goods go back. */
@Injectable()
export class WithdrawService implements OnModuleInit {
  constructor(
    private readonly orders: OrdersService,
    private readonly reservations: ReservationsService,
    private readonly undo: WaveUndoService,
    private readonly putBacks: PutBacksService,
    private readonly live: Live,
  ) {}

  onModuleInit(): void {
    this.orders.onCancel((tx, orderId) => this.withdrawOrder(tx, orderId));
    this.undo.onUndo({
      keeps: () => Promise.resolve(new Map()),
      takeBack: async (tx, { orderIds, reason }) => {
        const withdrawn = await this.withdraw(tx, orderIds, reason);
        return { effects: effectsOf(withdrawn), delays: delaysOf(withdrawn.putBacks) };
      },
    });
  }

  /** @returns the effects in words. */
  async withdrawOrder(tx: Tx, orderId: string): Promise<string[]> {
    const { picks, putBacks } = await this.withdraw(tx, [orderId], 'the order was cancelled');
    const effects = picks.length > 0 ? [`${picks.length} picks withdrawn`] : [];
    return putBacks.length > 0 ? [...effects, `${putBacks.length} picks to be put back`] : effects;
  }

  /** Orders leave the floor although they go on: their wave lost them. */
  async withdrawOrders(tx: Tx, orderIds: readonly string[], reason: string): Promise<void> {
    await this.withdraw(tx, orderIds, reason);
  }

  private async withdraw(tx: Tx, orderIds: readonly string[], reason: string): Promise<Withdrawn> {
    // The same lock as a confirmation takes, so that no pick slips in between.
    const runs = await rows<{ id: string; person_id: string | null }>(
      tx,
      `select r.id, r.person_id from runs r where r.site_id = $1 and r.id in (select run_id from run_slots where site_id = $1
         and order_id = any($2::uuid[]) and state in ('open', 'picked', 'dropped')
         union select t.run_id from order_lines l join tasks t on t.site_id = l.site_id and t.order_line_id = l.id
         where l.site_id = $1 and l.order_id = any($2::uuid[]) and t.kind = 'pick'
           and t.state in ('blocked', 'ready', 'assigned', 'in-progress')) order by r.id for update`,
      [tx.siteId, orderIds],
    );
    const picks = await this.cancelPicks(tx, orderIds);
    const lessNeeded = await this.releaseReservations(tx, orderIds);
    const putBacks = await this.putBacks.createFor(tx, orderIds);
    await affected(
      tx,
      `update run_slots set state = 'cancelled' where site_id = $1 and order_id = any($2::uuid[])
         and state in ('open', 'picked', 'dropped', 'packing')`,
      [tx.siteId, orderIds],
    );
    const ended = await endEmptyRuns(
      tx,
      runs.map(({ id }) => id),
    );
    await affected(
      tx,
      `update wave_lines set state = 'removed', reason = $3 where site_id = $1 and order_id = any($2::uuid[])
         and state = 'included'`,
      [tx.siteId, orderIds, reason],
    );
    this.tellPickers(tx, runs);
    return { picks, putBacks, runs: ended, lessNeeded };
  }

  private cancelPicks(tx: Tx, orderIds: readonly string[]): Promise<Pick[]> {
    return rows<Pick>(
      tx,
      `update tasks t set state = 'cancelled' from runs r, items i, locations a
       where t.site_id = $1 and t.order_id = any($2::uuid[]) and t.kind = 'pick'
         and t.state in ('blocked', 'ready', 'assigned', 'in-progress') and r.site_id = t.site_id and r.id = t.run_id
         and i.id = t.item_id and a.site_id = t.site_id and a.id = t.location_id
       returning t.reservation_id as "reservationId", r.number::int as run, i.sku, a.code as location, t.quantity`,
      [tx.siteId, orderIds],
    );
  }

  private async releaseReservations(tx: Tx, orderIds: readonly string[]): Promise<LessNeeded[]> {
    const loose = await rows<{ id: string; replenishmentId: string | null }>(
      tx,
      `select v.id, v.replenishment_id as "replenishmentId" from reservations v join order_lines l on l.site_id = v.site_id and l.id = v.order_line_id
       where v.site_id = $1 and l.order_id = any($2::uuid[]) and v.state = 'open'`,
      [tx.siteId, orderIds],
    );
    await this.reservations.release(
      tx,
      loose.map(({ id }) => id),
    );
    const waitedFor = loose.flatMap(({ replenishmentId }) => replenishmentId ?? []);
    return waitedFor.length === 0 ? [] : shrinkToNeed(tx, [...new Set(waitedFor)]);
  }

  /** Whoever picks one of these runs sees at once that a stop of it is gone. */
  private tellPickers(tx: Tx, runs: readonly { id: string; person_id: string | null }[]): void {
    const { siteId } = tx;
    for (const { id: runId, person_id: personId } of runs) {
      if (personId === null) continue;
      tx.afterCommit(() => this.live.toPerson(siteId, personId, 'floor.work-changed', { runId }));
    }
  }
}

function effectsOf({ picks, putBacks, runs, lessNeeded }: Withdrawn): UndoGroup[] {
  const over = runs.filter(({ state }) => state === 'cancelled');
  const toStation = runs.filter(({ state }) => state === 'picked');
  return [
    undoGroup('pick-withdrawn', picks.map(pickReason)),
    undoGroup('run-withdrawn', over.map(runReason)),
    undoGroup('run-to-station', toStation.map(runReason)),
    undoGroup('put-back', putBacks.map(putBackReason)),
    undoGroup('replenishment-withdrawn', lessNeeded.map(lessReason)),
  ];
}

/** Goods on their way back can't be reserved: the order waits for them and spends no attempt. */
function delaysOf(putBacks: readonly NewPutBack[]): { orderLineId: string; reason: string }[] {
  const byLine = new Map<string, NewPutBack>();
  for (const each of putBacks) {
    const known = byLine.get(each.orderLineId);
    byLine.set(each.orderLineId, { ...each, quantity: each.quantity + (known?.quantity ?? 0) });
  }
  return [...byLine.values()].map(({ orderLineId, quantity, sku }) => {
    return { orderLineId, reason: `${quantity} of ${sku} to be put back` };
  });
}

function pickReason({ run, sku, location, quantity }: Pick): ReasonView {
  const text = `${quantity} of ${sku} at ${location}, run ${run}.`;
  return { code: 'pick-withdrawn', facts: { run, sku, location, quantity }, text };
}

function runReason({ number, state }: EndedRun): ReasonView {
  const text = state === 'picked' ? `Run ${number} brings its totes.` : `Run ${number} is over.`;
  return { code: `run-${state}`, facts: { run: number, state }, text };
}

function lessReason({ sku, from, to, quantity }: LessNeeded): ReasonView {
  const text =
    quantity === 0
      ? `Nothing of ${sku} is brought from ${from} to ${to}.`
      : `Only ${quantity} of ${sku} are brought from ${from} to ${to}.`;
  return { code: 'replenishment-withdrawn', facts: { sku, from, to, quantity }, text };
}

function putBackReason({ lpn, sku, location, quantity }: NewPutBack): ReasonView {
  const text = `${quantity} of ${sku} from ${lpn} to ${location}.`;
  return { code: 'put-back', facts: { tote: lpn, sku, location, quantity }, text };
}
