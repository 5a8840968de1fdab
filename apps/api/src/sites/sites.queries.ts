import { row, rows, type Tx } from '../platform/database.service.js';
import type { OneWayAisle } from './site-plan.js';

export interface SiteView {
  id: number;
  code: string;
  name: string;
  timezone: string;
  /** Where its cross aisles lie along the aisles; empty: where the locations leave gaps. */
  crossAislesMm: number[];
  oneWayAisles: OneWayAisle[];
  zones: { code: string; name: string; locations: number }[];
}

export interface LocationView {
  code: string;
  zone: string;
  type: string;
  aisle: number;
  bay: number;
  level: number;
  xMm: number;
  yMm: number;
  pickSequence: number;
  blocked: boolean;
}

export interface StationSummary {
  code: string;
  kind: string;
  name: string;
  xMm: number;
  yMm: number;
  devices: { code: string; kind: string; state: string }[];
}

export interface ContainerView {
  lpn: string;
  type: string;
  state: string;
  location: string | null;
  station: string | null;
}

export interface CartonTypeView {
  code: string;
  name: string;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  tareGrams: number;
  maxGrams: number;
  active: boolean;
}

export interface CarrierServiceView {
  carrier: string;
  service: string;
  name: string;
  /** HH:MM in the site's time zone. */
  cutOffTime: string;
}

export async function siteView(tx: Tx): Promise<SiteView> {
  const site = await row<Omit<SiteView, 'zones'>>(
    tx,
    `select id, code, name, timezone, cross_aisles_mm as "crossAislesMm", one_way_aisles as "oneWayAisles" from sites where id = $1`,
    [tx.siteId],
  );
  const zones = await rows<SiteView['zones'][number]>(
    tx,
    `select z.code, z.name, (select count(*)::int from locations l where l.site_id = z.site_id and l.zone_id = z.id) as locations
     from zones z where z.site_id = $1 order by z.code`,
    [tx.siteId],
  );
  return { ...site!, zones };
}

export interface LocationFilter {
  zone?: string;
  type?: string;
  /** The last code of the page before. */
  after: string;
  limit: number;
}

export function locationPage(tx: Tx, { zone, type, after, limit }: LocationFilter): Promise<LocationView[]> {
  return rows(
    tx,
    `select l.code, z.code as zone, l.type, l.aisle, l.bay, l.level, l.x_mm as "xMm", l.y_mm as "yMm",
       l.pick_sequence as "pickSequence", l.blocked
     from locations l join zones z on z.site_id = l.site_id and z.id = l.zone_id
     where l.site_id = $1 and l.code > $2 and ($3::text is null or z.code = $3) and ($4::text is null or l.type = $4)
     order by l.code limit $5`,
    [tx.siteId, after, zone ?? null, type ?? null, limit],
  );
}

export function stationList(tx: Tx): Promise<StationSummary[]> {
  return rows(
    tx,
    `select s.code, s.kind, s.name, s.x_mm as "xMm", s.y_mm as "yMm",
       coalesce((select jsonb_agg(jsonb_build_object('code', d.code, 'kind', d.kind, 'state', d.state) order by d.code)
         from devices d where d.site_id = s.site_id and d.station_id = s.id), '[]') as devices
     from stations s where s.site_id = $1 order by s.code`,
    [tx.siteId],
  );
}

export function cartList(tx: Tx): Promise<{ code: string; slots: number }[]> {
  return rows(tx, 'select code, slots from carts where site_id = $1 order by code', [tx.siteId]);
}

export function containerPage(tx: Tx, after: string, limit: number): Promise<ContainerView[]> {
  return rows(
    tx,
    `select c.lpn, c.type, c.state, l.code as location, s.code as station from containers c
     left join locations l on l.site_id = c.site_id and l.id = c.location_id
     left join stations s on s.site_id = c.site_id and s.id = c.station_id
     where c.site_id = $1 and c.lpn > $2 order by c.lpn limit $3`,
    [tx.siteId, after, limit],
  );
}

export function cartonTypeList(tx: Tx): Promise<CartonTypeView[]> {
  return rows(
    tx,
    `select code, name, length_mm as "lengthMm", width_mm as "widthMm", height_mm as "heightMm",
       tare_grams as "tareGrams", max_grams as "maxGrams", active
     from carton_types where site_id = $1 order by length_mm::bigint * width_mm * height_mm, code`,
    [tx.siteId],
  );
}

export function carrierServiceList(tx: Tx): Promise<CarrierServiceView[]> {
  return rows(
    tx,
    `select carrier_code as carrier, service, name, cut_off_time as "cutOffTime" from carrier_services
     where site_id = $1 order by carrier_code, service`,
    [tx.siteId],
  );
}

/** What conveyors and people move about: for screens that draw the floor and for the simulated one. */
export interface LayoutView {
  carts: { code: string; slots: number }[];
  containers: { lpn: string; state: string }[];
  lanes: {
    code: string;
    name: string;
    kind: string;
    closed: boolean;
    fill: string;
    fillSince: string | null;
    stagingLocation: string | null;
  }[];
  points: {
    code: string;
    device: string;
    exceptionLane: string;
    noReadLane: string;
    recirculationLane: string | null;
    lapsMax: number;
    deadlineMs: number;
  }[];
}

const CONTAINERS_MAX = 5_000;

export async function layoutView(tx: Tx): Promise<LayoutView> {
  const containers = await rows<LayoutView['containers'][number]>(
    tx,
    `select lpn, state from containers where site_id = $1 and type <> 'slot' order by lpn limit $2`,
    [tx.siteId, CONTAINERS_MAX],
  );
  const lanes = await rows<LayoutView['lanes'][number]>(
    tx,
    `select n.code, n.name, n.kind, n.closed, n.fill, n.fill_since as "fillSince", l.code as "stagingLocation"
     from lanes n left join locations l on l.site_id = n.site_id and l.id = n.staging_location_id
     where n.site_id = $1 order by n.code`,
    [tx.siteId],
  );
  const points = await rows<LayoutView['points'][number]>(
    tx,
    `select p.code, d.code as device, e.code as "exceptionLane", r.code as "noReadLane", c.code as "recirculationLane",
       p.laps_max as "lapsMax", p.deadline_ms as "deadlineMs"
     from conveyor_points p
     join devices d on d.site_id = p.site_id and d.id = p.device_id
     join lanes e on e.site_id = p.site_id and e.id = p.exception_lane_id
     join lanes r on r.site_id = p.site_id and r.id = p.no_read_lane_id
     left join lanes c on c.site_id = p.site_id and c.id = p.recirculation_lane_id
     where p.site_id = $1 order by p.code`,
    [tx.siteId],
  );
  return { carts: await cartList(tx), containers, lanes, points };
}
