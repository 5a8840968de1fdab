import { Injectable, type OnModuleInit } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import { taskStates } from '#lib/contracts';
import { checkContainerScan, checkItemScans, checkLocationScan } from '#lib/floor';
import { InventoryService } from '../inventory/inventory.service.js';
import { ReservationsService } from '../inventory/reservations.service.js';
import { OrdersService } from '../orders/orders.service.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, addEvents } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Live } from '../platform/live.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import './picking.events.js';

export interface ConfirmPutBack {
  eventId: string;
  containerScan: string;
  itemScans: string[];
  locationScan: string;
}

interface PickedGoods {
  slot_id: string;
  lpn: string;
  order_line_id: string;
  merchant_id: string;
  item_id: string;
  lot: string;
  location_id: string;
  quantity: number;
}

interface PutBackRow {
  id: string;
  state: string;
  event_id: string | null;
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
  slot_id: string;
  barcodes: { code: string; quantity: number }[];
}

const tasks = { table: 'tasks', states: taskStates, noun: 'task' };

/** An order that is cancelled leaves the floor: open picks are withdrawn, picked goods go back. */
@Injectable()
export class WithdrawService implements OnModuleInit {
  constructor(
    private readonly db: Database,
    private readonly orders: OrdersService,
    private readonly inventory: InventoryService,
    private readonly reservations: ReservationsService,
    private readonly live: Live,
  ) {}

  onModuleInit(): void {
    this.orders.onCancel((tx, orderId) => this.withdrawOrder(tx, orderId));
  }

  /** @returns the effects in words. */
  async withdrawOrder(tx: Tx, orderId: string): Promise<string[]> {
    // The same lock as a confirmation takes, so that no pick slips in between.
    const runs = await rows<{ id: string; person_id: string | null }>(
      tx,
      `select r.id, r.person_id from runs r where r.site_id = $1 and r.id in (select run_id from run_slots where site_id = $1 and order_id = $2
         and state in ('open', 'picked', 'dropped')) order by r.id for update`,
      [tx.siteId, orderId],
    );
    const open = await rows<{ id: string; reservation_id: string }>(
      tx,
      `update tasks set state = 'cancelled' where site_id = $1 and order_id = $2 and kind = 'pick'
         and state in ('blocked', 'ready', 'assigned', 'in-progress') returning id, reservation_id`,
      [tx.siteId, orderId],
    );
    const loose = await rows<{ id: string }>(
      tx,
      `select v.id from reservations v join order_lines l on l.site_id = v.site_id and l.id = v.order_line_id
       where v.site_id = $1 and l.order_id = $2 and v.state = 'open'`,
      [tx.siteId, orderId],
    );
    await this.reservations.release(
      tx,
      loose.map(({ id }) => id),
    );
    const putBacks = await this.createPutBacks(tx, orderId);
    await affected(
      tx,
      `update run_slots set state = 'cancelled' where site_id = $1 and order_id = $2
         and state in ('open', 'picked', 'dropped', 'packing')`,
      [tx.siteId, orderId],
    );
    await this.endEmptyRuns(tx, orderId);
    await affected(
      tx,
      `update wave_lines set state = 'removed', reason = 'the order was cancelled' where site_id = $1 and order_id = $2
         and state in ('included', 'reserved')`,
      [tx.siteId, orderId],
    );
    this.tellPickers(tx, runs);
    const effects = open.length > 0 ? [`${open.length} picks withdrawn`] : [];
    return putBacks > 0 ? [...effects, `${putBacks} picks to be put back`] : effects;
  }

