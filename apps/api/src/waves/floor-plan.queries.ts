import type { KnownLayout, PointMm } from '#lib/planning';
import { row, rows, type Tx } from '../platform/database.service.js';
import type { OneWayAisle } from '../sites/site-plan.js';
import type { CartLoad } from './cart-loads.js';
import type { Walkable } from './planning.worker.js';
import { type DropStation, middleBench } from './share-benches.js';

/** Where no cart is registered yet. */
const DEFAULT_CART = { slots: 12, maxGrams: 150_000 };

/** A station as far as a walk begins or ends there; without a code where the site has none. */
export interface WalkEnd extends PointMm {
  code: string | null;
}

/** Where people walk at this site, and where a run begins and ends that has no station of its own. */
export async function walkable(tx: Tx): Promise<Walkable & { start: WalkEnd; end: WalkEnd }> {
  const bins = await rows<{ aisleId: string; xMm: number; yMm: number }>(
    tx,
    `select distinct z.code || '/' || a.aisle as "aisleId", a.x_mm as "xMm", a.y_mm as "yMm" from locations a
     join zones z on z.site_id = a.site_id and z.id = a.zone_id where a.site_id = $1 and a.type in ('pick-face', 'reserve')`,
    [tx.siteId],
  );
  const stations = await rows<{ code: string; kind: string; xMm: number; yMm: number }>(
    tx,
    `select code, kind, x_mm as "xMm", y_mm as "yMm" from stations where site_id = $1 and kind in ('pick-start', 'pack-bench')
     order by code`,
    [tx.siteId],
  );
  const bench = middleBench(stations.filter(({ kind }) => kind === 'pack-bench'));
  const start = stations.find(({ kind }) => kind === 'pick-start') ?? bench ?? { code: null, xMm: 0, yMm: 0 };
  return { bins, known: await knownLayout(tx), start, end: bench ?? start };
}

/** What the site knows of its aisles beyond its locations. */
export async function knownLayout(tx: Tx): Promise<KnownLayout> {
  const site = await row<{ crossAislesMm: number[]; oneWayAisles: OneWayAisle[] }>(
    tx,
    `select cross_aisles_mm as "crossAislesMm", one_way_aisles as "oneWayAisles" from sites where id = $1`,
    [tx.siteId],
  );
  const { crossAislesMm, oneWayAisles } = site!;
  const byAisle = oneWayAisles.map(({ zone, aisle, direction }) => [`${zone}/${aisle}`, direction] as const);
  return { crossAislesMm, oneWayAisles: Object.fromEntries(byAisle) };
}

/** Where totes can be handed over, by code: benches, and put walls for the runs of their orders. */
export function dropStations(tx: Tx): Promise<(DropStation & { kind: 'pack-bench' | 'put-wall' })[]> {
  return rows(
    tx,
    `select s.id, s.code, s.kind, s.x_mm as "xMm", s.y_mm as "yMm",
       (select count(*)::int from runs r where r.site_id = s.site_id and r.drop_station_id = s.id
         and r.state in ('blocked', 'ready', 'assigned', 'in-progress', 'picked')) as open
     from stations s where s.site_id = $1 and s.kind in ('pack-bench', 'put-wall') order by s.code`,
    [tx.siteId],
  );
}

/** Zone by aisle, as `walkable` names aisles. */
export async function zoneOfAisle(tx: Tx): Promise<Record<string, string>> {
  const found = await rows<{ aisle: string; zone: string }>(
    tx,
    `select distinct z.code || '/' || a.aisle as aisle, z.code as zone from locations a
     join zones z on z.site_id = a.site_id and z.id = a.zone_id where a.site_id = $1 and a.type in ('pick-face', 'reserve')`,
    [tx.siteId],
  );
  return Object.fromEntries(found.map(({ aisle, zone }) => [aisle, zone]));
}

/** The size that most carts have, the least that any of them carries, and what a tote holds. */
export async function cartLoad(tx: Tx): Promise<CartLoad> {
  const cart = await row<{ slots: number; maxGrams: number }>(
    tx,
    `select slots, min(max_grams) as "maxGrams" from carts where site_id = $1 group by slots order by count(*) desc, slots limit 1`,
    [tx.siteId],
  );
  const tote = await row<CartLoad['tote']>(
    tx,
    `select tote_volume_ml as "volumeMl", tote_max_grams as "maxGrams" from sites where id = $1`,
    [tx.siteId],
  );
  return { ...(cart ?? DEFAULT_CART), tote: tote! };
}
