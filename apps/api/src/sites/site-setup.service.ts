import { Injectable } from '@nestjs/common';
import { rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import type { PutWallPlan, SitePlan } from './site-plan.js';

type Column = readonly unknown[];

/**
 * Writes a plan of a site: adds what is new, changes what is there, removes nothing. The plan has been checked: its references
 * are known to exist. Everything runs in the caller's transaction.
 */
@Injectable()
export class SiteSetup {
  /** The site itself and everything that needs no device. */
  async putBuilding(tx: Tx, plan: SitePlan): Promise<void> {
    const { site } = plan;
    await rows(
      tx,
      `insert into sites (id, code, name, timezone, created_at, cross_aisles_mm, one_way_aisles)
       values ($1, $2, $3, $4, $5, coalesce($6::int[], '{}'), coalesce($7::jsonb, '[]'))
       on conflict (id) do update set name = excluded.name, timezone = excluded.timezone,
         cross_aisles_mm = coalesce($6::int[], sites.cross_aisles_mm), one_way_aisles = coalesce($7::jsonb, sites.one_way_aisles)`,
      [
        tx.siteId,
        site.code,
        site.name,
        site.timezone,
        tx.at,
        site.crossAislesMm,
        site.oneWayAisles && JSON.stringify(site.oneWayAisles),
      ],
    );
    await putZonesAndLocations(tx, plan);
    await putStations(tx, plan);
    await putCartsAndTotes(tx, plan);
    await putCartons(tx, plan);
    await putCarriers(tx, plan);
    await putRanges(tx, plan);
  }

  /** Slots of put walls; their lights are devices, so these are registered before. */
  async putWalls(tx: Tx, putWalls: readonly PutWallPlan[]): Promise<void> {
    const slots = putWalls.flatMap((wall) => wall.slots.map((slot) => ({ ...slot, station: wall.station })));
    await put(
      tx,
      `insert into containers (site_id, id, lpn, type, state)
       select $1, c.id, c.lpn, 'slot', 'empty' from unnest($2::uuid[], $3::text[]) as c (id, lpn)
       on conflict (site_id, lpn) do nothing`,
      ids(slots),
      slots.map((each) => each.code),
    );
    await put(
      tx,
      `insert into put_wall_slots (site_id, id, station_id, row_no, column_no, volume_ml, light_device_id, light_address)
       select $1, c.id, s.id, w.row_no, w.column_no, w.volume_ml, d.id, case when d.id is not null then w.address end
       from unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[])
         as w (code, station, row_no, column_no, volume_ml, device, address)
       join containers c on c.site_id = $1 and c.lpn = w.code and c.type = 'slot'
       join stations s on s.site_id = $1 and s.code = w.station and s.kind = 'put-wall'
       left join devices d on d.site_id = $1 and d.code = w.device
       on conflict (site_id, id) do update set station_id = excluded.station_id, row_no = excluded.row_no,
         column_no = excluded.column_no, volume_ml = excluded.volume_ml, light_device_id = excluded.light_device_id,
         light_address = excluded.light_address`,
      slots.map((each) => each.code),
      slots.map((each) => each.station),
      slots.map((each) => each.row),
      slots.map((each) => each.column),
      slots.map((each) => each.volumeMl),
      slots.map(({ light }) => light?.device ?? null),
      slots.map(({ light }) => light?.address ?? null),
    );
  }

  /** Lanes and scan points; the points name devices, so these are registered before. What lanes take is not written here. */
  async putConveyor(tx: Tx, plan: SitePlan): Promise<void> {
    await putLanes(tx, plan);
    await putPoints(tx, plan);
    await putChecks(tx, plan);
    await putSegments(tx, plan);
  }
}

async function putZonesAndLocations(tx: Tx, { zones, locations }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into zones (site_id, id, code, name) select $1, z.* from unnest($2::uuid[], $3::text[], $4::text[]) as z
     on conflict (site_id, code) do update set name = excluded.name`,
    ids(zones),
    zones.map((each) => each.code),
    zones.map((each) => each.name),
  );
  await put(
    tx,
    `insert into locations (site_id, id, zone_id, code, type, aisle, bay, level, x_mm, y_mm, pick_sequence)
     select $1, l.id, z.id, l.code, l.type, l.aisle, l.bay, l.level, l.x, l.y, l.sequence
     from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[], $10::int[], $11::int[])
       as l (id, zone, code, type, aisle, bay, level, x, y, sequence)
     join zones z on z.site_id = $1 and z.code = l.zone
     on conflict (site_id, code) do update set zone_id = excluded.zone_id, type = excluded.type, aisle = excluded.aisle,
       bay = excluded.bay, level = excluded.level, x_mm = excluded.x_mm, y_mm = excluded.y_mm,
       pick_sequence = excluded.pick_sequence`,
    ids(locations),
    locations.map((each) => each.zone),
    locations.map((each) => each.code),
    locations.map((each) => each.type),
    locations.map((each) => each.aisle),
    locations.map((each) => each.bay),
    locations.map((each) => each.level),
    locations.map((each) => each.xMm),
    locations.map((each) => each.yMm),
    locations.map((each) => each.pickSequence),
  );
}

async function putStations(tx: Tx, { stations }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into stations (site_id, id, code, kind, name, x_mm, y_mm)
     select $1, s.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[]) as s
     on conflict (site_id, code) do update set kind = excluded.kind, name = excluded.name, x_mm = excluded.x_mm,
       y_mm = excluded.y_mm`,
    ids(stations),
    stations.map((each) => each.code),
    stations.map((each) => each.kind),
    stations.map((each) => each.name),
    stations.map((each) => each.xMm),
    stations.map((each) => each.yMm),
  );
}

