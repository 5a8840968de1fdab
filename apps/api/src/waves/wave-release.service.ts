import { Injectable } from '@nestjs/common';
import { waveStates } from '#lib/contracts';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { move, moveAll } from '../platform/transition.js';
import { LeftOutService } from './left-out.service.js';
import { RunGatesService } from './run-gates.service.js';
import { StepLogService } from './step-log.service.js';
import { WorkInProgressService } from './work-in-progress.service.js';
import './waves.events.js';

interface WaveRow {
  id: string;
  number: string;
  state: keyof typeof waveStates;
}

const waves = { table: 'waves', states: waveStates, noun: 'wave' };
const RELEASED: ReadonlySet<string> = new Set(['released', 'in-progress', 'completed']);

/** A planned wave goes to the floor or is given up; WaveUndoService takes it back from there. */
@Injectable()
export class WaveReleaseService {
  constructor(
    private readonly db: Database,
    private readonly progress: OrderProgressService,
    private readonly leftOut: LeftOutService,
    private readonly steps: StepLogService,
    private readonly work: WorkInProgressService,
    private readonly gates: RunGatesService,
  ) {}

  /** What the controller has decided already: a channel's batch. Releasing again adds nothing. */
  async releaseWave(waveId: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const wave = await lockWave(tx, waveId);
      if (!RELEASED.has(wave.state)) await this.release(tx, wave);
    });
  }

  /**
   * Releases on somebody's word (or a schedule's) where the controller of work in progress lets it pass; a supervisor's reason lets a
   * held wave pass too. Releasing again adds nothing.
   */
  async releaseByHand(waveId: string, override: { reason: string } | null): Promise<void> {
    await this.db.transaction(async (tx) => {
      const wave = await lockWave(tx, waveId);
      if (RELEASED.has(wave.state)) return;
      if (wave.state === 'planned') await this.work.letPass(tx, waveId, override);
      await this.release(tx, wave);
    });
  }

  /** A planned wave waits for a person: no channel and no click releases it until it is unlocked. */
  async lockWave(waveId: string): Promise<void> {
    await this.db.transaction((tx) => move(tx, waves, waveId, 'locked'));
  }

  async unlockWave(waveId: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const wave = await lockWave(tx, waveId);
      if (wave.state === 'planned') return;
      if (wave.state !== 'locked') throw wrongState(wave, 'unlocked');
      await move(tx, waves, waveId, 'planned');
    });
  }

  /** Gives up a wave that was not released: its orders wait again. */
  async cancelWave(waveId: string, reason: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const wave = await lockWave(tx, waveId);
      if (wave.state === 'cancelled') return;
      if (wave.state === 'planning') throw wrongState(wave, 'cancelled');
      await move(tx, waves, waveId, 'cancelled');
      const orders = await rows<{ id: string }>(
        tx,
        `select id from orders where site_id = $1 and wave_id = $2 order by id`,
        [tx.siteId, waveId],
      );
      await this.cancelRuns(tx, waveId);
      const out = orders.map(({ id }) => ({
        orderId: id,
        reason: `wave ${wave.number} was cancelled`,
        shortLineIds: [],
      }));
      await this.leftOut.leaveOut(tx, waveId, out);
      await affected(tx, `update waves set reason = $3 where site_id = $1 and id = $2`, [
        tx.siteId,
        waveId,
        reason,
      ]);
      const data = { waveId, number: Number(wave.number), reason };
      await addEvent(tx, { type: 'waves.wave-cancelled', aggregateId: waveId, data });
    });
  }

  /** The first goods of a wave are in a tote. */
  async markInProgress(tx: Tx, waveId: string): Promise<void> {
    await moveAll(tx, waves, [waveId], 'in-progress');
  }

  /** A wave whose orders have all left it, by truck or otherwise, is completed. */
  async completeWaveOf(tx: Tx, orderId: string): Promise<void> {
    const waveIds = await rows<{ wave_id: string }>(
      tx,
      `select distinct wave_id from wave_lines where site_id = $1 and order_id = $2`,
      [tx.siteId, orderId],
    );
    const done = await rows<{ id: string; number: string }>(
      tx,
      `select w.id, w.number from waves w where w.site_id = $1 and w.id = any($2::uuid[]) and w.state in ('released', 'in-progress')
         and not exists (select 1 from orders o where o.site_id = w.site_id and o.wave_id = w.id
           and o.state not in ('shipped', 'delivered', 'cancelled', 'closed-short', 'rejected'))
       order by w.id for update`,
      [tx.siteId, waveIds.map((each) => each.wave_id)],
    );
    for (const { id, number } of done) {
      await move(tx, waves, id, 'completed');
      await affected(tx, `update waves set completed_at = $3 where site_id = $1 and id = $2`, [
        tx.siteId,
        id,
        tx.at,
      ]);
      const data = { waveId: id, number: Number(number) };
      await addEvent(tx, { type: 'waves.wave-completed', aggregateId: id, data });
    }
  }

  /** Tasks and runs become ready, orders released. */
  private async release(tx: Tx, { id: waveId, number }: WaveRow): Promise<void> {
    await move(tx, waves, waveId, 'released');
    await affected(tx, `update waves set released_at = $3 where site_id = $1 and id = $2`, [
      tx.siteId,
      waveId,
      tx.at,
    ]);
    const runs = await this.gates.openFirst(tx, waveId);
    const orders = await this.progress.markReleased(tx, waveId);
    await this.steps.end(tx, waveId, {
      name: 'release',
      state: 'succeeded',
      log: [`${runs} runs can be picked`],
    });
    const data = { waveId, number: Number(number), orders, runs };
    await addEvent(tx, { type: 'waves.wave-released', aggregateId: waveId, data });
  }

  private async cancelRuns(tx: Tx, waveId: string): Promise<void> {
    const which = `select id from runs where site_id = $1 and wave_id = $2`;
    const parameters = [tx.siteId, waveId];
    await affected(
      tx,
      `update tasks set state = 'cancelled' where site_id = $1 and run_id in (${which}) and state in ('blocked', 'ready', 'assigned')`,
      parameters,
    );
    await affected(
      tx,
      `update run_slots set state = 'cancelled' where site_id = $1 and run_id in (${which}) and state = 'open'`,
      parameters,
    );
    await affected(
      tx,
      `update runs set state = 'cancelled' where site_id = $1 and id in (${which}) and state in ('blocked', 'ready', 'assigned')`,
      parameters,
    );
  }
}

async function lockWave(tx: Tx, waveId: string): Promise<WaveRow> {
  const wave = await row<WaveRow>(
    tx,
    `select id, number, state from waves where site_id = $1 and id = $2 for update`,
    [tx.siteId, waveId],
  );
  if (!wave) throw new Refusal('wave.unknown', 'There is no such wave.', { status: 404 });
  return wave;
}

function wrongState(wave: WaveRow, to: string): Refusal {
  const detail = `Wave ${wave.number} is ${wave.state} and can't be ${to}.`;
  return new Refusal('wave.wrong-state', detail, { facts: { state: wave.state, to } });
}
