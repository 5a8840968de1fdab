import { Injectable } from '@nestjs/common';
import {
  type ConfirmReplenishment,
  type ReplenishmentOutcome,
  type ReplenishmentTask,
  replenishmentStates,
} from '#lib/contracts';
import { InventoryService } from '../inventory/inventory.service.js';
import { affected, constraintName, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, type EventMap } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';
import { move, moveAll } from '../platform/transition.js';
import { BlockedPicksService } from './blocked-picks.service.js';
import { decideReplenish, type ReplenishDecision } from './decide-replenish.js';
import { LEASE_MS } from './lease.js';
import { shrinkToNeed } from './replenishment-need.queries.js';
import './picking.events.js';

type Wanted = EventMap['waves.replenishment-wanted']['wanted'][number];

interface ReplenishRow {
  id: string;
  state: string;
  event_id: string | null;
  person_id: string | null;
  done_quantity: number;
  picks_ready: number;
  merchant_id: string;
  item_id: string;
  sku: string;
  lot: string;
  quantity: number;
  from_location_id: string;
  to_location_id: string;
  from_code: string;
  to_code: string;
  barcodes: { code: string; quantity: number }[];
}

const replenishments = { table: 'replenishments', states: replenishmentStates, noun: 'replenishment' };
const LISTED_MAX = 500;

/**
 * People bring goods from reserve to pick faces, as waves want them: those that are set aside for the picks that wait for them, and free
 * ones. What is set aside for others stays where it is.
 */
