import { Injectable } from '@nestjs/common';
import { type ReasonView, waveStates } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import { type MergeableWave, whyNotMerge } from './decide-merge.js';
import { WavesService } from './waves.service.js';
import './waves.events.js';

const waves = { table: 'waves', states: waveStates, noun: 'wave' };
/** What is decided over all orders together, so anew; goods that are set aside and sent for stay so. */
const DONE_ANEW = ['cartonise', 'batch', 'route', 'assign', 'create-tasks'];

/** Planned waves become one: their orders with what is set aside for them, batched and routed together. */
@Injectable()
export class WaveMergeService {
  constructor(
    private readonly db: Database,
    private readonly waves: WavesService,
  ) {}

  /** The others join the first, which is then planned on. All are refused, each with its reason, where one can't. */
  async mergeWaves(waveIds: readonly string[]): Promise<void> {
    const { first, siteId } = await this.db.transaction(async (tx) => {
      const first = await this.merge(tx, waveIds);
      return { first, siteId: tx.siteId };
    });
    this.waves.planOn(first, siteId);
  }

  /** The merge without planning on. @returns the wave that the others joined. */
  async merge(tx: Tx, waveIds: readonly string[]): Promise<string> {
    const all = await this.lock(tx, waveIds);
    const [first, ...others] = all as [MergeableWave, ...MergeableWave[]];
    const otherIds = others.map(({ id }) => id);
    await this.dropPlans(
      tx,
      all.map(({ id }) => id),
    );
    await this.moveOrders(tx, first.id, otherIds);
    if (first.state === 'locked') await move(tx, waves, first.id, 'planned');
    await move(tx, waves, first.id, 'planning');
    await affected(
      tx,
      `update wave_steps set state = 'compensated' where site_id = $1 and wave_id = $2 and name = any($3::text[])
         and state in ('succeeded', 'failed', 'skipped')`,
      [tx.siteId, first.id, DONE_ANEW],
    );
    for (const { id, number } of others) {
      const reason = `merged into wave ${first.number}`;
      await move(tx, waves, id, 'cancelled');
      await affected(tx, `update waves set reason = $3 where site_id = $1 and id = $2`, [
        tx.siteId,
        id,
        reason,
      ]);
      await addEvent(tx, {
        type: 'waves.wave-cancelled',
        aggregateId: id,
        data: { waveId: id, number, reason },
      });
    }
    const data = { waveId: first.id, number: first.number, merged: others.map(({ number }) => number) };
    await addEvent(tx, { type: 'waves.waves-merged', aggregateId: first.id, data });
    return first.id;
  }

  private async lock(tx: Tx, waveIds: readonly string[]): Promise<MergeableWave[]> {
    const found = await rows<MergeableWave>(
      tx,
      `select w.id, w.number::int, w.state, w.channel_id is not null as "ofChannel",
         coalesce((select step ->> 'method' from jsonb_array_elements(w.plan -> 'pipeline') as step
           where step ->> 'name' = 'batch'), 'cluster') as method,
         json_build_object('orders', w.order_count, 'lines', w.line_count, 'units', w.unit_count) as size,
         t.name as template, t.limits
       from waves w join wave_templates t on t.site_id = w.site_id and t.id = w.template_id
       where w.site_id = $1 and w.id = any($2::uuid[]) order by w.id for update of w`,
      [tx.siteId, waveIds],
    );
    const byId = new Map(found.map((wave) => [wave.id, wave]));
    if (waveIds.some((id) => !byId.has(id))) {
      throw new Refusal('wave.unknown', 'There is no such wave.', { status: 404 });
    }
    const inOrder = [...new Set(waveIds)].map((id) => byId.get(id)!);
    const reasons: ReasonView[] = whyNotMerge(inOrder);
    if (reasons.length === 0) return inOrder;
    const detail = reasons.map(({ text }) => text).join(' ');
    throw new Refusal('waves.cannot-merge', detail, { facts: { reasons } });
  }

  /** Runs, tasks and cartons that were planned for each wave alone. */
  private async dropPlans(tx: Tx, waveIds: string[]): Promise<void> {
    const parameters = [tx.siteId, waveIds];
    const runs = `select id from runs where site_id = $1 and wave_id = any($2::uuid[])`;
    await affected(
      tx,
      `update tasks set state = 'cancelled' where site_id = $1 and run_id in (${runs}) and state in ('blocked', 'ready')`,
      parameters,
    );
    await affected(
      tx,
      `update run_slots set state = 'cancelled' where site_id = $1 and run_id in (${runs}) and state = 'open'`,
      parameters,
    );
    await affected(
      tx,
      `update runs set state = 'cancelled' where site_id = $1 and wave_id = any($2::uuid[]) and state = 'blocked'`,
      parameters,
    );
    await affected(
      tx,
      `delete from planned_cartons p using orders o where o.site_id = $1 and o.wave_id = any($2::uuid[])
         and p.site_id = o.site_id and p.order_id = o.id and p.wave_id = any($2::uuid[])`,
      parameters,
    );
  }

  private async moveOrders(tx: Tx, toId: string, fromIds: string[]): Promise<void> {
    const parameters = [tx.siteId, toId, fromIds];
    // A line that had left the first wave for a while comes back to it: one row for each line and wave.
    await affected(
      tx,
      `delete from wave_lines l where l.site_id = $1 and l.wave_id = $2 and l.state <> 'included'
         and exists (select 1 from wave_lines o where o.site_id = l.site_id and o.wave_id = any($3::uuid[])
           and o.order_line_id = l.order_line_id and o.state = 'included')`,
      parameters,
    );
    await affected(
      tx,
      `update wave_lines set wave_id = $2 where site_id = $1 and wave_id = any($3::uuid[]) and state = 'included'`,
      parameters,
    );
    for (const table of ['reservations', 'orders', 'wave_replenishments']) {
      await affected(
        tx,
        `update ${table} set wave_id = $2 where site_id = $1 and wave_id = any($3::uuid[])`,
        parameters,
      );
    }
    const known = await row<{ orders: number }>(
      tx,
      `select count(*)::int as orders from orders where site_id = $1 and wave_id = $2`,
      [tx.siteId, toId],
    );
    await affected(tx, `update waves set order_count = $3, reason = null where site_id = $1 and id = $2`, [
      tx.siteId,
      toId,
      known!.orders,
    ]);
  }
}
