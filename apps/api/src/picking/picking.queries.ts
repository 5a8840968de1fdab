import { Injectable } from '@nestjs/common';
import type { PickMethod, RunView } from '#lib/contracts';
import { currentActor } from '../platform/context.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { asStops, type TaskRow } from './as-stops.js';
import { reasonText } from './reason-text.js';

interface RunHead {
  id: string;
  number: string;
  state: string;
  wave_number: string;
  method: PickMethod;
  cart_code: string | null;
  cart_slots: number | null;
  walk_mm: string;
  station: { code: string; name: string } | null;
  slots: RunView['slots'];
}

export interface RunSummary {
  id: string;
  number: number;
  state: string;
  waveNumber: number;
  person: string | null;
  cart: string | null;
  taskCount: number;
  doneCount: number;
  walkMm: number;
  naiveWalkMm: number;
}

@Injectable()
export class PickingQueries {
  constructor(private readonly db: Database) {}

  /** The run in the hands of the person who asks; null without one. */
  async myRun(): Promise<RunView | null> {
    const actor = currentActor();
    if (actor?.kind !== 'person') return null;
    return this.db.transaction(async (tx) => {
      const mine = await row<{ id: string }>(
        tx,
        `select id from runs where site_id = $1 and person_id = $2 and state in ('assigned', 'in-progress', 'picked')`,
        [tx.siteId, actor.personId],
      );
      return mine ? this.view(tx, mine.id) : null;
    });
  }

  async run(runId: string): Promise<RunView> {
    return this.db.transaction((tx) => this.view(tx, runId));
  }

  /** Runs that are not over, oldest first. */
  async openRuns(waveId: string | null): Promise<RunSummary[]> {
    return this.db.transaction((tx) =>
      rows<RunSummary>(
        tx,
        `select r.id, r.number::int, r.state, w.number::int as "waveNumber", p.name as person, c.code as cart,
           (select count(*)::int from tasks t where t.site_id = r.site_id and t.run_id = r.id and t.state <> 'cancelled') as "taskCount",
           (select count(*)::int from tasks t where t.site_id = r.site_id and t.run_id = r.id
              and t.state in ('picked', 'dropped', 'done', 'short')) as "doneCount",
           r.walk_mm::int as "walkMm", r.walk_naive_mm::int as "naiveWalkMm"
         from runs r join waves w on w.site_id = r.site_id and w.id = r.wave_id left join people p on p.id = r.person_id
         left join carts c on c.site_id = r.site_id and c.id = r.cart_id
         where r.site_id = $1 and ($2::uuid is null and r.state not in ('done', 'cancelled') or r.wave_id = $2)
         order by r.number limit 500`,
        [tx.siteId, waveId],
      ),
    );
  }

  private async view(tx: Tx, runId: string): Promise<RunView> {
    const head = await row<RunHead>(
      tx,
      `select r.id, r.number, r.state, r.method, w.number as wave_number, c.code as cart_code, c.slots as cart_slots, r.walk_mm,
         case when d.id is null then null else json_build_object('code', d.code, 'name', d.name) end as station,
         (select json_agg(json_build_object('slot', s.slot, 'orderId', s.order_id, 'lpn', k.lpn, 'state', s.state) order by s.slot)
          from run_slots s left join containers k on k.site_id = s.site_id and k.id = s.container_id
          where s.site_id = r.site_id and s.run_id = r.id) as slots
       from runs r join waves w on w.site_id = r.site_id and w.id = r.wave_id
       left join carts c on c.site_id = r.site_id and c.id = r.cart_id
       left join stations d on d.site_id = r.site_id and d.id = r.drop_station_id
       where r.site_id = $1 and r.id = $2`,
      [tx.siteId, runId],
    );
    if (!head) throw new Refusal('picking.unknown-run', 'There is no such run.', { status: 404 });
    const tasks = await rows<TaskRow>(tx, TASKS, [tx.siteId, runId]);
    const batch = head.method === 'batch';
    const slots = batch ? [] : (head.slots ?? []);
    return {
      id: head.id,
      number: Number(head.number),
      state: head.state,
      waveNumber: Number(head.wave_number),
      method: head.method,
      cart: { code: head.cart_code ?? '', slots: head.cart_slots ?? slots.length },
      walkMm: Number(head.walk_mm),
      dropStation: head.station,
      slots,
      tasks: (batch ? asStops(tasks) : tasks.map(({ tote: _tote, ...task }) => task)).map((task) => ({
        ...task,
        because: reasonTexts(task.because),
      })),
    };
  }
}

const TASKS = `select t.id, t.sequence, t.state,
    json_build_object('code', a.code, 'zone', z.code, 'aisle', a.aisle, 'bay', a.bay, 'level', a.level, 'xMm', a.x_mm,
      'yMm', a.y_mm) as location,
    json_build_object('id', i.id, 'sku', i.sku, 'name', i.name, 'tracking', i.tracking, 'barcodes',
      coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity)) from item_barcodes b
        where b.item_id = i.id), '[]')) as item,
    m.code as "merchantCode", t.lot, to_char(o.expires_on, 'YYYY-MM-DD') as "expiresOn", t.quantity,
    t.done_quantity as "doneQuantity", s.slot, c.lpn, b.lpn as tote, v.because
  from tasks t join locations a on a.site_id = t.site_id and a.id = t.location_id
  join zones z on z.site_id = a.site_id and z.id = a.zone_id
  join items i on i.id = t.item_id join merchants m on m.id = t.merchant_id
  join run_slots s on s.site_id = t.site_id and s.id = t.slot_id
  left join containers c on c.site_id = s.site_id and c.id = s.container_id
  left join containers b on b.site_id = t.site_id and b.id = t.container_id
  left join lots o on o.site_id = t.site_id and o.item_id = t.item_id and o.lot = t.lot
  left join reservations v on v.site_id = t.site_id and v.id = t.reservation_id
  where t.site_id = $1 and t.run_id = $2 and t.kind = 'pick' and t.state <> 'cancelled' order by t.sequence, t.id`;

function reasonTexts(because: unknown): string[] {
  return Array.isArray(because) ? because.map(reasonText) : [];
}
