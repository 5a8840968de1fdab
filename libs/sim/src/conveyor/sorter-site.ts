import pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import { pointDeadlineMs } from '#lib/flow';
import type { FloorDevice } from '../floor-devices.js';
import { SORTER_CARRIER } from './labelled-parcels.js';
import type { LinePlan } from './sorter-line.js';

/** Telegrams of the lines' PLCs, one after the other. */
const DRIVERS = ['generic/mqtt-conveyor', 'generic/modbus-conveyor'] as const;

export const SHIP_LANES = 12;
const EXCEPTION = 'SX-EXC';
const CHECK = 'SX-CHECK';
const NO_READ = 'SX-NOREAD';
const LOOP = 'SX-LOOP';

/** A large sorter: lines with a scan point and a PLC each, that all reach the same lanes. */
export interface SorterSite {
  lines: { plan: LinePlan; device: FloorDevice }[];
  lanes: { code: string; kind: 'ship' | 'exception' | 'no-read' | 'recirculation' }[];
  services: string[];
}

const SPEED_MM_PER_S = 2_500;
const FIRST_DIVERT_MM = 1_600;
const DIVERT_SPACING_MM = 1_200;
const ACTUATION_MS = 120;
const LOOP_MM = 30_000;

/** @param lines how many; one carries about 11,000 parcels an hour */
export function planSorter(lines: number): SorterSite {
  const ship = Array.from({ length: SHIP_LANES }, (_, at) => `D${String(at + 1).padStart(2, '0')}`);
  const diverting = [CHECK, NO_READ, ...ship, LOOP];
  const diverts = diverting.map((lane, at) => ({ lane, atMm: FIRST_DIVERT_MM + at * DIVERT_SPACING_MM }));
  const codes = Object.fromEntries([...diverting, EXCEPTION].map((lane, at) => [lane, at + 1]));
  return {
    services: ship.map((lane) => `TO-${lane}`),
    lanes: [
      ...ship.map((code) => ({ code, kind: 'ship' as const })),
      { code: EXCEPTION, kind: 'exception' },
      { code: CHECK, kind: 'exception' },
      { code: NO_READ, kind: 'no-read' },
      { code: LOOP, kind: 'recirculation' },
    ],
    lines: Array.from({ length: lines }, (_, at) => {
      const point = `LINE-${at + 1}`;
      const driver = DRIVERS[at % DRIVERS.length]!;
      const config = driver === 'generic/modbus-conveyor' ? { lanes: codes, points: { [point]: 1 } } : {};
      return {
        device: { code: `PLC-${point}`, kind: 'conveyor-plc', driver, station: null, config },
        plan: {
          point,
          speedMmPerS: SPEED_MM_PER_S,
          inductionMm: 4_000,
          gapMm: 350,
          diverts,
          actuationMs: ACTUATION_MS,
          endLane: EXCEPTION,
          endMm: FIRST_DIVERT_MM + diverting.length * DIVERT_SPACING_MM,
          loop: { lane: LOOP, lengthMm: LOOP_MM },
        },
      };
    }),
  };
}

/** From the scan to the last moment for the first divert. */
export const SORTER_DEADLINE_MS = pointDeadlineMs({
  distanceMm: FIRST_DIVERT_MM,
  beltSpeedMmPerS: SPEED_MM_PER_S,
  actuationMs: ACTUATION_MS,
  plcScanMs: 10,
  marginMs: 50,
});

/** Writes the sorter, and devices that stand beside it, into the demo's site with the owner's rights, beside what is there. */
export async function installSorter(
  url: string,
  sorter: SorterSite,
  { agent, extras = [] }: { agent: string; extras?: readonly FloorDevice[] },
): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: number }>('select id from sites order by id limit 1');
    const siteId = rows[0]!.id;
    await client.query(
      `insert into carriers (code, name) values ($1, 'Sorter trial') on conflict do nothing`,
      [SORTER_CARRIER],
    );
    await installLanes(client, siteId, sorter);
    await installPoints(client, siteId, { sorter, extras, agent });
  } finally {
    await client.end();
  }
}

