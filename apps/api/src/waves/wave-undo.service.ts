import { Injectable } from '@nestjs/common';
import { type ReasonView, type UndoGroup, type UndoView, waveStates } from '#lib/contracts';
import { type LineDelay, TakeBackService } from '../orders/take-back.service.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import { undoGroup } from './undo-group.js';
import { WaveReleaseService } from './wave-release.service.js';
import './waves.events.js';

/** What a module that works on released orders does when their wave is taken back, inside the one transaction of the undo. */
export interface UndoPart {
  /** Orders of these that this module can't give back any more, with why. It locks what it looks at. */
  keeps(tx: Tx, orderIds: readonly string[]): Promise<ReadonlyMap<string, ReasonView>>;
  takeBack(tx: Tx, work: UndoWork): Promise<{ effects: UndoGroup[]; delays: LineDelay[] }>;
}

export interface UndoWork {
  waveId: string;
  orderIds: readonly string[];
  reason: string;
}

export interface UndoRequest {
  /** Says what would happen and does nothing. */
  dryRun: boolean;
  reason: string;
}

interface WaveOrder {
  id: string;
  ref: string;
  state: string;
}

/** Carries the answer of a rehearsal out of the transaction that it rolls back. */
class Rehearsed extends Error {
  constructor(readonly view: UndoView) {
    super('An undo was only rehearsed');
  }
}

const waves = { table: 'waves', states: waveStates, noun: 'wave' };
const ON_FLOOR: ReadonlySet<string> = new Set(['released', 'picking', 'picked', 'packing', 'packed']);
const ENDED: ReadonlySet<string> = new Set(['shipped', 'delivered', 'cancelled', 'closed-short', 'rejected']);

/**
 * Takes a released wave back, also after picking began: all its compensations in one transaction, so that at no moment the book is
 * half-way. What the modules below have done they compensate themselves; they register here.
 */
@Injectable()
export class WaveUndoService {
  private readonly parts: UndoPart[] = [];

  constructor(
    private readonly db: Database,
    private readonly orders: TakeBackService,
    private readonly releases: WaveReleaseService,
  ) {}

  /** Modules further down say here what an undo means to them; asked in reverse order, as work is undone backwards. */
  onUndo(part: UndoPart): void {
    this.parts.unshift(part);
  }

  /**
   * Undoes the release of a wave as far as that can be: orders go back to waiting, what can't be undone is kept and named. The
   * rehearsal is the same code, rolled back.
   */
  async undoWave(waveId: string, request: UndoRequest): Promise<UndoView> {
    try {
      return await this.db.transaction(async (tx) => {
        const view = await this.undo(tx, waveId, request);
        if (request.dryRun) throw new Rehearsed(view);
        return view;
      });
    } catch (error) {
      if (error instanceof Rehearsed) return error.view;
      throw error;
    }
  }

  private async undo(tx: Tx, waveId: string, { dryRun, reason }: UndoRequest): Promise<UndoView> {
    const number = await this.begin(tx, waveId);
    const { back, kept } = await this.sortOut(tx, waveId);
    const orderIds = back.map(({ id }) => id);
    const effects: UndoGroup[] = [];
    const delays: LineDelay[] = [];
    for (const part of this.parts) {
      const done = await part.takeBack(tx, { waveId, orderIds, reason });
      effects.push(...done.effects);
      delays.push(...done.delays);
    }
    await this.orders.takeBack(tx, orderIds, delays);
    await this.dropLines(tx, waveId, orderIds, reason);
    const waiting = back.map(({ ref, state }) => {
      return {
        code: 'order-waits-again',
        facts: { order: ref, was: state },
        text: `Order ${ref} was ${state}.`,
      };
    });
    effects.push(undoGroup('order-waits-again', waiting));
    const state = await this.finish(tx, waveId, kept.length > 0);
    const view: UndoView = {
      waveId,
      waveNumber: number,
      dryRun,
      state,
      ordersBack: back.length,
      ordersKept: kept.length,
      effects: effects.filter(({ count }) => count > 0),
      kept: kept.length > 0 ? [undoGroup('order-kept', kept)] : [],
    };
    const texts = { effects: view.effects.map(({ text }) => text), kept: view.kept.map(({ text }) => text) };
    await addEvent(tx, {
      type: 'waves.wave-undone',
      aggregateId: waveId,
      data: { waveId, number, reason, ...texts },
    });
    return view;
  }

