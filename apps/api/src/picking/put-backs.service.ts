import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import { type PutBackTask, taskStates } from '#lib/contracts';
import { checkContainerScan, checkItemScans, checkLocationScan } from '#lib/floor';
import { InventoryService } from '../inventory/inventory.service.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, addEvents } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { move, moveAll } from '../platform/transition.js';
import { decidePutBacks, type PickedGoods } from './decide-put-backs.js';
import { LEASE_MS } from './lease.js';
import { batchPicked } from './put-wall.queries.js';
import './picking.events.js';

export interface ConfirmPutBack {
  eventId: string;
  containerScan: string;
  itemScans: string[];
  locationScan: string;
}

/** A put-back as it was made. */
export interface NewPutBack {
  taskId: string;
  orderId: string;
  orderLineId: string;
  lpn: string;
  location: string;
  sku: string;
  quantity: number;
}

interface PutBackRow {
  id: string;
  state: string;
  event_id: string | null;
  person_id: string | null;
  order_id: string;
  merchant_id: string;
  order_line_id: string;
  item_id: string;
  sku: string;
  lot: string;
  quantity: number;
  location_id: string;
  location_code: string;
  container_id: string;
  lpn: string;
  barcodes: { code: string; quantity: number }[];
}

const tasks = { table: 'tasks', states: taskStates, noun: 'task' };
const LISTED_MAX = 500;