  /** Puts goods of a cancelled order back; they can be promised all along and reserved again from now on. */
  async confirmPutBack(taskId: string, confirm: ConfirmPutBack): Promise<{ state: string }> {
    return this.db.transaction(async (tx) => {
      const task = await this.lockPutBack(tx, taskId);
      if (task.event_id === confirm.eventId) return { state: task.state };
      if (task.state !== 'ready') {
        throw new Refusal('picking.task-closed', `This put-back is ${task.state} already.`, {
          facts: { state: task.state },
        });
      }
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
      `update tasks set event_id = $3, done_quantity = quantity, ended_at = $4 where site_id = $1 and id = $2`,
      [tx.siteId, task.id, eventId, tx.at],
    );
    await affected(
      tx,
      `update containers c set state = 'empty', station_id = null where c.site_id = $1 and c.id = $2 and not exists
         (select 1 from levels l where l.site_id = c.site_id and l.account_kind = 'container' and l.account_id = c.id
            and l.quantity > 0)`,
      [tx.siteId, task.container_id],
    );
    const personId = tx.actor.kind === 'person' ? tx.actor.personId : null;
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
        personId,
        source: 'put-back',
      },
    });
  }

  /** Whoever picks one of these runs sees at once that a stop of it is gone. */
  private tellPickers(tx: Tx, runs: readonly { id: string; person_id: string | null }[]): void {
    const { siteId } = tx;
    for (const { id: runId, person_id: personId } of runs) {
      if (personId === null) continue;
      tx.afterCommit(() => this.live.toPerson(siteId, personId, 'floor.work-changed', { runId }));
    }
  }

  /** What of the order is in totes goes back to where it was taken, as far as it still is in the tote. */
  private async createPutBacks(tx: Tx, orderId: string): Promise<number> {
    const goods = await rows<PickedGoods>(
      tx,
      `select t.slot_id, c.lpn, t.order_line_id, t.merchant_id, t.item_id, t.lot, t.location_id,
         least(sum(t.done_quantity), max(l.quantity))::int as quantity
       from tasks t join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
       join containers c on c.site_id = s.site_id and c.id = s.container_id
       join levels l on l.site_id = c.site_id and l.account_kind = 'container' and l.account_id = c.id and l.item_id = t.item_id
         and l.lot = t.lot and l.quantity > 0
       where t.site_id = $1 and t.order_id = $2 and t.kind = 'pick' and t.done_quantity > 0
       group by t.slot_id, c.lpn, t.order_line_id, t.merchant_id, t.item_id, t.lot, t.location_id`,
      [tx.siteId, orderId],
    );
    if (goods.length === 0) return 0;
    const ids = goods.map(() => newId());
    await affected(
      tx,
      `insert into tasks (site_id, id, kind, slot_id, sequence, order_id, order_line_id, merchant_id, item_id, lot, location_id,
         quantity, state)
       select $1, g.id, 'put-back', g.slot_id, 0, $2, g.line_id, g.merchant_id, g.item_id, g.lot, g.location_id, g.quantity, 'ready'
       from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::uuid[], $10::int[])
         as g (id, slot_id, line_id, merchant_id, item_id, lot, location_id, quantity) on conflict do nothing`,
      [
        tx.siteId,
        orderId,
        ids,
        goods.map((each) => each.slot_id),
        goods.map((each) => each.order_line_id),
        goods.map((each) => each.merchant_id),
        goods.map((each) => each.item_id),
        goods.map((each) => each.lot),
        goods.map((each) => each.location_id),
        goods.map((each) => each.quantity),
      ],
    );
    await addEvents(
      tx,
      goods.map((each, at) => ({
        type: 'picking.put-back-created' as const,
        aggregateId: orderId,
        orderId,
        merchantId: each.merchant_id,
        data: { taskId: ids[at]!, orderId, container: each.lpn, quantity: each.quantity },
      })),
    );
    return goods.length;
  }

  /** Runs that this order leaves without a pick: never begun ones are over, begun ones go to the station. */
  private async endEmptyRuns(tx: Tx, orderId: string): Promise<void> {
    await affected(
      tx,
      `update runs r set state = case when r.state = 'in-progress' then 'picked' else 'cancelled' end
       where r.site_id = $1 and r.state in ('blocked', 'ready', 'assigned', 'in-progress')
         and r.id in (select run_id from run_slots where site_id = $1 and order_id = $2)
         and not exists (select 1 from tasks t where t.site_id = r.site_id and t.run_id = r.id
           and t.state in ('blocked', 'ready', 'assigned', 'in-progress'))
         and (r.state = 'in-progress' or not exists (select 1 from run_slots s where s.site_id = r.site_id
           and s.run_id = r.id and s.state = 'open' and s.container_id is not null))`,
      [tx.siteId, orderId],
    );
  }

  private async lockPutBack(tx: Tx, taskId: string): Promise<PutBackRow> {
    const task = await row<PutBackRow>(
      tx,
      `select t.id, t.state, t.event_id, t.order_id, t.merchant_id, t.order_line_id, t.item_id, i.sku, t.lot, t.quantity,
         t.location_id, a.code as location_code, c.id as container_id, c.lpn, t.slot_id,
         coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
           where b.item_id = t.item_id), '[]') as barcodes
       from tasks t join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
       join containers c on c.site_id = s.site_id and c.id = s.container_id
       join items i on i.id = t.item_id join locations a on a.site_id = t.site_id and a.id = t.location_id
       where t.site_id = $1 and t.id = $2 and t.kind = 'put-back' for update of t`,
      [tx.siteId, taskId],
    );
    if (!task) throw new Refusal('picking.unknown-task', 'There is no such put-back.', { status: 404 });
    return task;
  }
}