  /**
   * Locks the floor's work on the wave in the order in which confirmations lock it (run, tote, wave), so that nobody slips in between
   * and nobody waits in a circle.
   */
  private async begin(tx: Tx, waveId: string): Promise<number> {
    await rows(tx, `select 1 from runs where site_id = $1 and wave_id = $2 order by id for update`, [
      tx.siteId,
      waveId,
    ]);
    await rows(
      tx,
      `select 1 from containers where site_id = $1 and id in (select s.container_id from run_slots s
         join runs r on r.site_id = s.site_id and r.id = s.run_id where s.site_id = $1 and r.wave_id = $2
           and s.container_id is not null) order by id for update`,
      [tx.siteId, waveId],
    );
    const wave = await row<{ number: string; state: string }>(
      tx,
      `select number, state from waves where site_id = $1 and id = $2 for update`,
      [tx.siteId, waveId],
    );
    if (!wave) throw new Refusal('wave.unknown', 'There is no such wave.', { status: 404 });
    if (['draft', 'planned', 'locked', 'failed'].includes(wave.state)) {
      const detail = `Wave ${wave.number} was not released: cancel it instead.`;
      throw new Refusal('waves.not-released', detail, {
        facts: { wave: Number(wave.number), state: wave.state },
      });
    }
    await move(tx, waves, waveId, 'undoing');
    return Number(wave.number);
  }

  private async sortOut(tx: Tx, waveId: string): Promise<{ back: WaveOrder[]; kept: ReasonView[] }> {
    const orders = await rows<WaveOrder>(
      tx,
      `select id, external_ref as ref, state from orders where site_id = $1 and wave_id = $2 order by id`,
      [tx.siteId, waveId],
    );
    const onFloor = orders.filter(({ state }) => ON_FLOOR.has(state));
    const keeps = new Map<string, ReasonView>();
    for (const part of this.parts) {
      const kept = await part.keeps(
        tx,
        onFloor.map(({ id }) => id),
      );
      for (const [id, why] of kept) keeps.set(id, why);
    }
    const past = orders
      .filter(({ state }) => !ON_FLOOR.has(state) && !ENDED.has(state) && state !== 'ready')
      .map(({ ref, state }) => {
        const text = `Order ${ref} is ${state}: its parcels have left the bench.`;
        return { code: `order-${state}`, facts: { order: ref, state }, text };
      });
    return { back: onFloor.filter(({ id }) => !keeps.has(id)), kept: [...keeps.values(), ...past] };
  }

  private async dropLines(tx: Tx, waveId: string, orderIds: string[], reason: string): Promise<void> {
    await affected(
      tx,
      `update wave_lines set state = 'removed', reason = $4 where site_id = $1 and wave_id = $2 and order_id = any($3::uuid[])
         and state in ('included', 'short')`,
      [tx.siteId, waveId, orderIds, reason],
    );
  }

  /** A wave with something kept goes on with it; one without is over. */
  private async finish(tx: Tx, waveId: string, kept: boolean): Promise<string> {
    if (kept) {
      await move(tx, waves, waveId, 'in-progress');
      return 'in-progress';
    }
    const ended = await row<{ id: string }>(
      tx,
      `select id from orders where site_id = $1 and wave_id = $2 and state in ('shipped', 'delivered') limit 1`,
      [tx.siteId, waveId],
    );
    if (ended) {
      await move(tx, waves, waveId, 'in-progress');
      await this.releases.completeWaveOf(tx, ended.id);
      return 'completed';
    }
    await move(tx, waves, waveId, 'cancelled');
    await affected(tx, `update waves set reason = 'the release was undone' where site_id = $1 and id = $2`, [
      tx.siteId,
      waveId,
    ]);
    await affected(
      tx,
      `update wave_steps set state = 'compensated' where site_id = $1 and wave_id = $2 and state = 'succeeded'`,
      [tx.siteId, waveId],
    );
    return 'cancelled';
  }
}
