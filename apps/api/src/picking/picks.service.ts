import { Injectable } from '@nestjs/common';
import {
  type ConfirmPick,
  type PickOutcome,
  runStates,
  type ShortReason,
  statesBefore,
  taskStates,
} from '#lib/contracts';
import { InventoryService } from '../inventory/inventory.service.js';
import { ReservationsService } from '../inventory/reservations.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { affected, constraintName, Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { move, moveAll } from '../platform/transition.js';
import { WaveReleaseService } from '../waves/wave-release.service.js';
import { decidePick, type PickDecision } from './confirm-pick.js';
import { LEASE_MS } from './lease.js';
import type { PickTask } from './pick-task.js';
import { type ShortRemedy, ShortsService } from './shorts.service.js';
import { batchTote, lockedTask, takeEmptyTote, tasksOfStop } from './totes.queries.js';
import './picking.events.js';

/** What a task of a stop gets of its confirmation. */
interface TaskPart {
  quantity: number;
  lpn: string;
  /** The tote of a batch run; null where the task's slot has one. */
  toteId: string | null;
  eventId: string;
  lineNo: number;
  missing: { missing: number; reason: ShortReason } | null;
}

interface EndedTask {
  task: PickTask;
  state: 'picked' | 'short';
  quantity: number;
  toteId: string | null;
  shortReason: ShortReason | null;
  remedy: ShortRemedy | null;
}

/** Lines of one event in the ledger that a task may write. */
const LINES_PER_TASK = 20;

const runs = { table: 'runs', states: runStates, noun: 'run' };

