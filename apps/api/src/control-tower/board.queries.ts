import type { BoardView, OrderStage } from '#lib/contracts';
import { row, rows, type Tx } from '../platform/database.service.js';
import type { CutOffBacklog } from './project-cut-off.js';

export const STAGES: readonly OrderStage[] = [
  'waiting',
  'released',
  'picking',
  'picked',
  'packing',
  'packed',
  'staged',
  'shipped',
];

/** Orders in each stage; shipped are those of the last 24 hours. */
export async function stages(tx: Tx): Promise<BoardView['stages']> {
  const found = await rows<{ stage: OrderStage; orders: number; oldestAt: Date | null }>(
    tx,
    `select case when state in ('received', 'accepted', 'ready') then 'waiting' else state end as stage, count(*)::int as orders,
       min(state_at) as "oldestAt"
     from orders where site_id = $1 and state in ('received', 'accepted', 'ready', 'released', 'picking', 'picked', 'packing', 'packed',
       'staged') group by 1
     union all
     select 'shipped', count(*)::int, null from events
     where site_id = $1 and type = 'orders.order-shipped' and at > $2::timestamptz - interval '24 hours'`,
    [tx.siteId, tx.at],
  );
  const byStage = new Map(found.map((each) => [each.stage, each]));
  return STAGES.map((stage) => ({
    stage,
    orders: byStage.get(stage)?.orders ?? 0,
    oldestAt: byStage.get(stage)?.oldestAt?.toISOString() ?? null,
  }));
}

/** Units picked, packed and shipped in each of the last 60 minutes, quiet minutes included. */
export async function throughput(tx: Tx): Promise<BoardView['throughput']> {
  const found = await rows<{ minute: Date; picked: number; packed: number; shipped: number }>(
    tx,
    `select m.minute, coalesce(sum(x.quantity) filter (where x.reason = 'pick'), 0)::int as picked,
       coalesce(sum(x.quantity) filter (where x.reason = 'pack'), 0)::int as packed,
       coalesce(sum(x.quantity) filter (where x.reason = 'ship'), 0)::int as shipped
     from generate_series(date_trunc('minute', $2::timestamptz) - interval '59 minutes', date_trunc('minute', $2::timestamptz),
       interval '1 minute') as m (minute)
     left join (select date_trunc('minute', at) as minute, reason, quantity from movements
       where site_id = $1 and at >= date_trunc('minute', $2::timestamptz) - interval '59 minutes'
         and reason in ('pick', 'pack', 'ship')) x on x.minute = m.minute
     group by m.minute order by m.minute`,
    [tx.siteId, tx.at],
  );
  return found.map(({ minute, ...counts }) => ({ minute: minute.toISOString(), ...counts }));
}

/** What is due: orders by carrier service and cut-off, from those just past to the next day's. */
export function cutOffBacklogs(tx: Tx): Promise<CutOffBacklog[]> {
  return rows(
    tx,
    `select carrier_code as carrier, service, cut_off_at as "cutOffAt",
       count(*) filter (where state in ('received', 'accepted', 'ready', 'released', 'picking', 'picked', 'packing'))::int as open,
       count(*) filter (where state in ('packed', 'staged'))::int as packed,
       count(*) filter (where state in ('shipped', 'delivered'))::int as shipped
     from orders where site_id = $1 and cut_off_at between $2::timestamptz - interval '6 hours' and $2::timestamptz + interval '36 hours'
       and state in ('received', 'accepted', 'ready', 'released', 'picking', 'picked', 'packing', 'packed', 'staged', 'shipped', 'delivered')
     group by 1, 2, 3
     having count(*) filter (where state not in ('shipped', 'delivered')) > 0 or max(cut_off_at) > $2::timestamptz
     order by 3, 1, 2 limit 24`,
    [tx.siteId, tx.at],
  );
}

/** Orders packed a minute over the last half hour. */
export async function packedPerMinute(tx: Tx): Promise<number> {
  const found = await row<{ count: number }>(
    tx,
    `select count(*)::int as count from events
     where site_id = $1 and type = 'orders.order-packed' and at > $2::timestamptz - interval '30 minutes'`,
    [tx.siteId, tx.at],
  );
  return (found?.count ?? 0) / 30;
}

/** The conveyor over the last hour. */
export async function sorter(tx: Tx): Promise<Omit<BoardView['sorter'], 'laneFullMinutes'>> {
  const found = await row<Omit<BoardView['sorter'], 'laneFullMinutes'>>(
    tx,
    `select count(*)::int as "seenLastHour",
       count(*) filter (where result = 'no-read')::int as "noReads",
       count(*) filter (where action = 'recirculate')::int as recirculated,
       count(*) filter (where action = 'reject' or state = 'lost')::int as exceptions,
       (count(*) filter (where state = 'confirmed' and actual_lane = commanded_lane))::float
         / nullif(count(*) filter (where state = 'confirmed' and commanded_lane is not null), 0) as "divertReliability",
       count(*) filter (where mis_sorted)::int as "misSorts", count(*) filter (where state = 'lost')::int as lost,
       (count(*) filter (where latency_micros > (select p.deadline_ms * 1000 from conveyor_points p
           where p.site_id = d.site_id and p.code = d.point)))::float
         / nullif(count(latency_micros), 0) as "lateShare",
       (percentile_disc(0.5) within group (order by latency_micros) / 1000.0)::float as "decisionP50Ms",
       (percentile_disc(0.99) within group (order by latency_micros) / 1000.0)::float as "decisionP99Ms"
     from point_decisions d where site_id = $1 and seen_at > $2::timestamptz - interval '1 hour'`,
    [tx.siteId, tx.at],
  );
  return found!;
}

/** People signed in on the floor, with a run, and at a bench in the last five minutes. */
export async function people(tx: Tx): Promise<BoardView['people']> {
  const found = await row<BoardView['people']>(
    tx,
    `select (select count(distinct person_id) from sessions where site_id = $1 and face = 'floor' and ended_at is null
         and expires_at > $2)::int as active,
       (select count(distinct person_id) from runs where site_id = $1 and state in ('assigned', 'in-progress'))::int as picking,
       (select count(distinct actor) from events where site_id = $1 and type = 'packing.item-packed'
         and at > $2::timestamptz - interval '5 minutes')::int as packing`,
    [tx.siteId, tx.at],
  );
  return found!;
}

/** When the newest event happened; null on a site where nothing ever did. */
export async function newestEventAt(tx: Tx): Promise<Date | null> {
  const found = await row<{ at: Date }>(
    tx,
    'select at from events where site_id = $1 order by at desc limit 1',
    [tx.siteId],
  );
  return found?.at ?? null;
}
