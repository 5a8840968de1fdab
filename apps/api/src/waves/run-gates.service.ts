import { Injectable } from '@nestjs/common';
import { affected, rows, type Tx } from '../platform/database.service.js';

interface Passed {
  slotId: string;
  runId: string;
  /** The cart that carries the tote: not always that of the run before, which may have been withdrawn. */
  cartId: string | null;
  fromSlotId: string;
  containerId: string;
}

/** When a run may be picked: at the release of its wave, or when the cart comes from the run before it (pick and pass). */
@Injectable()
export class RunGatesService {
  /** A wave goes to the floor: the first run of each cart. Runs that have lost all their orders meanwhile are over. */
  async openFirst(tx: Tx, waveId: string): Promise<number> {
    await affected(
      tx,
      `update runs r set state = 'cancelled' where r.site_id = $1 and r.wave_id = $2 and r.state = 'blocked'
         and not exists (select 1 from tasks t where t.site_id = r.site_id and t.run_id = r.id and t.state <> 'cancelled')`,
      [tx.siteId, waveId],
    );
    const opened = await affected(
      tx,
      `update runs r set state = 'ready' where r.site_id = $1 and r.wave_id = $2 and r.state = 'blocked' and not exists
         (select 1 from runs b where b.site_id = r.site_id and b.id = r.after_run_id and b.state not in ('done', 'cancelled'))`,
      [tx.siteId, waveId],
    );
    return opened;
  }

  /**
   * Carts that were handed over go on to their next zone, with the totes of the orders that still want something there. Whoever asks
   * twice changes nothing the second time.
   * @returns the runs that can be picked now.
   */
  async passOn(tx: Tx, waveId: string): Promise<string[]> {
    const next = await rows<{ id: string }>(
      tx,
      `select r.id from runs r join waves w on w.site_id = r.site_id and w.id = r.wave_id
       join runs b on b.site_id = r.site_id and b.id = r.after_run_id
       where r.site_id = $1 and r.wave_id = $2 and r.state = 'blocked' and w.state in ('released', 'in-progress')
         and b.state in ('done', 'cancelled') order by r.id for update of r`,
      [tx.siteId, waveId],
    );
    if (next.length === 0) return [];
    const opened = await rows<{ id: string; state: string }>(
      tx,
      `update runs r set state = case when exists (select 1 from tasks t where t.site_id = r.site_id and t.run_id = r.id
         and t.state in ('blocked', 'ready')) then 'ready' else 'cancelled' end
       where r.site_id = $1 and r.id = any($2::uuid[]) returning r.id, r.state`,
      [tx.siteId, next.map(({ id }) => id)],
    );
    const runIds = opened.filter(({ state }) => state === 'ready').map(({ id }) => id);
    await this.passTotes(tx, waveId, runIds);
    // A run that has nothing left takes no tote: it stays where it was handed over, and nobody waits for more.
    await affected(
      tx,
      `update run_slots set state = 'cancelled' where site_id = $1 and run_id = any($2::uuid[]) and state = 'open'`,
      [tx.siteId, opened.filter(({ state }) => state === 'cancelled').map(({ id }) => id)],
    );
    return runIds;
  }

  /** As `passOn` for every wave: also behind a run that was withdrawn, which nobody hands over. */
  async passOnAll(tx: Tx): Promise<void> {
    const waiting = await rows<{ wave_id: string }>(
      tx,
      `select distinct wave_id from runs where site_id = $1 and state = 'blocked' and after_run_id is not null`,
      [tx.siteId],
    );
    for (const { wave_id } of waiting) await this.passOn(tx, wave_id);
  }

  private async passTotes(tx: Tx, waveId: string, runIds: string[]): Promise<void> {
    const passed = await rows<Passed>(
      tx,
      `select s.id as "slotId", s.run_id as "runId", r.cart_id as "cartId", f.id as "fromSlotId", f.container_id as "containerId"
       from run_slots s join runs r on r.site_id = s.site_id and r.wave_id = $2
       join run_slots f on f.site_id = r.site_id and f.run_id = r.id and f.order_id = s.order_id and f.id <> s.id
       where s.site_id = $1 and s.run_id = any($3::uuid[]) and s.state = 'open' and s.container_id is null
         and f.state = 'dropped' and f.container_id is not null
       order by s.id for update of s, f`,
      [tx.siteId, waveId, runIds],
    );
    if (passed.length === 0) return;
    const containers = passed.map(({ containerId }) => containerId);
    await affected(tx, `update run_slots set state = 'emptied' where site_id = $1 and id = any($2::uuid[])`, [
      tx.siteId,
      passed.map(({ fromSlotId }) => fromSlotId),
    ]);
    await affected(
      tx,
      `update run_slots s set container_id = p.container_id from unnest($2::uuid[], $3::uuid[]) as p (id, container_id)
       where s.site_id = $1 and s.id = p.id`,
      [tx.siteId, passed.map(({ slotId }) => slotId), containers],
    );
    // The totes stand on the cart that brought them: only that one can go on with them.
    await affected(
      tx,
      `update runs r set cart_id = n.cart_id from unnest($2::uuid[], $3::uuid[]) as n (id, cart_id)
       where r.site_id = $1 and r.id = n.id`,
      [tx.siteId, passed.map(({ runId }) => runId), passed.map(({ cartId }) => cartId)],
    );
    await affected(
      tx,
      `update containers set state = 'picking', station_id = null where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, containers],
    );
  }
}