@Injectable()
export class ReplenishmentsService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly blocked: BlockedPicksService,
  ) {}

  /** Makes tasks of what a wave wants. The same wish twice is one task. */
  async want(tx: Tx, waveId: string, wanted: readonly Wanted[]): Promise<void> {
    await affected(
      tx,
      `insert into replenishments (site_id, id, wave_id, merchant_id, item_id, lot, from_location_id, to_location_id, quantity, need,
         state, created_at)
       select $1, r.id, $2, r.merchant, r.item, r.lot, r.source, r.target, r.quantity, r.need, 'ready', $3
       from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::uuid[], $10::int[], $11::text[])
         as r (id, merchant, item, lot, source, target, quantity, need) on conflict (site_id, id) do nothing`,
      [
        tx.siteId,
        waveId,
        tx.at,
        wanted.map((each) => each.replenishmentId),
        wanted.map((each) => each.merchantId),
        wanted.map((each) => each.itemId),
        wanted.map((each) => each.lot),
        wanted.map((each) => each.fromLocationId),
        wanted.map((each) => each.toLocationId),
        wanted.map((each) => each.quantity),
        wanted.map((each) => each.need),
      ],
    );
  }

  /** The wave is no more: what nobody has begun is not wanted any longer, but for what picks of a wave that it joined wait for. */
  async forget(tx: Tx, waveId: string): Promise<void> {
    await affected(
      tx,
      `update replenishments r set wave_id = p.wave_id from wave_replenishments p
       where r.site_id = $1 and r.wave_id = $2 and p.site_id = r.site_id and p.id = r.id and p.wave_id <> $2`,
      [tx.siteId, waveId],
    );
    await affected(
      tx,
      `update replenishments set state = 'cancelled', ended_at = $3 where site_id = $1 and wave_id = $2 and state = 'ready'`,
      [tx.siteId, waveId, tx.at],
    );
  }

  /** What waits to be brought: first what most picks wait for, then what waves lack, then what fills up. */
  list(state: string | null): Promise<ReplenishmentTask[]> {
    return this.db.transaction((tx) => this.views(tx, { id: null, state }));
  }

  async claim(id: string): Promise<ReplenishmentTask> {
    const claimed = await this.db.transaction(async (tx) => {
      const task = await this.lock(tx, id);
      requireOpen(task);
      requireMine(tx, task);
      const [less] = await shrinkToNeed(tx, [id]);
      if (less?.quantity === 0) return null;
      await moveAll(tx, replenishments, [id], 'assigned');
      await affected(
        tx,
        `update replenishments set person_id = $3, claimed_at = $4 where site_id = $1 and id = $2`,
        [tx.siteId, id, personOf(tx), tx.at],
      );
      const [view] = await this.views(tx, { id, state: null });
      return view!;
    });
    if (claimed) return claimed;
    const detail = 'No pick waits for this replenishment any more.';
    throw new Refusal('picking.task-closed', detail, { facts: { state: 'cancelled' } });
  }

  async release(id: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const task = await this.lock(tx, id);
      if (task.state !== 'assigned') return;
      requireMine(tx, task);
      await this.giveBack(tx, [id]);
    });
  }

  /** What somebody took on and forgot waits for others, what no pick waits for any more is over. @returns how many came back. */
  async returnExpired(): Promise<number> {
    return this.db.transaction(async (tx) => {
      await shrinkToNeed(tx, null);
      const expired = await rows<{ id: string }>(
        tx,
        `select id from replenishments where site_id = $1 and state = 'assigned' and claimed_at < $2 order by id
         for update skip locked`,
        [tx.siteId, new Date(tx.at.getTime() - LEASE_MS)],
      );
      await this.giveBack(
        tx,
        expired.map(({ id }) => id),
      );
      return expired.length;
    });
  }

  /** The goods are in the pick face. The same event twice is one; a wrong scan is a refusal that changes nothing. */
  async confirm(id: string, confirm: ConfirmReplenishment): Promise<ReplenishmentOutcome> {
    const outcome = this.db.transaction(async (tx) => {
      const task = await this.lock(tx, id);
      if (task.event_id === confirm.eventId) {
        return { state: task.state, quantity: task.done_quantity, picksReady: task.picks_ready };
      }
      requireMine(tx, task);
      const item = { sku: task.sku, barcodes: task.barcodes };
      const decision = decideReplenish({ ...task, item, from: task.from_code, to: task.to_code }, confirm);
      if (decision.decision === 'refuse') {
        throw new Refusal(decision.code, decision.detail, { facts: decision.facts });
      }
      return this.carryOut(tx, task, confirm.eventId, decision);
    });
    return outcome.catch((error: unknown) => {
      if (constraintName(error) !== 'replenishments_event_uq') throw error;
      throw new Refusal('picking.event-reused', 'This confirmation was made for another replenishment.');
    });
  }

  private async carryOut(
    tx: Tx,
    task: ReplenishRow,
    eventId: string,
    decision: Exclude<ReplenishDecision, { decision: 'refuse' }>,
  ): Promise<ReplenishmentOutcome> {
    const { quantity } = decision;
    const short = decision.decision === 'short' ? decision : null;
    const state = short?.state ?? 'done';
    const { ready, unserved } = await this.bring(tx, task, { quantity, eventId });
    if (short) {
      const { merchant_id: merchantId, item_id: itemId, lot, from_location_id: locationId } = task;
      const reason = `replenishment short: ${short.reason}`;
      await this.inventory.openCount(tx, { merchantId, itemId, lot, locationId, reason });
    }
    await this.blocked.comeToNothing(tx, unserved, { reason: quantity === 0 ? 'empty' : 'fewer', eventId });
    await move(tx, replenishments, task.id, state);
    await affected(
      tx,
      `update replenishments set done_quantity = $3, reason = $4, event_id = $5, ended_at = $6, picks_ready = $8,
         person_id = coalesce($7, person_id) where site_id = $1 and id = $2`,
      [tx.siteId, task.id, quantity, short?.reason ?? null, eventId, tx.at, personOf(tx), ready],
    );
    await addEvent(tx, {
      type: 'picking.replenished',
      aggregateId: task.id,
      merchantId: task.merchant_id,
      data: {
        replenishmentId: task.id,
        sku: task.sku,
        from: task.from_code,
        to: task.to_code,
        quantity,
        missing: short?.missing ?? 0,
        picksReady: ready,
        personId: personOf(tx),
      },
    });
    return { state, quantity, picksReady: ready };
  }

  /** Moves the goods, and with them those of the picks that wait. */
  private bring(tx: Tx, task: ReplenishRow, { quantity, eventId }: { quantity: number; eventId: string }) {
    const { id: replenishmentId, to_location_id: toLocationId } = task;
    return this.blocked.bring(tx, { replenishmentId, toLocationId, quantity }, async () => {
      if (quantity === 0) return;
      await this.inventory.move(tx, [
        {
          merchantId: task.merchant_id,
          itemId: task.item_id,
          lot: task.lot,
          quantity,
          from: { kind: 'location', id: task.from_location_id },
          to: { kind: 'location', id: toLocationId },
          reason: 'replenish',
          eventId,
        },
      ]);
    });
  }

  private async giveBack(tx: Tx, ids: string[]): Promise<void> {
    const given = await moveAll(tx, replenishments, ids, 'ready');
    await affected(
      tx,
      `update replenishments set person_id = null, claimed_at = null where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, given],
    );
  }

  private async views(
    tx: Tx,
    filter: { id: string | null; state: string | null },
  ): Promise<ReplenishmentTask[]> {
    const found = await rows<
      Omit<ReplenishmentTask, 'mine' | 'cutOffAt'> & { personId: string | null; cutOffAt: Date | null }
    >(
      tx,
      `select r.id, r.state, i.sku, i.name, r.lot, a.code as "from", b.code as "to", r.quantity, r.done_quantity as "doneQuantity",
         (select count(*)::int from reservations v where v.site_id = r.site_id and v.replenishment_id = r.id and v.state = 'open')
           as "blockedPicks", w.number::int as "waveNumber", p.name as person, r.person_id as "personId",
         case r.need when 'before-wave' then 'the face has too little for the wave' else 'filled up for the next waves' end as because,
         (select min(o.cut_off_at) from orders o where o.site_id = r.site_id and o.wave_id = r.wave_id) as "cutOffAt",
         coalesce((select json_agg(json_build_object('code', c.barcode, 'quantity', c.quantity)) from item_barcodes c
           where c.item_id = r.item_id), '[]') as barcodes
       from replenishments r join items i on i.id = r.item_id
       join locations a on a.site_id = r.site_id and a.id = r.from_location_id
       join locations b on b.site_id = r.site_id and b.id = r.to_location_id
       left join waves w on w.site_id = r.site_id and w.id = r.wave_id left join people p on p.id = r.person_id
       where r.site_id = $1 and case when $2::uuid is not null then r.id = $2 when $3::text is not null then r.state = $3
         else r.state in ('ready', 'assigned') end
       order by "blockedPicks" desc, r.need = 'before-wave' desc, r.created_at, r.id limit ${LISTED_MAX}`,
      [tx.siteId, filter.id, filter.state],
    );
    return found.map(({ personId, cutOffAt, ...task }) => ({
      ...task,
      cutOffAt: cutOffAt?.toISOString() ?? null,
      mine: personId !== null && personId === personOf(tx),
    }));
  }

  private async lock(tx: Tx, id: string): Promise<ReplenishRow> {
    const task = await row<ReplenishRow>(
      tx,
      `select r.id, r.state, r.event_id, r.person_id, r.done_quantity, r.picks_ready, r.merchant_id, r.item_id, i.sku, r.lot, r.quantity,
         r.from_location_id, r.to_location_id, a.code as from_code, b.code as to_code,
         coalesce((select json_agg(json_build_object('code', c.barcode, 'quantity', c.quantity)) from item_barcodes c
           where c.item_id = r.item_id), '[]') as barcodes
       from replenishments r join items i on i.id = r.item_id
       join locations a on a.site_id = r.site_id and a.id = r.from_location_id
       join locations b on b.site_id = r.site_id and b.id = r.to_location_id
       where r.site_id = $1 and r.id = $2 for update of r`,
      [tx.siteId, id],
    );
    if (!task) throw new Refusal('picking.unknown-task', 'There is no such replenishment.', { status: 404 });
    return task;
  }
}

function personOf(tx: Tx): string | null {
  return tx.actor.kind === 'person' ? tx.actor.personId : null;
}

function requireOpen({ state }: ReplenishRow): void {
  if (state === 'ready' || state === 'assigned') return;
  throw new Refusal('picking.task-closed', `This replenishment is ${state} already.`, { facts: { state } });
}

/** What somebody else has taken on only a supervisor may take from them. */
function requireMine(tx: Tx, task: ReplenishRow): void {
  const { actor } = tx;
  if (task.state !== 'assigned' || actor.kind !== 'person' || task.person_id === actor.personId) return;
  if (actor.roles.includes('supervisor') || actor.roles.includes('admin')) return;
  throw new Refusal('picking.task-taken', 'Somebody else brings this.');
}
