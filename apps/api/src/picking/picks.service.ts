import { Injectable } from '@nestjs/common';
import { type ConfirmPick, type PickOutcome, runStates, statesBefore, taskStates } from '#lib/contracts';
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
import { ShortsService } from './shorts.service.js';
import './picking.events.js';

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
      const decision = decidePick(
        {
          state: task.state,
          locationCode: task.location_code,
          item: task,
          lot: task.lot,
          quantity: task.quantity,
          lpn: task.lpn,
          otherLpns: task.other_lpns,
        },
        confirm,
      );
      // That a pick is over matters more than whose it was: the handheld then goes on by itself.
      const over = decision.decision === 'refuse' && decision.code === 'picking.task-closed';
      if (!over) this.checkOwner(tx, task);
      if (decision.decision === 'refuse') {
        throw new Refusal(decision.code, decision.detail, { facts: decision.facts });
      }
      return this.carryOut(tx, task, confirm, decision);
    });
    return outcome.catch((error: unknown) => {
      if (constraintName(error) !== 'tasks_event_uq') throw error;
      throw new Refusal('picking.event-reused', 'This confirmation was made for another pick.');
    });
  }

  private async carryOut(
    tx: Tx,
    task: PickTask,
    confirm: ConfirmPick,
    decision: Exclude<PickDecision, { decision: 'refuse' }>,
  ): Promise<PickOutcome> {
    await this.beginRun(tx, task);
    if (decision.quantity > 0)
      await this.takeGoods(tx, task, { ...decision, lpn: decision.lpn! }, confirm.eventId);
    const picked = { taskId: task.id, quantity: decision.quantity };
    if (decision.decision === 'pick') {
      await this.reservations.consume(tx, [task.reservation_id]);
      const next = await this.nextOf(tx, task);
      const outcome: PickOutcome = { outcome: 'picked', ...picked, ...next };
      return this.endTask(tx, task, {
        state: 'picked',
        eventId: confirm.eventId,
        outcome,
        shortReason: null,
      });
    }
    // What was picked before the rest was missed still is a pick; a task without any ends as short only.
    const remedy = await this.shorts.remedy(tx, task, { ...decision, eventId: confirm.eventId });
    const { missing, reason } = decision;
    const next = await this.nextOf(tx, task);
    const outcome: PickOutcome = { outcome: 'short', ...picked, missing, ...remedy, ...next };
    return this.endTask(tx, task, { state: 'short', eventId: confirm.eventId, outcome, shortReason: reason });
  }

  /** Moves the goods, binds the tote to its slot and counts the line on. */
  private async takeGoods(
    tx: Tx,
    task: PickTask,
    taken: { quantity: number; lpn: string },
    eventId: string,
  ): Promise<void> {
    const containerId = task.container_id ?? (await this.bindTote(tx, task, taken.lpn));
    await this.inventory.pick(tx, {
      merchantId: task.merchant_id,
      itemId: task.item_id,
      lot: task.lot,
      quantity: taken.quantity,
      locationId: task.location_id,
      containerId,
      eventId,
      orderLineId: task.order_line_id,
    });
    await this.progress.addPicked(tx, [{ orderLineId: task.order_line_id, quantity: taken.quantity }]);
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
        container: taken.lpn,
        quantity: taken.quantity,
        asked: task.quantity,
        personId: task.run_person_id,
        source: 'pick',
      },
    });
  }

  /** An empty tote scanned into a slot stands there until it is dropped. */
  private async bindTote(tx: Tx, task: PickTask, lpn: string): Promise<string> {
    const tote = await row<{ id: string }>(
      tx,
      `update containers c set state = 'picking', location_id = null, station_id = null, parent_id = null
       where c.site_id = $1 and c.lpn = $2 and c.type = 'tote' and c.state = 'empty'
         and not exists (select 1 from levels l where l.site_id = c.site_id and l.account_kind = 'container'
           and l.account_id = c.id and l.quantity > 0)
       returning c.id`,
      [tx.siteId, lpn],
    );
    if (!tote) {
      const known = await row<{ state: string }>(
        tx,
        `select state from containers where site_id = $1 and lpn = $2`,
        [tx.siteId, lpn],
      );
      if (!known) {
        const facts = { needed: 'an empty tote', got: lpn };
        throw new Refusal('picking.unknown-tote', `There is no tote ${lpn}.`, { facts });
      }
      const facts = { needed: 'an empty tote', got: lpn, state: known.state };
      throw new Refusal('picking.tote-not-empty', `Tote ${lpn} is not empty. Take another one.`, { facts });
    }
    await affected(tx, `update run_slots set container_id = $3 where site_id = $1 and id = $2`, [
      tx.siteId,
      task.slot_id,
      tote.id,
    ]);
    return tote.id;
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

  /** What comes after this task; the run is picked when nothing does. */
  private async nextOf(tx: Tx, task: PickTask): Promise<{ runState: string; nextTaskId: string | null }> {
    const next = await row<{ id: string }>(
      tx,
      `select id from tasks where site_id = $1 and run_id = $2 and id <> $3 and state in ('ready', 'assigned', 'in-progress')
       order by sequence, id limit 1`,
      [tx.siteId, task.run_id, task.id],
    );
    if (!next) await moveAll(tx, runs, [task.run_id], 'picked');
    return { runState: next ? 'in-progress' : 'picked', nextTaskId: next?.id ?? null };
  }

  private async endTask(
    tx: Tx,
    task: PickTask,
    end: { state: 'picked' | 'short'; eventId: string; outcome: PickOutcome; shortReason: string | null },
  ): Promise<PickOutcome> {
    const ended = await affected(
      tx,
      `update tasks set state = $3, done_quantity = $4, short_reason = $5, person_id = $6, ended_at = $7, event_id = $8,
         outcome = $9 where site_id = $1 and id = $2 and state = any($10::text[])`,
      [
        tx.siteId,
        task.id,
        end.state,
        end.outcome.quantity,
        end.shortReason,
        task.run_person_id,
        tx.at,
        end.eventId,
        JSON.stringify(end.outcome),
        statesBefore(taskStates, end.state),
      ],
    );
    if (ended !== 1) throw new Error(`Task ${task.id} changed although it was locked`);
    return end.outcome;
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
    const task = await row<PickTask>(
      tx,
      `select t.id, t.kind, t.state, t.event_id, t.outcome, r.lease_until, t.run_id, r.state as run_state, r.person_id as run_person_id, t.slot_id, t.wave_id,
         t.sequence, t.order_id, t.order_line_id, t.merchant_id, t.reservation_id, t.item_id, i.sku, t.lot, t.location_id,
         a.code as location_code, t.quantity, c.lpn, c.id as container_id,
         coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
           where b.item_id = t.item_id), '[]') as barcodes,
         coalesce((select json_agg(oc.lpn) from run_slots o join containers oc on oc.site_id = o.site_id and oc.id = o.container_id
           where o.site_id = t.site_id and o.run_id = t.run_id and o.id <> t.slot_id), '[]') as other_lpns
       from tasks t join runs r on r.site_id = t.site_id and r.id = t.run_id
       join locations a on a.site_id = t.site_id and a.id = t.location_id join items i on i.id = t.item_id
       join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
       left join containers c on c.site_id = s.site_id and c.id = s.container_id
       where t.site_id = $1 and t.id = $2 and t.kind = 'pick' for update of t`,
      [tx.siteId, taskId],
    );
    if (!task) throw new Refusal('picking.unknown-task', 'There is no such pick.', { status: 404 });
    return task;
  }
}