async function installLanes(
  client: pg.Client,
  siteId: number,
  { lanes, services }: SorterSite,
): Promise<void> {
  await client.query(
    `insert into lanes (site_id, id, code, name, kind) select $1, n.* from unnest($2::uuid[], $3::text[], $3::text[], $4::text[]) as n`,
    [siteId, lanes.map(() => uuidV7()), lanes.map(({ code }) => code), lanes.map(({ kind }) => kind)],
  );
  await client.query(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time)
     select $1, n.id, $2, n.service, n.service, '23:00' from unnest($3::uuid[], $4::text[]) as n (id, service)`,
    [siteId, SORTER_CARRIER, services.map(() => uuidV7()), services],
  );
  const ship = lanes.filter(({ kind }) => kind === 'ship').map(({ code }) => code);
  const takes = services.flatMap((service, at) =>
    [0, 1].map((next) => ({ service, lane: ship[(at + next) % ship.length]!, rank: next + 1 })),
  );
  await client.query(
    `insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank)
     select $1, n.id, l.id, $2, n.service, n.rank from unnest($3::uuid[], $4::text[], $5::text[], $6::int[]) as n (id, lane, service, rank)
     join lanes l on l.site_id = $1 and l.code = n.lane`,
    [
      siteId,
      SORTER_CARRIER,
      takes.map(() => uuidV7()),
      takes.map(({ lane }) => lane),
      takes.map(({ service }) => service),
      takes.map(({ rank }) => rank),
    ],
  );
}

async function installPoints(
  client: pg.Client,
  siteId: number,
  { sorter: { lines }, extras, agent }: { sorter: SorterSite; extras: readonly FloorDevice[]; agent: string },
): Promise<void> {
  const devices = [...lines.map(({ device }) => device), ...extras];
  await client.query(
    `insert into devices (site_id, id, agent_id, code, kind, driver, config)
     select $1, n.id, a.id, n.code, n.kind, n.driver, n.config
     from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[]) as n (id, code, kind, driver, config)
     join agents a on a.site_id = $1 and a.code = $7`,
    [
      siteId,
      devices.map(() => uuidV7()),
      devices.map(({ code }) => code),
      devices.map(({ kind }) => kind),
      devices.map(({ driver }) => driver),
      devices.map(({ config }) => JSON.stringify(config)),
      agent,
    ],
  );
  await client.query(
    `insert into conveyor_points (site_id, id, code, device_id, exception_lane_id, no_read_lane_id, recirculation_lane_id, check_lane_id,
       laps_max, deadline_ms, confirm_limit_ms)
     select $1, n.id, n.code, d.id, e.id, r.id, c.id, k.id, 2, $4, 60000
     from unnest($2::uuid[], $3::text[], $5::text[]) as n (id, code, device)
     join devices d on d.site_id = $1 and d.code = n.device
     join lanes e on e.site_id = $1 and e.code = '${EXCEPTION}' join lanes r on r.site_id = $1 and r.code = '${NO_READ}'
     join lanes c on c.site_id = $1 and c.code = '${LOOP}' join lanes k on k.site_id = $1 and k.code = '${CHECK}'`,
    [
      siteId,
      lines.map(() => uuidV7()),
      lines.map(({ plan }) => plan.point),
      SORTER_DEADLINE_MS,
      lines.map(({ device }) => device.code),
    ],
  );
  // Behind the loop a parcel comes back to its own line; before the eye it may have to wait for a gap.
  await client.query(
    `insert into conveyor_segments (site_id, id, from_point_id, lane_id, to_point_id, length_mm, speed_mm_per_s, margin_ms)
     select $1, n.id, p.id, l.id, p.id, $4, $5, 30000 from unnest($2::uuid[], $3::text[]) as n (id, code)
     join conveyor_points p on p.site_id = $1 and p.code = n.code join lanes l on l.site_id = $1 and l.code = '${LOOP}'`,
    [siteId, lines.map(() => uuidV7()), lines.map(({ plan }) => plan.point), LOOP_MM, SPEED_MM_PER_S],
  );
}
