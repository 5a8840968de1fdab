import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import { type DropRun, type RunView, runStates } from '#lib/contracts';
import { checkStationScan } from '#lib/floor';
import { OrderProgressService } from '../orders/order-progress.service.js';
import {
  affected,
  constraintName,
  Database,
  row,
  rows,
  sqlState,
  type Tx,
} from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Live } from '../platform/live.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import { endBatchSlots, endSlots, HAS_TOTES, handOver, handOverBatch } from './hand-over.queries.js';
import { LEASE_MS } from './lease.js';
import { PickingQueries } from './picking.queries.js';
import './picking.events.js';

interface RunRow {
  id: string;
  number: string;
  state: string;
  wave_id: string;
  person_id: string | null;
  drop_station_id: string | null;
  method: string;
}

const RUN = `select id, number, state, wave_id, person_id, drop_station_id, method from runs`;

const runs = { table: 'runs', states: runStates, noun: 'run' };

/** Who picks which run, on which cart, and where it ends. */
@Injectable()
export class RunsService {
  constructor(
    private readonly db: Database,
    private readonly progress: OrderProgressService,
    private readonly queries: PickingQueries,
    private readonly live: Live,
  ) {}

  /**
   * The next run for this person with the cart scanned: one that was begun with this cart before all others, then in the order
   * of release. A run whose goods are still being brought waits for them. Who has a run already gets it again.
   * @returns null when nothing waits.
   */
  async claimRun(cartScan: string): Promise<RunView | null> {
    const runId = await this.db
      .transaction((tx) => this.claim(tx, cartScan))
      .catch((error: unknown) => {
        if (sqlState(error) !== '23505') throw error;
        const taken = constraintName(error) === 'runs_cart_uq';
        throw new Refusal(
          taken ? 'picking.cart-in-use' : 'picking.already-picking',
          taken ? 'Somebody else picks with this cart.' : 'You have a run already.',
        );
      });
    return runId === null ? null : this.queries.run(runId);
  }