/** Goods of cancelled and undone orders go from their totes back to where they were taken. */
@Injectable()
export class PutBacksService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
  ) {}

  /**
   * Makes a put-back for all that the orders' totes hold, by what the ledger says was put into them. Call it while their slots are
   * still theirs.
   */
  async createFor(tx: Tx, orderIds: readonly string[]): Promise<NewPutBack[]> {
    const picked = [...(await this.pickedGoods(tx, orderIds)), ...(await batchPicked(tx, orderIds))];
    const goods = decidePutBacks(picked).map((each) => ({
      ...each,
      id: newId(),
    }));
    if (goods.length === 0) return [];
    await affected(
      tx,
      `insert into tasks (site_id, id, kind, slot_id, sequence, order_id, order_line_id, merchant_id, item_id, lot, location_id,
         quantity, state, container_id)
       select $1, g.id, 'put-back', g.slot_id, 0, g.order_id, g.line_id, g.merchant_id, g.item_id, g.lot, g.location_id, g.quantity,
         'ready', g.container_id
       from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::uuid[], $10::int[],
         $11::uuid[]) as g (id, slot_id, order_id, line_id, merchant_id, item_id, lot, location_id, quantity, container_id)
       on conflict do nothing`,
      [
        tx.siteId,
        goods.map((each) => each.id),
        goods.map((each) => each.slotId),
        goods.map((each) => each.orderId),
        goods.map((each) => each.orderLineId),
        goods.map((each) => each.merchantId),
        goods.map((each) => each.itemId),
        goods.map((each) => each.lot),
        goods.map((each) => each.locationId),
        goods.map((each) => each.quantity),
        goods.map((each) => each.containerId),
      ],
    );
    await affected(
      tx,
      `update tasks t set to_sort = 0 from order_lines l where l.site_id = $1 and l.order_id = any($2::uuid[])
         and t.site_id = l.site_id and t.order_line_id = l.id and t.to_sort > 0`,
      [tx.siteId, orderIds],
    );
    await addEvents(
      tx,
      goods.map(({ id: taskId, orderId, merchantId, lpn: container, quantity }) => ({
        type: 'picking.put-back-created' as const,
        aggregateId: orderId,
        orderId,
        merchantId,
        data: { taskId, orderId, container, quantity },
      })),
    );
    return goods.map(({ id: taskId, orderId, orderLineId, lpn, location, sku, quantity }) => {
      return { taskId, orderId, orderLineId, lpn, location, sku, quantity };
    });
  }

  /** What waits to be put back, tote by tote in the order of the walk. */
  list(): Promise<PutBackTask[]> {
    return this.db.transaction((tx) => this.views(tx, null));
  }

  /** A person takes a put-back on. Taking it again is the same; one in other hands is refused until its 30 minutes are over. */
  async claim(taskId: string): Promise<PutBackTask> {
    return this.db.transaction(async (tx) => {
      const task = await this.lock(tx, taskId);
      requireOpen(task);
      requireMine(tx, task);
      await moveAll(tx, tasks, [taskId], 'assigned');
      await affected(tx, `update tasks set person_id = $3, claimed_at = $4 where site_id = $1 and id = $2`, [
        tx.siteId,
        taskId,
        personOf(tx),
        tx.at,
      ]);
      const [view] = await this.views(tx, taskId);
      return view!;
    });
  }

  /** Gives a put-back to whoever comes next. */
  async release(taskId: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const task = await this.lock(tx, taskId);
      if (task.state !== 'assigned') return;
      requireMine(tx, task);
      await this.giveBack(tx, [taskId]);
    });
  }

  /** Put-backs that somebody took on and forgot wait for others. @returns how many. */
  async returnExpired(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const expired = await rows<{ id: string }>(
        tx,
        `select id from tasks where site_id = $1 and kind = 'put-back' and state = 'assigned' and claimed_at < $2
         order by id for update skip locked`,
        [tx.siteId, new Date(tx.at.getTime() - LEASE_MS)],
      );
      await this.giveBack(
        tx,
        expired.map(({ id }) => id),
      );
      return expired.length;
    });
  }

  /** The goods are at their location: they can be reserved again from now on. The same event twice is one. */
  async confirm(taskId: string, confirm: ConfirmPutBack): Promise<{ state: string }> {
    return this.db.transaction(async (tx) => {
      const task = await this.lock(tx, taskId);
      if (task.event_id === confirm.eventId) return { state: task.state };
      requireOpen(task);
      requireMine(tx, task);
      checkScans(task, confirm);
      await this.putBack(tx, task, confirm.eventId);
      return { state: 'done' };
    });
  }

  private async putBack(tx: Tx, task: PutBackRow, eventId: string): Promise<void> {
    await this.inventory.move(tx, [
      {
        merchantId: task.merchant_id,
        itemId: task.item_id,
        lot: task.lot,
        quantity: task.quantity,
        from: { kind: 'container', id: task.container_id },
        to: { kind: 'location', id: task.location_id },
        reason: 'put-back',
        eventId,
        orderLineId: task.order_line_id,
      },
    ]);
    await move(tx, tasks, task.id, 'done');
    await affected(
      tx,
      `update tasks set event_id = $3, done_quantity = quantity, ended_at = $4, person_id = coalesce($5, person_id)
       where site_id = $1 and id = $2`,
      [tx.siteId, task.id, eventId, tx.at, personOf(tx)],
    );
    await affected(
      tx,
      `update containers c set state = 'empty', station_id = null where c.site_id = $1 and c.id = $2 and not exists
         (select 1 from levels l where l.site_id = c.site_id and l.account_kind = 'container' and l.account_id = c.id
            and l.quantity > 0)`,
      [tx.siteId, task.container_id],
    );
    await addEvent(tx, {
      type: 'picking.task-confirmed',
      aggregateId: task.order_id,
      orderId: task.order_id,
      merchantId: task.merchant_id,
      data: {
        taskId: task.id,
        runId: null,
        waveId: null,
        orderLineId: task.order_line_id,
        sku: task.sku,
        location: task.location_code,
        container: identifyScan(task.lpn).value,
        quantity: task.quantity,
        asked: task.quantity,
        personId: personOf(tx),
        source: 'put-back',
      },
    });
  }

  private async giveBack(tx: Tx, taskIds: string[]): Promise<void> {
    const given = await moveAll(tx, tasks, taskIds, 'ready');
    await affected(
      tx,
      `update tasks set person_id = null, claimed_at = null where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, given],
    );
  }

  /** What went into the totes that now stand for the orders, newest first, with what the totes still hold of it. */
  private pickedGoods(tx: Tx, orderIds: readonly string[]): Promise<PickedGoods[]> {
    return rows<PickedGoods>(
      tx,
      `select s.id as "slotId", c.id as "containerId", c.lpn, l.order_id as "orderId", l.id as "orderLineId",
         l.merchant_id as "merchantId", m.item_id as "itemId", i.sku, m.lot, m.from_id as "locationId", a.code as location,
         m.quantity, v.quantity as held
       from run_slots s join containers c on c.site_id = s.site_id and c.id = s.container_id
       join order_lines l on l.site_id = s.site_id and l.order_id = s.order_id
       join movements m on m.site_id = l.site_id and m.order_line_id = l.id and m.to_kind = 'container' and m.to_id = c.id
         and m.from_kind in ('location', 'shortfall')
       join locations a on a.site_id = m.site_id and a.id = m.from_id join items i on i.id = m.item_id
       join levels v on v.site_id = c.site_id and v.account_kind = 'container' and v.account_id = c.id and v.item_id = m.item_id
         and v.lot = m.lot and v.quantity > 0
       where s.site_id = $1 and s.order_id = any($2::uuid[]) and s.state in ('open', 'picked', 'dropped', 'packing')
       order by m.at desc, m.id desc`,
      [tx.siteId, orderIds],
    );
  }

  private async views(tx: Tx, taskId: string | null): Promise<PutBackTask[]> {
    const found = await rows<
      Omit<PutBackTask, 'mine' | 'from' | 'sourceCodes'> & { personId: string | null }
    >(
      tx,
      `select t.id, t.state, c.lpn, i.sku, i.name, t.lot, t.quantity, a.code as location, p.name as person,
         t.person_id as "personId",
         (select r.number::int from runs r where r.site_id = s.site_id and r.id = s.run_id and c.station_id is null) as "runNumber",
         coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
           where b.item_id = t.item_id), '[]') as barcodes
       from tasks t join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
       join containers c on c.site_id = s.site_id and c.id = coalesce(t.container_id, s.container_id)
       join items i on i.id = t.item_id join locations a on a.site_id = t.site_id and a.id = t.location_id
       left join people p on p.id = t.person_id
       where t.site_id = $1 and t.kind = 'put-back' and t.state in ('ready', 'assigned') and ($2::uuid is null or t.id = $2)
       order by c.lpn, a.pick_sequence, t.id limit ${LISTED_MAX}`,
      [tx.siteId, taskId],
    );
    return found.map(({ personId, ...task }) => ({
      ...task,
      from: 'tote',
      sourceCodes: [task.lpn],
      mine: personId !== null && personId === personOf(tx),
    }));
  }

  private async lock(tx: Tx, taskId: string): Promise<PutBackRow> {
    const task = await row<PutBackRow>(
      tx,
      `select t.id, t.state, t.event_id, t.person_id, t.order_id, t.merchant_id, t.order_line_id, t.item_id, i.sku, t.lot,
         t.quantity, t.location_id, a.code as location_code, c.id as container_id, c.lpn,
         coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
           where b.item_id = t.item_id), '[]') as barcodes
       from tasks t join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
       join containers c on c.site_id = s.site_id and c.id = coalesce(t.container_id, s.container_id)
       join items i on i.id = t.item_id join locations a on a.site_id = t.site_id and a.id = t.location_id
       where t.site_id = $1 and t.id = $2 and t.kind = 'put-back' for update of t`,
      [tx.siteId, taskId],
    );
    if (!task) throw new Refusal('picking.unknown-task', 'There is no such put-back.', { status: 404 });
    return task;
  }
}

function personOf(tx: Tx): string | null {
  return tx.actor.kind === 'person' ? tx.actor.personId : null;
}

function requireOpen(task: PutBackRow): void {
  if (task.state === 'ready' || task.state === 'assigned') return;
  throw new Refusal('picking.task-closed', `This put-back is ${task.state} already.`, {
    facts: { state: task.state },
  });
}

/** What somebody else has taken on only a supervisor may take from them. */
function requireMine(tx: Tx, task: PutBackRow): void {
  const { actor } = tx;
  if (task.state !== 'assigned' || actor.kind !== 'person' || task.person_id === actor.personId) return;
  if (actor.roles.includes('supervisor') || actor.roles.includes('admin')) return;
  throw new Refusal('picking.task-taken', 'Somebody else puts this back.');
}

function checkScans(task: PutBackRow, confirm: ConfirmPutBack): void {
  const count = checkItemScans(task, task, confirm.itemScans);
  const wrong =
    checkContainerScan(task.lpn, confirm.containerScan) ??
    (count.ok ? null : count.wrong) ??
    checkLocationScan(task.location_code, confirm.locationScan);
  if (wrong) {
    const { code, needed, got } = wrong;
    throw new Refusal(`picking.${code}`, `Need ${needed}, got ${got}.`, { facts: { needed, got } });
  }
  if (count.ok && count.units < task.quantity) {
    const facts = { needed: String(task.quantity), got: String(count.units) };
    throw new Refusal('picking.incomplete', `Need ${facts.needed}, got ${facts.got}.`, { facts });
  }
}