/** Confirmations of picks: checked scan by scan, moved from the location into the tote, answered once. */
@Injectable()
export class PicksService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly reservations: ReservationsService,
    private readonly progress: OrderProgressService,
    private readonly shorts: ShortsService,
    private readonly waves: WaveReleaseService,
  ) {}

  /** The same event twice, same answer. A wrong scan is a refusal that changes nothing. */
  async confirmPick(taskId: string, confirm: ConfirmPick): Promise<PickOutcome> {
    const outcome = this.db.transaction(async (tx) => {
      const task = await this.lockTask(tx, taskId);
      if (task.event_id === confirm.eventId && task.outcome) return task.outcome;
      const stop = await tasksOfStop(tx, task);
      const batch = task.run_method === 'batch';
      const decision = decidePick(
        {
          state: task.state,
          locationCode: task.location_code,
          item: task,
          lot: task.lot,
          quantity: stop.reduce((sum, { quantity }) => sum + quantity, 0),
          lpn: batch ? null : task.lpn,
          otherLpns: batch ? [] : task.other_lpns,
        },
        confirm,
      );
      // That a pick is over matters more than whose it was: the handheld then goes on by itself.
      const over = decision.decision === 'refuse' && decision.code === 'picking.task-closed';
      if (!over) this.checkOwner(tx, task);
      if (decision.decision === 'refuse') {
        throw new Refusal(decision.code, decision.detail, { facts: decision.facts });
      }
      return this.carryOut(tx, stop, confirm.eventId, decision);
    });
    return outcome.catch((error: unknown) => {
      if (constraintName(error) !== 'tasks_event_uq') throw error;
      throw new Refusal('picking.event-reused', 'This confirmation was made for another pick.');
    });
  }

  /** Units go to the tasks of a stop one after the other; the last ones are short where they do not reach. */
  private async carryOut(
    tx: Tx,
    stop: readonly PickTask[],
    eventId: string,
    decision: Exclude<PickDecision, { decision: 'refuse' }>,
  ): Promise<PickOutcome> {
    const lead = stop[0]!;
    await this.beginRun(tx, lead);
    const { lpn } = decision;
    const batch = lead.run_method === 'batch';
    const toteId = batch && lpn !== null ? await batchTote(tx, lead, lpn) : null;
    const ended: EndedTask[] = [];
    let left = decision.quantity;
    for (const [at, task] of stop.entries()) {
      const quantity = Math.min(left, task.quantity);
      left -= quantity;
      const taken = { quantity, lpn: lpn ?? '', toteId, eventId, lineNo: at * LINES_PER_TASK };
      ended.push(await this.pickTask(tx, task, { ...taken, missing: missingOf(decision, task, quantity) }));
    }
    const remedies = ended.flatMap(({ remedy }) => remedy ?? []);
    const next = await this.nextOf(
      tx,
      lead,
      stop.map(({ id }) => id),
    );
    const picked = { taskId: lead.id, quantity: decision.quantity };
    const outcome: PickOutcome =
      decision.decision === 'pick'
        ? { outcome: 'picked', ...picked, ...next }
        : {
            outcome: 'short',
            ...picked,
            missing: decision.missing,
            remedy: remedies.find(({ remedy }) => remedy !== 'reallocated')?.remedy ?? 'reallocated',
            newTaskIds: remedies.flatMap(({ newTaskIds }) => newTaskIds),
            ...next,
          };
    // The confirmation ends the first task of the stop: there its answer is found again.
    for (const [at, each] of ended.entries())
      await this.endTask(tx, each, at === 0 ? { eventId, outcome } : null);
    return outcome;
  }

  /** One task's part of a confirmation: goods taken, and a remedy for what is missing. */
  private async pickTask(tx: Tx, task: PickTask, part: TaskPart): Promise<EndedTask> {
    const { quantity, toteId, missing, eventId, lineNo } = part;
    if (quantity > 0) await this.takeGoods(tx, task, part);
    if (missing === null) {
      await this.reservations.consume(tx, [task.reservation_id]);
      return { task, state: 'picked', quantity, toteId, shortReason: null, remedy: null };
    }
    // What was picked before the rest was missed still is a pick; a task without any ends as short only.
    const remedy = await this.shorts.remedy(tx, task, { ...missing, quantity, eventId, lineNo });
    return { task, state: 'short', quantity, toteId, shortReason: missing.reason, remedy };
  }

  /** Moves the goods, binds the tote to its slot and counts the line on. */
  private async takeGoods(tx: Tx, task: PickTask, part: TaskPart): Promise<void> {
    const { quantity, lpn, toteId, eventId, lineNo } = part;
    const containerId = toteId ?? task.container_id ?? (await this.bindTote(tx, task, lpn));
    await this.inventory.pick(tx, {
      merchantId: task.merchant_id,
      itemId: task.item_id,
      lot: task.lot,
      quantity,
      locationId: task.location_id,
      containerId,
      eventId,
      lineNo,
      orderLineId: task.order_line_id,
    });
    await this.progress.addPicked(tx, [{ orderLineId: task.order_line_id, quantity }]);
    await addEvent(tx, {
      type: 'picking.task-confirmed',
      aggregateId: task.order_id,
      orderId: task.order_id,
      merchantId: task.merchant_id,
      data: {
        taskId: task.id,
        runId: task.run_id,
        waveId: task.wave_id,
        orderLineId: task.order_line_id,
        sku: task.sku,
        location: task.location_code,
        container: lpn,
        quantity,
        asked: task.quantity,
        personId: task.run_person_id,
        source: 'pick',
      },
    });
  }

  /** An empty tote scanned into a slot stands there until it is dropped. */
  private async bindTote(tx: Tx, task: PickTask, lpn: string): Promise<string> {
    const toteId = await takeEmptyTote(tx, lpn);
    await affected(tx, `update run_slots set container_id = $3 where site_id = $1 and id = $2`, [
      tx.siteId,
      task.slot_id,
      toteId,
    ]);
    return toteId;
  }

  private async beginRun(tx: Tx, task: PickTask): Promise<void> {
    if (task.run_state === 'assigned') {
      await move(tx, runs, task.run_id, 'in-progress');
      await affected(tx, `update runs set started_at = $3 where site_id = $1 and id = $2`, [
        tx.siteId,
        task.run_id,
        tx.at,
      ]);
      if (task.wave_id) await this.waves.markInProgress(tx, task.wave_id);
    }
    // Renewed when half of it is spent: not every confirmation has to write the run.
    if (task.lease_until && task.lease_until.getTime() - tx.at.getTime() > LEASE_MS / 2) return;
    await affected(tx, `update runs set lease_until = $3 where site_id = $1 and id = $2`, [
      tx.siteId,
      task.run_id,
      new Date(tx.at.getTime() + LEASE_MS),
    ]);
  }

  /** What comes after these tasks of a stop; the run is picked when nothing does. */
  private async nextOf(
    tx: Tx,
    { run_id: runId }: PickTask,
    stopIds: readonly string[],
  ): Promise<{ runState: string; nextTaskId: string | null }> {
    const next = await row<{ id: string }>(
      tx,
      `select id from tasks where site_id = $1 and run_id = $2 and id <> all($3::uuid[])
         and state in ('ready', 'assigned', 'in-progress') order by sequence, id limit 1`,
      [tx.siteId, runId, stopIds],
    );
    if (!next) await moveAll(tx, runs, [runId], 'picked');
    return { runState: next ? 'in-progress' : 'picked', nextTaskId: next?.id ?? null };
  }

  private async endTask(
    tx: Tx,
    { task, state, quantity, toteId, shortReason }: EndedTask,
    answer: { eventId: string; outcome: PickOutcome } | null,
  ): Promise<void> {
    const inTote = quantity > 0 ? toteId : null;
    const ended = await affected(
      tx,
      `update tasks set state = $3, done_quantity = $4, short_reason = $5, person_id = $6, ended_at = $7, event_id = $8,
         outcome = $9, container_id = $11, to_sort = case when $11::uuid is null then 0 else $4 end
       where site_id = $1 and id = $2 and state = any($10::text[])`,
      [
        tx.siteId,
        task.id,
        state,
        quantity,
        shortReason,
        task.run_person_id,
        tx.at,
        answer?.eventId ?? null,
        answer ? JSON.stringify(answer.outcome) : null,
        statesBefore(taskStates, state),
        inTote,
      ],
    );
    if (ended !== 1) throw new Error(`Task ${task.id} changed although it was locked`);
  }

  private checkOwner(tx: Tx, task: PickTask): void {
    if (!['assigned', 'in-progress'].includes(task.run_state)) {
      throw new Refusal('picking.run-not-yours', 'This run is not being picked. Claim it first.', {
        facts: { runState: task.run_state },
      });
    }
    if (tx.actor.kind === 'person' && tx.actor.personId !== task.run_person_id) {
      throw new Refusal('picking.run-not-yours', 'Somebody else picks this run.', {
        facts: { runState: task.run_state },
      });
    }
  }

  /** The run is locked first: its tasks are confirmed one after the other, by whatever channel. */
  private async lockTask(tx: Tx, taskId: string): Promise<PickTask> {
    await row(
      tx,
      `select r.id from runs r join tasks t on t.site_id = r.site_id and t.run_id = r.id
       where t.site_id = $1 and t.id = $2 for update of r`,
      [tx.siteId, taskId],
    );
    const task = await lockedTask(tx, taskId);
    if (!task) throw new Refusal('picking.unknown-task', 'There is no such pick.', { status: 404 });
    return task;
  }
}

/** What is missing of this task, null when nothing is. */
function missingOf(
  decision: Exclude<PickDecision, { decision: 'refuse' }>,
  task: PickTask,
  quantity: number,
): TaskPart['missing'] {
  if (decision.decision === 'pick' || quantity === task.quantity) return null;
  return { missing: task.quantity - quantity, reason: decision.reason };
}
