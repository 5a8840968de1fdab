import { Injectable, Logger } from '@nestjs/common';
import { waveStates, waveStepStates } from '#lib/contracts';
import { currentTrace } from '../platform/context.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { move, moveAll } from '../platform/transition.js';
import type { WaveStepName } from './wave-steps.js';
import './waves.events.js';

const waves = { table: 'waves', states: waveStates, noun: 'wave' };
const steps = { table: 'wave_steps', states: waveStepStates, noun: 'step' };

/** The steps of a wave as rows: state, attempts, times and log of each. */
@Injectable()
export class StepLogService {
  private readonly log = new Logger(StepLogService.name);

  constructor(private readonly db: Database) {}

  async begin(tx: Tx, waveId: string, names: readonly WaveStepName[]): Promise<void> {
    await affected(
      tx,
      `insert into wave_steps (site_id, id, wave_id, position, name, state)
       select $1, s.id, $2, s.position, s.name, 'pending' from unnest($3::uuid[], $4::int[], $5::text[]) as s (id, position, name)
       on conflict do nothing`,
      [tx.siteId, waveId, names.map(() => newId()), names.map((_, at) => at + 1), names],
    );
  }

  /** The steps still to be done, in order. */
  async open(tx: Tx, waveId: string): Promise<WaveStepName[]> {
    const found = await rows<{ name: WaveStepName }>(
      tx,
      `select name from wave_steps where site_id = $1 and wave_id = $2 and state not in ('succeeded', 'skipped') order by position`,
      [tx.siteId, waveId],
    );
    return found.map(({ name }) => name);
  }

  /** A step begins, for the first time or again; `agoMs` before this moment where it was decided ahead. */
  async start(tx: Tx, waveId: string, name: WaveStepName, agoMs = 0): Promise<void> {
    const id = await this.idOf(tx, waveId, name);
    // A step that runs already was left so by a process that died.
    await moveAll(tx, steps, [id], 'running');
    await affected(
      tx,
      `update wave_steps set attempts = attempts + 1, started_at = $3, ended_at = null where site_id = $1 and id = $2`,
      [tx.siteId, id, new Date(tx.at.getTime() - agoMs)],
    );
  }

  /** Marks a step as done, in the transaction that keeps what it did. */
  async end(
    tx: Tx,
    waveId: string,
    step: {
      name: WaveStepName;
      state: 'succeeded' | 'failed' | 'skipped';
      log: string[];
      /** What it took as far as it can be told here; else it ends with the transaction's moment. */
      tookMs?: number;
    },
  ): Promise<void> {
    const id = await this.idOf(tx, waveId, step.name);
    await moveAll(tx, steps, [id], 'running');
    await move(tx, steps, id, step.state);
    await affected(
      tx,
      `update wave_steps set log = log || $4::jsonb,
         ended_at = coalesce(started_at + $5::float8 * interval '1 millisecond', $3::timestamptz)
       where site_id = $1 and id = $2`,
      [tx.siteId, id, tx.at, JSON.stringify(step.log), step.tookMs ?? null],
    );
  }

  /** The step failed and the wave with it. */
  async fail(waveId: string, name: WaveStepName, error: unknown): Promise<void> {
    this.log.error(error);
    // Only a refusal is worded for people; what else went wrong stands in the log under the trace.
    const reason =
      error instanceof Refusal
        ? error.message
        : `something inside went wrong (trace ${currentTrace()} in the log); resume the wave to try this step again`;
    await this.db.transaction((tx) => this.noteFailure(tx, waveId, name, reason));
  }

  /** The step under way is given up, with the wave. */
  async abandon(tx: Tx, waveId: string): Promise<void> {
    const running = await rows<{ name: WaveStepName }>(
      tx,
      `select name from wave_steps where site_id = $1 and wave_id = $2 and state = 'running'`,
      [tx.siteId, waveId],
    );
    for (const { name } of running) await this.end(tx, waveId, { name, state: 'failed', log: ['cancelled'] });
  }

  private async noteFailure(tx: Tx, waveId: string, name: WaveStepName, reason: string): Promise<void> {
    await this.end(tx, waveId, { name, state: 'failed', log: [reason] });
    await move(tx, waves, waveId, 'failed');
    const wave = await row<{ number: string }>(
      tx,
      `update waves set reason = $3 where site_id = $1 and id = $2 returning number`,
      [tx.siteId, waveId, `${name}: ${reason}`],
    );
    const data = { waveId, number: Number(wave!.number), step: name, reason };
    await addEvent(tx, { type: 'waves.planning-failed', aggregateId: waveId, data });
  }

  private async idOf(tx: Tx, waveId: string, name: WaveStepName): Promise<string> {
    const found = await row<{ id: string }>(
      tx,
      `select id from wave_steps where site_id = $1 and wave_id = $2 and name = $3 for update`,
      [tx.siteId, waveId, name],
    );
    return found!.id;
  }
}
