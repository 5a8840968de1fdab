import pg from 'pg';
import type { Quantiles } from '../measures.js';
import type { RealHouse } from '../real-house.js';
import { until } from '../waiting.js';
import type { ConveyorBook } from './conveyor-book.js';

export interface Comparison {
  arrivals: number;
  byState: Record<string, number>;
  decidedBy: Record<string, number>;
  exceptions: Record<string, number>;
  /** Sentences; empty when the core's book is the conveyor's. At most 20 are kept, `differing` counts all. */
  differences: string[];
  differing: number;
  /** Violations by invariant, of the running core's own checker. */
  invariants: Record<string, number>;
  latency: Record<string, Quantiles>;
}

const DRAIN_LIMIT_MS = 120_000;
const DIFFERENCES_SHOWN = 20;

interface CoreArrival {
  point: string;
  trackId: string;
  state: string;
  actual: string | null;
  commanded: string | null;
}

/** Waits until the core has heard everything, then holds its book against the conveyor's: each arrival, then each parcel. */
export async function compareWithCore(house: RealHouse, book: ConveyorBook): Promise<Comparison> {
  const client = new pg.Client({ connectionString: house.ownerUrl });
  await client.connect();
  try {
    await until('the core to hear of every arrival', { limitMs: DRAIN_LIMIT_MS, everyMs: 250 }, async () => {
      const { rows } = await client.query<{ open: number; all: number; waiting: number }>(
        `select count(*) filter (where state not in ('confirmed', 'lost'))::int as open, count(*)::int as all,
           (select count(*) from events where published_at is null)::int as waiting from point_decisions`,
      );
      const [found] = rows;
      return found?.open === 0 && found.waiting === 0 && found.all >= book.outcomes.length;
    });
    const differences = [...(await arrivalsApart(client, book)), ...(await parcelsApart(client, book))];
    return {
      ...(await sums(client)),
      differences: differences.slice(0, DIFFERENCES_SHOWN),
      differing: differences.length,
      invariants: await invariants(house),
      latency: await latencies(client),
    };
  } finally {
    await client.end();
  }
}

async function arrivalsApart(client: pg.Client, book: ConveyorBook): Promise<string[]> {
  const { rows } = await client.query<CoreArrival>(
    `select point, track_id as "trackId", state, actual_lane as actual, commanded_lane as commanded from point_decisions`,
  );
  const known = new Map(rows.map((each) => [`${each.point} ${each.trackId}`, each]));
  const apart: string[] = [];
  for (const { point, trackId, lane } of book.outcomes) {
    const key = `${point} ${trackId}`;
    const arrival = known.get(key);
    known.delete(key);
    const expected = lane === null ? 'lost in no lane' : `confirmed in ${lane}`;
    const found = arrival ? `${arrival.state} in ${arrival.actual ?? 'no lane'}` : 'unknown';
    if (found !== expected) apart.push(`arrival ${key} is ${expected}, the core says ${found}`);
  }
  for (const key of known.keys()) apart.push(`the core has an arrival ${key} that never was`);
  return apart;
}

/** A parcel that was read alone is where the conveyor put it; one that nobody could read or that touched another is not known. */
async function parcelsApart(client: pg.Client, book: ConveyorBook): Promise<string[]> {
  const { rows } = await client.query<{ id: string; lane: string | null }>(
    `select p.id, l.code as lane from parcels p left join lanes l on l.site_id = p.site_id and l.id = p.actual_lane_id
     where exists (select 1 from point_decisions d where d.site_id = p.site_id and d.parcel_id = p.id)`,
  );
  const apart: string[] = [];
  const recognised = new Set(rows.map(({ id }) => id));
  const laneOf = new Map(rows.map(({ id, lane }) => [id, lane]));
  const lastOf = new Map(
    book.outcomes.flatMap((outcome) => outcome.riders.map(({ id }) => [id, outcome] as const)),
  );
  for (const [id, outcome] of lastOf) {
    const place = book.placeOf(id);
    const unread = !recognised.has(id) || outcome.riders.length > 1 || outcome.told === null;
    if (unread || place === 'lost' || laneOf.get(id) === place) continue;
    // Seen before, but on its last pass unreadable: the core can only know its earlier place.
    const lastSeen = await wasReadLast(client, id, outcome);
    if (lastSeen) apart.push(`parcel ${id} is in ${place}, the core says ${laneOf.get(id) ?? 'nowhere'}`);
  }
  return apart;
}

async function wasReadLast(
  client: pg.Client,
  parcelId: string,
  { point, trackId }: { point: string; trackId: number },
): Promise<boolean> {
  const { rowCount } = await client.query(
    'select 1 from point_decisions where point = $1 and track_id = $2 and parcel_id = $3',
    [point, trackId, parcelId],
  );
  return (rowCount ?? 0) > 0;
}

async function sums(
  client: pg.Client,
): Promise<Pick<Comparison, 'arrivals' | 'byState' | 'decidedBy' | 'exceptions'>> {
  const counted = async (sql: string): Promise<Record<string, number>> => {
    const { rows } = await client.query<{ key: string; n: number }>(sql);
    return Object.fromEntries(rows.map(({ key, n }) => [key, n]));
  };
  const byState = await counted(
    'select state as key, count(*)::int as n from point_decisions group by 1 order by 1',
  );
  return {
    arrivals: Object.values(byState).reduce((sum, each) => sum + each, 0),
    byState,
    decidedBy: await counted(
      `select coalesce(decided_by, 'nobody') as key, count(*)::int as n from point_decisions group by 1 order by 1`,
    ),
    exceptions: await counted('select code as key, count(*)::int as n from exceptions group by 1 order by 1'),
  };
}

async function invariants(house: RealHouse): Promise<Record<string, number>> {
  const verified = JSON.parse(await house.verify()) as { name: string; violations: number }[];
  return Object.fromEntries(verified.map(({ name, violations }) => [name, violations]));
}

async function latencies(client: pg.Client): Promise<Record<string, Quantiles>> {
  const { rows } = await client.query<{ key: string; p50: number; p99: number; n: number }>(
    `select 'decision by ' || decided_by as key, percentile_disc(0.5) within group (order by latency_micros) / 1000.0 as p50,
       percentile_disc(0.99) within group (order by latency_micros) / 1000.0 as p99, count(*)::int as n
     from point_decisions where latency_micros is not null group by decided_by
     union all
     select 'reading to core', percentile_disc(0.5) within group (order by ms), percentile_disc(0.99) within group (order by ms),
       count(*)::int
     from (select extract(epoch from received_at - at) * 1000 as ms from inbox where kind like 'point.%') x`,
  );
  const round = (ms: number) => Math.round(Number(ms) * 10) / 10;
  return Object.fromEntries(
    rows
      .filter(({ n }) => n > 0)
      .map(({ key, p50, p99, n }) => [key, { p50: round(p50), p99: round(p99), count: n }]),
  );
}
