import { Injectable } from '@nestjs/common';
import type { SlottingChainView, SlottingView } from '#lib/contracts';
import { inferAisleSite, type SlottingPlace, walkAlongMm } from '#lib/planning';
import { Database, rows, type Tx } from '../platform/database.service.js';
import { walkable } from './floor-plan.queries.js';
import { PlannerService } from './planner.service.js';

/** Fetching, carrying and counting one item, as walk: some two minutes of a person's time. */
const MOVE_COST_MM = 120_000;
const DAY_MS = 86_400_000;

interface FaceRow {
  locationId: string;
  code: string;
  aisleId: string;
  xMm: number;
  yMm: number;
  zone: string;
  itemId: string | null;
  sku: string;
  name: string;
  merchantCode: string;
  /** Different goods that lie there. */
  goods: number;
  picks: number;
}

/** Advice from the ledger: how often each pick face is visited, and where its goods would lie better. */
@Injectable()
export class SlottingQueries {
  constructor(
    private readonly db: Database,
    private readonly planner: PlannerService,
  ) {}

  async advice(days: number, maxMoves: number): Promise<SlottingView> {
    const { faces, places } = await this.db.transaction(async (tx) => {
      const faces = await pickFaces(tx, new Date(tx.at.getTime() - days * DAY_MS));
      return { faces, places: await placesOf(tx, faces) };
    });
    // Where different goods share a place, moving one of them says nothing about the visits to the others.
    const alone = faces.filter(({ goods }) => goods === 1);
    const advice = await this.planner.slotting({
      items: alone.map(({ locationId, zone, picks }) => ({
        itemId: locationId,
        locationId,
        picksPerDay: picks / days,
        sizeClass: zone,
      })),
      places,
      moveCostMm: MOVE_COST_MM,
      horizonDays: days,
      maxMoves,
    });
    const faceOf = new Map(faces.map((face) => [face.locationId, face]));
    const metres = (mm: number) => Math.round(mm / 100) / 10;
    return {
      days,
      moveCostMetres: metres(MOVE_COST_MM),
      items: alone.length,
      savedMetresPerDay: metres(advice.savedMmPerDay),
      chains: advice.chains.map(({ moves, savedMmPerDay }): SlottingChainView => {
        const freed = new Set(moves.map(({ fromLocationId }) => fromLocationId));
        return {
          savedMetresPerDay: metres(savedMmPerDay),
          circle: moves.every(({ toLocationId }) => freed.has(toLocationId)),
          moves: moves.map((move) => {
            const { merchantCode, sku, name, code, picks } = faceOf.get(move.fromLocationId)!;
            return {
              merchantCode,
              sku,
              name,
              from: code,
              to: faceOf.get(move.toLocationId)!.code,
              picksPerDay: Math.round((picks / days) * 10) / 10,
              savedMetresPerDay: metres(move.savedMmPerDay),
            };
          }),
        };
      }),
    };
  }
}

/** Every pick face that may be used, with what lies there and how often it was picked from. */
function pickFaces(tx: Tx, since: Date): Promise<FaceRow[]> {
  return rows<FaceRow>(
    tx,
    `with held as (
       select l.account_id, count(distinct l.item_id)::int as goods, min(l.item_id::text)::uuid as item_id from levels l
       where l.site_id = $1 and l.account_kind = 'location' and l.quantity > 0 group by l.account_id
     ), picked as (
       select m.from_id, m.item_id, count(*)::int as picks from movements m
       where m.site_id = $1 and m.at > $2 and m.reason = 'pick' and m.from_kind = 'location' group by m.from_id, m.item_id
     )
     select a.id as "locationId", a.code, z.code || '/' || a.aisle as "aisleId", a.x_mm as "xMm", a.y_mm as "yMm",
       z.code as zone, h.item_id as "itemId", coalesce(h.goods, 0) as goods, coalesce(p.picks, 0) as picks,
       coalesce(i.sku, '') as sku, coalesce(i.name, '') as name, coalesce(c.code, '') as "merchantCode"
     from locations a join zones z on z.site_id = a.site_id and z.id = a.zone_id
     left join held h on h.account_id = a.id
     left join items i on i.id = h.item_id left join merchants c on c.id = i.merchant_id
     left join picked p on p.from_id = a.id and p.item_id = h.item_id
     where a.site_id = $1 and a.type = 'pick-face' and not a.blocked order by a.code`,
    [tx.siteId, since],
  );
}

/** How far each place is from where runs begin and end; a place that several goods share is nobody's to have. */
async function placesOf(tx: Tx, faces: FaceRow[]): Promise<SlottingPlace[]> {
  const floor = await walkable(tx);
  if (floor.bins.length === 0) return [];
  const site = inferAisleSite(floor.bins, floor.known);
  return faces
    .filter(({ goods }) => goods <= 1)
    .map(({ locationId, zone, aisleId, xMm, yMm }) => ({
      locationId,
      sizeClass: zone,
      roundTripMm: walkAlongMm(site, [floor.start, { aisleId, xMm, yMm }, floor.end]),
    }));
}