async function putCartsAndTotes(tx: Tx, { carts, totes, toteLoad }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into carts (site_id, id, code, slots) select $1, c.* from unnest($2::uuid[], $3::text[], $4::int[]) as c
     on conflict (site_id, code) do update set slots = excluded.slots`,
    ids(carts),
    carts.map((each) => each.code),
    carts.map((each) => each.slots),
  );
  const limited = carts.filter(({ maxGrams }) => maxGrams !== null);
  await rows(
    tx,
    `update carts c set max_grams = m.max_grams from unnest($2::text[], $3::int[]) as m (code, max_grams)
     where c.site_id = $1 and c.code = m.code`,
    [tx.siteId, limited.map((each) => each.code), limited.map((each) => each.maxGrams)],
  );
  await rows(
    tx,
    `update sites set tote_volume_ml = coalesce($2::int, tote_volume_ml), tote_max_grams = coalesce($3::int, tote_max_grams)
     where id = $1`,
    [tx.siteId, toteLoad.volumeMl, toteLoad.maxGrams],
  );
  await put(
    tx,
    `insert into containers (site_id, id, lpn, type, state)
     select $1, c.id, c.lpn, 'tote', 'empty' from unnest($2::uuid[], $3::text[]) as c (id, lpn)
     on conflict (site_id, lpn) do nothing`,
    ids(totes),
    totes,
  );
}

async function putCartons(tx: Tx, { cartons }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into carton_types (site_id, id, code, name, length_mm, width_mm, height_mm, tare_grams, max_grams)
     select $1, c.* from unnest($2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[]) as c
     on conflict (site_id, code) do update set name = excluded.name, length_mm = excluded.length_mm,
       width_mm = excluded.width_mm, height_mm = excluded.height_mm, tare_grams = excluded.tare_grams,
       max_grams = excluded.max_grams`,
    ids(cartons),
    cartons.map((each) => each.code),
    cartons.map((each) => each.name),
    cartons.map((each) => each.lengthMm),
    cartons.map((each) => each.widthMm),
    cartons.map((each) => each.heightMm),
    cartons.map((each) => each.tareGrams),
    cartons.map((each) => each.maxGrams),
  );
}

async function putCarriers(tx: Tx, { carriers, services }: SitePlan): Promise<void> {
  await rows(
    tx,
    `insert into carriers (code, name) select * from unnest($1::text[], $2::text[])
     on conflict (code) do update set name = excluded.name`,
    [carriers.map((each) => each.code), carriers.map((each) => each.name)],
  );
  await put(
    tx,
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time)
     select $1, s.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) as s
     on conflict (site_id, carrier_code, service) do update set name = excluded.name, cut_off_time = excluded.cut_off_time`,
    ids(services),
    services.map((each) => each.carrier),
    services.map((each) => each.service),
    services.map((each) => each.name),
    services.map((each) => each.cutOffTime),
  );
}

/** A range that is there keeps its place: numbers are never given out twice. */
async function putRanges(tx: Tx, { ranges }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into number_ranges (site_id, id, kind, scope, prefix, next_value, last_value)
     select $1, r.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) as r
     on conflict (site_id, kind, scope, prefix) do nothing`,
    ids(ranges),
    ranges.map((each) => each.kind),
    ranges.map((each) => each.scope),
    ranges.map((each) => each.prefix),
    ranges.map((each) => each.first),
    ranges.map((each) => each.last),
  );
}