  /** Gives a run back. Totes that were begun stay on the cart: only this cart goes on with it. */
  async releaseRun(runId: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const run = await this.lockOwn(tx, runId);
      if (run.state === 'ready') return;
      if (run.state === 'picked') {
        throw new Refusal('picking.drop-first', 'This run is picked: bring the totes to the station.');
      }
      await this.giveBack(tx, run, 'released');
    });
  }

  /** Runs whose person has confirmed nothing for the length of a lease wait for others. @returns how many. */
  async returnExpired(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const expired = await rows<RunRow>(
        tx,
        `${RUN} where site_id = $1 and state in ('assigned', 'in-progress') and lease_until < $2 order by id for update skip locked`,
        [tx.siteId, tx.at],
      );
      for (const run of expired) await this.giveBack(tx, run, 'lease-expired');
      return expired.length;
    });
  }

  /** The totes are handed over: the run is done, its orders are picked. The same drop twice is one. */
  async dropRun(runId: string, drop: DropRun): Promise<{ containers: string[]; orders: number }> {
    return this.db.transaction(async (tx) => {
      const run = await this.lockOwn(tx, runId, ['done', 'dropped']);
      if (run.state === 'done') return { containers: await this.lpnsOf(tx, runId), orders: 0 };
      const station = await this.stationOf(tx, run, drop.stationScan);
      if (run.state !== 'picked') {
        const open = await row<{ count: string }>(
          tx,
          `select count(*) from tasks where site_id = $1 and run_id = $2 and state in ('ready', 'assigned', 'in-progress')`,
          [tx.siteId, runId],
        );
        throw new Refusal('picking.not-all-picked', `${open!.count} picks of this run are open.`, {
          facts: { open: Number(open!.count) },
        });
      }
      await move(tx, runs, runId, 'dropped');
      const batch = run.method === 'batch';
      const containers = await (batch ? handOverBatch : handOver)(tx, runId, station.id);
      const orderIds = await (batch ? endBatchSlots : endSlots)(tx, runId);
      const picked = await this.progress.markPicked(tx, orderIds);
      await move(tx, runs, runId, 'done');
      await affected(
        tx,
        `update runs set ended_at = $3, drop_station_id = $4 where site_id = $1 and id = $2`,
        [tx.siteId, runId, tx.at, station.id],
      );
      const data = { runId, number: Number(run.number), station: station.code, containers };
      await addEvent(tx, { type: 'picking.run-dropped', aggregateId: runId, data });
      await addEvent(tx, {
        type: 'picking.run-done',
        aggregateId: runId,
        data: { runId, waveId: run.wave_id },
      });
      return { containers, orders: picked.length };
    });
  }

  private async claim(tx: Tx, cartScan: string): Promise<string | null> {
    if (tx.actor.kind !== 'person')
      throw new Refusal('picking.people-only', 'Only a person can pick.', { status: 403 });
    const { personId } = tx.actor;
    // Two claims of one person come one after the other, so that the second finds the run of the first.
    await row(tx, `select id from people where id = $1 for no key update`, [personId]);
    const mine = await row<{ id: string }>(
      tx,
      `select id from runs where site_id = $1 and person_id = $2 and state in ('assigned', 'in-progress', 'picked')`,
      [tx.siteId, personId],
    );
    if (mine) return mine.id;
    const cart = await this.cartOf(tx, cartScan);
    const run = await row<{ id: string; number: string }>(
      tx,
      `select r.id, r.number from runs r join waves w on w.site_id = r.site_id and w.id = r.wave_id
       where r.site_id = $1 and r.state = 'ready' and (r.cart_id is null or r.cart_id = $2)
         and not exists (select 1 from tasks t where t.site_id = r.site_id and t.run_id = r.id and t.state = 'blocked')
         and (r.method = 'batch' or
           (select count(*) from run_slots s where s.site_id = r.site_id and s.run_id = r.id and s.state = 'open') <= $3)
       order by (r.cart_id is not null) desc, w.released_at, r.number limit 1 for update of r skip locked`,
      [tx.siteId, cart.id, cart.slots],
    );
    if (!run) return null;
    const begun = await row(
      tx,
      `select 1 from tasks where site_id = $1 and run_id = $2
       having count(*) filter (where done_quantity > 0) > 0 or count(*) filter (where state = 'ready') = 0`,
      [tx.siteId, run.id],
    );
    await move(tx, runs, run.id, 'assigned');
    if (begun) await this.goOn(tx, run.id);
    await affected(
      tx,
      `update runs set person_id = $3, cart_id = $4, assigned_at = $5, lease_until = $6 where site_id = $1 and id = $2`,
      [tx.siteId, run.id, personId, cart.id, tx.at, new Date(tx.at.getTime() + LEASE_MS)],
    );
    await affected(
      tx,
      `update tasks set state = 'assigned', person_id = $3 where site_id = $1 and run_id = $2 and state = 'ready'`,
      [tx.siteId, run.id, personId],
    );
    const data = { runId: run.id, number: Number(run.number), personId, cart: cart.code };
    await addEvent(tx, { type: 'picking.run-claimed', aggregateId: run.id, data });
    return run.id;
  }

  /** A run that others began, or that only carries totes on: to its next pick, or straight to the station without one. */
  private async goOn(tx: Tx, runId: string): Promise<void> {
    await move(tx, runs, runId, 'in-progress');
    const open = await row(
      tx,
      `select 1 from tasks where site_id = $1 and run_id = $2 and state = 'ready' limit 1`,
      [tx.siteId, runId],
    );
    if (!open) await move(tx, runs, runId, 'picked');
  }

  private async cartOf(tx: Tx, cartScan: string): Promise<{ id: string; code: string; slots: number }> {
    const scan = identifyScan(cartScan);
    const cart = await row<{ id: string; code: string; slots: number }>(
      tx,
      `select id, code, slots from carts where site_id = $1 and code = $2`,
      [tx.siteId, scan.kind === 'cart' ? scan.value : ''],
    );
    if (cart) return cart;
    const got = scan.value || scan.data || '?';
    throw new Refusal('picking.wrong-cart', `Scan a cart; ${got} is none.`, { facts: { needed: 'C-', got } });
  }

  private async lockOwn(tx: Tx, runId: string, also: string[] = []): Promise<RunRow> {
    const run = await row<RunRow>(tx, `${RUN} where site_id = $1 and id = $2 for update`, [tx.siteId, runId]);
    if (!run) throw new Refusal('picking.unknown-run', 'There is no such run.', { status: 404 });
    const open = ['assigned', 'in-progress', 'picked', ...also].includes(run.state);
    const own =
      tx.actor.kind !== 'person' ||
      run.person_id === tx.actor.personId ||
      tx.actor.roles.includes('supervisor');
    if (open && own) return run;
    const detail = open ? 'Somebody else picks this run.' : `Run ${run.number} is ${run.state}.`;
    throw new Refusal('picking.run-not-yours', detail, { facts: { runState: run.state } });
  }

  private async giveBack(tx: Tx, run: RunRow, because: 'released' | 'lease-expired'): Promise<void> {
    await move(tx, runs, run.id, 'ready');
    await affected(
      tx,
      `update tasks set state = 'ready', person_id = null where site_id = $1 and run_id = $2 and state in ('assigned', 'in-progress')`,
      [tx.siteId, run.id],
    );
    await affected(
      tx,
      `update runs r set person_id = null, lease_until = null, cart_id = case when ${HAS_TOTES} then r.cart_id end
       where r.site_id = $1 and r.id = $2`,
      [tx.siteId, run.id],
    );
    const data = { runId: run.id, number: Number(run.number), because };
    await addEvent(tx, { type: 'picking.run-returned', aggregateId: run.id, data });
    const { person_id: personId } = run;
    const { siteId } = tx;
    if (personId)
      tx.afterCommit(() => this.live.toPerson(siteId, personId, 'floor.work-changed', { runId: null }));
  }

  private async stationOf(tx: Tx, run: RunRow, stationScan: string): Promise<{ id: string; code: string }> {
    const wrong = checkStationScan(null, stationScan);
    const station = wrong
      ? null
      : await row<{ id: string; code: string; kind: string }>(
          tx,
          `select id, code, kind from stations where site_id = $1 and code = $2`,
          [tx.siteId, identifyScan(stationScan).value],
        );
    const batch = run.method === 'batch';
    // Only its own wall has slots for the orders of a batch run.
    const fits = batch ? station?.id === run.drop_station_id : station?.kind === 'pack-bench';
    if (station && fits) return station;
    const asked = await row<{ code: string }>(
      tx,
      `select code from stations where site_id = $1 and id = $2`,
      [tx.siteId, run.drop_station_id],
    );
    const needed = asked?.code ?? 'a pack bench';
    const got = identifyScan(stationScan).value || wrong?.got || '?';
    throw new Refusal('picking.wrong-station', `Need ${needed}, got ${got}.`, { facts: { needed, got } });
  }

  private async lpnsOf(tx: Tx, runId: string): Promise<string[]> {
    const found = await rows<{ lpn: string }>(
      tx,
      `select c.lpn from containers c where c.site_id = $1 and c.id in (select coalesce(t.container_id, s.container_id)
         from run_slots s left join tasks t on t.site_id = s.site_id and t.run_id = s.run_id and t.container_id is not null
         where s.site_id = $1 and s.run_id = $2) order by c.lpn`,
      [tx.siteId, runId],
    );
    return found.map(({ lpn }) => lpn);
  }
}
