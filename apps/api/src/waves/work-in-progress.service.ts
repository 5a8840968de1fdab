import { Injectable } from '@nestjs/common';
import type { ReasonView, WorkStage } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import {
  type BenchPrinters,
  type FloorLoad,
  holdWave,
  type Room,
  roomOf,
  type ServiceLanes,
  type StageLoad,
} from './work-in-progress.js';
import './waves.events.js';

export interface WorkLimitChange {
  stage: WorkStage;
  ordersMax: number | null;
  ordersPerPerson: number | null;
}

/** The one controller of work in progress: waves by click, by schedule and by channel ask it before anything goes to the floor. */
@Injectable()
export class WorkInProgressService {
  constructor(private readonly db: Database) {}

  /** What the floor can take at this moment; a wave that is planned has its slots of put walls already. */
  async room(tx: Tx, work = { toWall: false }): Promise<Room> {
    return roomOf(await this.load(tx), work);
  }

  async load(tx: Tx): Promise<FloorLoad> {
    return {
      stages: await stageLoads(tx),
      benches: await benchPrinters(tx),
      services: await serviceLanes(tx),
    };
  }

  /** Why this planned wave should not go to the floor now; empty when it may. */
  async holdOf(tx: Tx, waveId: string): Promise<ReasonView[]> {
    const services = await rows<{ carrier: string; service: string; orders: number }>(
      tx,
      `select carrier_code as carrier, service, count(*)::int as orders from orders where site_id = $1 and wave_id = $2
       group by carrier_code, service order by carrier_code, service`,
      [tx.siteId, waveId],
    );
    const orders = services.reduce((sum, each) => sum + each.orders, 0);
    return holdWave({ orders, services }, await this.room(tx));
  }

  /** Sets or takes away the limits of a stage. */
  async changeLimits(change: WorkLimitChange): Promise<void> {
    const { stage, ordersMax, ordersPerPerson } = change;
    await this.db.transaction(async (tx) => {
      await affected(
        tx,
        `insert into work_limits (site_id, id, stage, orders_max, orders_per_person, changed_by, changed_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (site_id, stage) do update set orders_max = excluded.orders_max,
           orders_per_person = excluded.orders_per_person, changed_by = excluded.changed_by, changed_at = excluded.changed_at`,
        [tx.siteId, newId(), stage, ordersMax, ordersPerPerson, tx.actorName, tx.at],
      );
      const limit = await row<{ id: string }>(
        tx,
        `select id from work_limits where site_id = $1 and stage = $2`,
        [tx.siteId, stage],
      );
      const data = { stage, ordersMax, ordersPerPerson };
      await addEvent(tx, { type: 'waves.work-limit-changed', aggregateId: limit!.id, data });
    });
  }

  /**
   * Lets a held wave pass on the word of a supervisor, which is kept, or refuses with every reason.
   * @param override null: nobody has given a reason.
   */
  async letPass(tx: Tx, waveId: string, override: { reason: string } | null): Promise<void> {
    const reasons = await this.holdOf(tx, waveId);
    if (reasons.length === 0) return;
    if (override === null) {
      const detail = `The floor is not ready for this wave. ${reasons.map(({ text }) => text).join(' ')}`;
      throw new Refusal('waves.release-held', detail, { facts: { reasons } });
    }
    const { actor } = tx;
    if (actor.kind === 'person' && !actor.roles.some((role) => role === 'supervisor' || role === 'admin')) {
      throw new Refusal('waves.supervisor-needed', 'A held wave is released by a supervisor.', {
        status: 403,
      });
    }
    const data = { waveId, reason: override.reason, held: reasons.map(({ code }) => code) };
    await addEvent(tx, { type: 'waves.hold-overridden', aggregateId: waveId, data });
  }
}

async function stageLoads(tx: Tx): Promise<StageLoad[]> {
  const found = await row<Record<'picking' | 'packing' | 'walking' | 'atBenches' | 'atWalls', number>>(
    tx,
    `select c.*, p.* from
       (select count(*) filter (where state in ('released', 'picking'))::int as picking,
          count(*) filter (where state in ('picked', 'packing'))::int as packing
        from orders where site_id = $1 and state in ('released', 'picking', 'picked', 'packing')) c,
       (select count(distinct s.person_id) filter (where coalesce(t.kind, '') not in ('pack-bench', 'put-wall'))::int as walking,
          count(distinct s.person_id) filter (where t.kind = 'pack-bench')::int as "atBenches",
          count(distinct s.person_id) filter (where t.kind = 'put-wall')::int as "atWalls"
        from sessions s left join stations t on t.site_id = s.site_id and t.id = s.station_id
        where s.site_id = $1 and s.face = 'floor' and s.ended_at is null and s.expires_at > $2) p`,
    [tx.siteId, tx.at],
  );
  const limits = await rows<WorkLimitChange>(
    tx,
    `select stage, orders_max as "ordersMax", orders_per_person as "ordersPerPerson" from work_limits where site_id = $1`,
    [tx.siteId],
  );
  const stage = (name: WorkStage, orders: number, people: number): StageLoad => {
    const limit = limits.find((each) => each.stage === name);
    const { ordersMax = null, ordersPerPerson = null } = limit ?? {};
    return { stage: name, orders, people, ordersMax, ordersPerPerson };
  };
  const { picking, packing, walking, atBenches, atWalls } = found!;
  const walls = await wallSlots(tx);
  const wall = stage('put-wall', walls.inUse, atWalls);
  return [
    stage('pick', picking - walls.sorting, walking),
    walls.slots === 0 ? wall : { ...wall, ordersMax: Math.min(wall.ordersMax ?? walls.slots, walls.slots) },
    stage('pack', packing, atBenches),
  ];
}

function benchPrinters(tx: Tx): Promise<BenchPrinters[]> {
  return rows<BenchPrinters>(
    tx,
    `select s.code as bench, json_agg(json_build_object('code', d.code, 'state', d.state) order by d.code) as printers
     from stations s join devices d on d.site_id = s.site_id and d.station_id = s.id and d.kind = 'printer'
     where s.site_id = $1 and s.kind = 'pack-bench' group by s.code order by s.code`,
    [tx.siteId],
  );
}

function serviceLanes(tx: Tx): Promise<ServiceLanes[]> {
  return rows<ServiceLanes>(
    tx,
    `select a.carrier_code as carrier, a.service,
       json_agg(json_build_object('code', l.code, 'closed', l.closed, 'fill', l.fill) order by a.rank, l.code) as lanes
     from lane_assignments a join lanes l on l.site_id = a.site_id and l.id = a.lane_id
     where a.site_id = $1 group by a.carrier_code, a.service order by a.carrier_code, a.service`,
    [tx.siteId],
  );
}

/** Slots of all put walls: those that orders have (from planning until they are packed), and those whose goods are being sorted. */
async function wallSlots(tx: Tx): Promise<{ slots: number; inUse: number; sorting: number }> {
  const found = await row<{ slots: number; inUse: number; sorting: number }>(
    tx,
    `select count(*)::int as slots, count(s.id)::int as "inUse", count(s.id) filter (where s.state = 'picked')::int as sorting
     from put_wall_slots w left join run_slots s on s.site_id = w.site_id and s.container_id = w.id
       and s.state in ('open', 'picked', 'dropped', 'packing') where w.site_id = $1`,
    [tx.siteId],
  );
  return found!;
}