async function putLanes(tx: Tx, { lanes }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into lanes (site_id, id, code, name, kind, staging_location_id, capacity)
     select $1, n.id, n.code, n.name, n.kind, l.id, n.capacity
     from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[])
       as n (id, code, name, kind, staging, capacity)
     left join locations l on l.site_id = $1 and l.code = n.staging
     on conflict (site_id, code) do update set name = excluded.name, kind = excluded.kind,
       staging_location_id = excluded.staging_location_id, capacity = excluded.capacity`,
    ids(lanes),
    lanes.map((each) => each.code),
    lanes.map((each) => each.name),
    lanes.map((each) => each.kind),
    lanes.map((each) => each.stagingLocation),
    lanes.map((each) => each.capacity),
  );
}

/** Where points send what they can't sort is written for new ones only: flow-control's plan of the lanes says it of those that are there. */
async function putPoints(tx: Tx, { points }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into conveyor_points (site_id, id, code, device_id, exception_lane_id, no_read_lane_id, recirculation_lane_id,
       laps_max, deadline_ms, safe_lane_id, core_gone_after_ms, confirm_limit_ms)
     select $1, p.id, p.code, d.id, e.id, r.id, c.id, p.laps, p.deadline, s.id, p.core_gone, p.confirm_limit
     from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[], $10::text[],
       $11::int[], $12::int[])
       as p (id, code, device, exception, no_read, recirculation, laps, deadline, safe, core_gone, confirm_limit)
     join devices d on d.site_id = $1 and d.code = p.device
     join lanes e on e.site_id = $1 and e.code = p.exception
     join lanes r on r.site_id = $1 and r.code = p.no_read
     left join lanes c on c.site_id = $1 and c.code = p.recirculation
     left join lanes s on s.site_id = $1 and s.code = p.safe
     on conflict (site_id, code) do update set device_id = excluded.device_id,
       recirculation_lane_id = excluded.recirculation_lane_id, laps_max = excluded.laps_max,
       deadline_ms = excluded.deadline_ms, safe_lane_id = excluded.safe_lane_id,
       core_gone_after_ms = excluded.core_gone_after_ms, confirm_limit_ms = excluded.confirm_limit_ms`,
    ids(points),
    points.map((each) => each.code),
    points.map((each) => each.device),
    points.map((each) => each.exceptionLane),
    points.map((each) => each.noReadLane),
    points.map((each) => each.recirculationLane),
    points.map((each) => each.lapsMax),
    points.map((each) => each.deadlineMs),
    points.map((each) => each.safeLane),
    points.map((each) => each.coreGoneAfterMs),
    points.map((each) => each.confirmLimitMs),
  );
}

/** Every point, so that a check that is not in the plan any more ends. */
async function putChecks(tx: Tx, { points }: SitePlan): Promise<void> {
  await put(
    tx,
    `update conveyor_points p set check_lane_id = k.id, check_scale_id = w.id, check_dimensioner_id = m.id,
       check_window_ms = n.window_ms, check_wait_ms = n.wait_ms, check_when_missing = n.missing
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::text[])
       as n (code, lane, scale, dimensioner, window_ms, wait_ms, missing)
     left join lanes k on k.site_id = $1 and k.code = n.lane
     left join devices w on w.site_id = $1 and w.code = n.scale
     left join devices m on m.site_id = $1 and m.code = n.dimensioner
     where p.site_id = $1 and p.code = n.code`,
    points.map((each) => each.code),
    points.map(({ check }) => check?.lane ?? null),
    points.map(({ check }) => check?.scale ?? null),
    points.map(({ check }) => check?.dimensioner ?? null),
    points.map(({ check }) => check?.windowMs ?? 1_500),
    points.map(({ check }) => check?.waitMs ?? 0),
    points.map(({ check }) => check?.whenMissing ?? 'pass'),
  );
}

async function putSegments(tx: Tx, { segments }: SitePlan): Promise<void> {
  await put(
    tx,
    `insert into conveyor_segments (site_id, id, from_point_id, lane_id, to_point_id, length_mm, speed_mm_per_s, margin_ms)
     select $1, s.id, f.id, l.id, t.id, s.length, s.speed, s.margin
     from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[])
       as s (id, from_point, lane, to_point, length, speed, margin)
     join conveyor_points f on f.site_id = $1 and f.code = s.from_point
     join conveyor_points t on t.site_id = $1 and t.code = s.to_point
     join lanes l on l.site_id = $1 and l.code = s.lane
     on conflict (site_id, from_point_id, lane_id) do update set to_point_id = excluded.to_point_id,
       length_mm = excluded.length_mm, speed_mm_per_s = excluded.speed_mm_per_s, margin_ms = excluded.margin_ms`,
    ids(segments),
    segments.map((each) => each.from),
    segments.map((each) => each.lane),
    segments.map((each) => each.to),
    segments.map((each) => each.lengthMm),
    segments.map((each) => each.speedMmPerS),
    segments.map((each) => each.marginMs),
  );
}

/** Runs a statement over columns ($2 on); nothing to write is no statement. */
async function put(tx: Tx, sql: string, ...columns: Column[]): Promise<void> {
  if (columns[0]!.length > 0) await rows(tx, sql, [tx.siteId, ...columns]);
}

function ids(list: readonly unknown[]): string[] {
  return list.map(() => newId());
}
