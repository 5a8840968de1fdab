import { row, rows, type Tx } from '../platform/database.service.js';
import type { Walkable } from './planning.worker.js';

const DEFAULT_SLOTS = 12;

/** Where people walk at this site. */
export async function walkable(tx: Tx): Promise<Walkable> {
  const bins = await rows<{ aisleId: string; xMm: number; yMm: number }>(
    tx,
    `select distinct z.code || '/' || a.aisle as "aisleId", a.x_mm as "xMm", a.y_mm as "yMm" from locations a
     join zones z on z.site_id = a.site_id and z.id = a.zone_id where a.site_id = $1 and a.type in ('pick-face', 'reserve')`,
    [tx.siteId],
  );
  const stations = await rows<{ kind: string; xMm: number; yMm: number }>(
    tx,
    `select kind, x_mm as "xMm", y_mm as "yMm" from stations where site_id = $1 and kind in ('pick-start', 'pack-bench')
     order by code`,
    [tx.siteId],
  );
  const at = (kind: string) => stations.find((station) => station.kind === kind);
  const start = at('pick-start') ?? at('pack-bench') ?? { xMm: 0, yMm: 0 };
  return { bins, start, end: at('pack-bench') ?? start };
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

/** The size that most carts have. */
export async function cartSlots(tx: Tx): Promise<number> {
  const found = await row<{ slots: number }>(
    tx,
    `select slots from carts where site_id = $1 group by slots order by count(*) desc, slots limit 1`,
    [tx.siteId],
  );
  return found?.slots ?? DEFAULT_SLOTS;
}
