import { Injectable } from '@nestjs/common';
import { adviseReplenishment, type PickFace, type ReserveStock } from '#lib/planning';
import { affected, Database, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { placesOf } from './goods.queries.js';
import type { KeepResult, PipelineStep, StepResult } from './pipeline-step.js';
import type { PlannedPick, WavePlan } from './wave-plan.js';
import { optionsOf } from './wave-steps.js';
import './waves.events.js';

/** A face is filled for so many waves like this one. */
const WAVES_AHEAD = 2;

interface StockRow {
  location_id: string;
  item_id: string;
  merchant_id: string;
  lot: string;
  type: 'pick-face' | 'reserve';
  expires_on: string | null;
  free: number;
  x_mm: number;
  y_mm: number;
}

type Move = WavePlan['replenishments'][number];

/**
 * What must be brought to pick faces. Goods that the faces lack stay set aside in reserve, and the picks that want them wait at the
 * face for the move that brings them; whole containers, and items without a face, are picked where they lie. With `topUp` faces that
 * the wave leaves low are filled for the next ones, too.
 */
@Injectable()
export class WaveReplenishService {
  constructor(private readonly db: Database) {}

  readonly replenish: PipelineStep = {
    decide: (plan) => this.decide(plan),
    keep: (tx, plan, { waveId }) => this.keep(tx, plan, waveId),
  };

  private async decide(plan: WavePlan): Promise<StepResult> {
    const taken = unitsBy(plan);
    const { topUp = false } = optionsOf(plan.order.pipeline, 'replenish');
    const stock = await this.db.transaction((tx) =>
      freeStock(tx, { itemIds: [...taken.keys()], besideWaveId: topUp ? plan.waveId : null }),
    );
    const faceOf = facesOf(stock);
    // What is on a cart already is not sent elsewhere.
    const { picks, moves } = plan.runs.length > 0 ? straight(plan) : throughFaces(plan, faceOf);
    const all = topUp ? [...moves, ...topUps(leftBy(plan, stock), taken)] : moves;
    const faces = await this.db.transaction((tx) =>
      placesOf(
        tx,
        moves.map(({ toLocationId }) => toLocationId),
      ),
    );
    const units = all.reduce((sum, { quantity }) => sum + quantity, 0);
    const waiting = picks.filter(({ waitsFor }) => waitsFor !== null).length;
    const fromReserve = picks.filter(
      ({ locationId }) => plan.places.get(locationId)?.type === 'reserve',
    ).length;
    return {
      plan: { ...plan, picks, places: new Map([...plan.places, ...faces]), replenishments: all },
      log: [
        `${units} units to ${all.length} pick faces`,
        `${waiting} picks wait for them, ${fromReserve} come straight from reserve`,
      ],
    };
  }

  private async keep(tx: Tx, plan: WavePlan, waveId: string): Promise<KeepResult> {
    const bound = await bindPicks(tx, plan, waveId);
    // An order that was cancelled meanwhile has nothing brought for it.
    const replenishments = plan.replenishments.flatMap((move) => {
      const quantity = move.need === 'before-wave' ? (bound.get(move.id) ?? 0) : move.quantity;
      return quantity > 0 ? [{ ...move, quantity }] : [];
    });
    if (replenishments.length === 0) return { plan, log: [] };
    await affected(
      tx,
      `insert into wave_replenishments (site_id, id, wave_id, merchant_id, item_id, lot, from_location_id, to_location_id,
         quantity, need, because, created_at)
       select $1, r.id, $2, r.merchant, r.item, r.lot, r.source, r.target, r.quantity, r.need, r.because, $3
       from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::uuid[], $10::int[], $11::text[], $12::jsonb[])
         as r (id, merchant, item, lot, source, target, quantity, need, because) on conflict do nothing`,
      [
        tx.siteId,
        waveId,
        tx.at,
        replenishments.map((each) => each.id),
        replenishments.map((each) => each.merchantId),
        replenishments.map((each) => each.itemId),
        replenishments.map((each) => each.lot ?? ''),
        replenishments.map((each) => each.fromLocationId),
        replenishments.map((each) => each.toLocationId),
        replenishments.map((each) => each.quantity),
        replenishments.map((each) => each.need),
        replenishments.map((each) => JSON.stringify([each.reason])),
      ],
    );
    const wanted = replenishments.map((each) => ({
      replenishmentId: each.id,
      merchantId: each.merchantId,
      itemId: each.itemId,
      lot: each.lot ?? '',
      fromLocationId: each.fromLocationId,
      toLocationId: each.toLocationId,
      quantity: each.quantity,
      need: each.need,
    }));
    await addEvent(tx, {
      type: 'waves.replenishment-wanted',
      aggregateId: waveId,
      data: { waveId, wanted },
    });
    return { plan, log: [] };
  }
}

function placeKey(at: { location_id: string; item_id: string; lot: string }): string {
  return `${at.location_id} ${at.item_id} ${at.lot}`;
}

/** What a wave leaves of this stock: its own picks count as taken, though they may not be set aside yet. */
function leftBy(plan: WavePlan, stock: readonly StockRow[]): StockRow[] {
  const own = ownPicks(plan);
  return stock.map((at) => ({ ...at, free: Math.max(0, at.free - (own.get(placeKey(at)) ?? 0)) }));
}

/** The pick face of each item: the first in the sequence of picking where it has several. */
function facesOf(stock: readonly StockRow[]): Map<string, StockRow> {
  const faces = stock.filter(({ type }) => type === 'pick-face');
  return new Map(faces.map((face) => [face.item_id, face]));
}

/** Units of a plan by place. */
function ownPicks(plan: WavePlan): Map<string, number> {
  const own = new Map<string, number>();
  for (const { locationId, itemId, lot, quantity } of plan.picks) {
    const key = placeKey({ location_id: locationId, item_id: itemId, lot });
    own.set(key, (own.get(key) ?? 0) + quantity);
  }
  return own;
}

function unitsBy(plan: WavePlan): Map<string, number> {
  const units = new Map<string, number>();
  for (const { itemId, quantity } of plan.picks) units.set(itemId, (units.get(itemId) ?? 0) + quantity);
  return units;
}

/** Every pick where its goods lie. */
function straight({ picks }: WavePlan): { picks: PlannedPick[]; moves: Move[] } {
  return { picks, moves: [] };
}

/** Picks in reserve go to the face of their item and wait there: one move for what they want of one place. */
function throughFaces(
  plan: WavePlan,
  faceOf: ReadonlyMap<string, StockRow>,
): { picks: PlannedPick[]; moves: Move[] } {
  const moves = new Map<string, Move>();
  const picks = plan.picks.map((pick) => {
    const face = faceOf.get(pick.itemId);
    const whole = pick.because.some(({ code }) => code === 'full-container');
    if (!face || whole || plan.places.get(pick.locationId)?.type !== 'reserve') return pick;
    const { itemId, merchantId, lot, locationId: fromLocationId, quantity } = pick;
    const key = placeKey({ location_id: fromLocationId, item_id: itemId, lot });
    const known = moves.get(key);
    const missing = quantity + (known?.quantity ?? 0);
    const id = known?.id ?? newId();
    moves.set(key, {
      id,
      merchantId,
      itemId,
      lot,
      fromLocationId,
      toLocationId: face.location_id,
      quantity: missing,
      need: 'before-wave',
      reason: { code: 'wave-short', missing },
    });
    return { ...pick, locationId: face.location_id, waitsFor: id };
  });
  return { picks, moves: [...moves.values()] };
}

/** Faces that this wave leaves with less than another one like it takes. */
function topUps(left: readonly StockRow[], taken: ReadonlyMap<string, number>): Move[] {
  const faceOf = facesOf(left);
  const faces = [...faceOf.values()].map((at): PickFace => {
    const minimum = taken.get(at.item_id) ?? 0;
    const capacity = Math.max(at.free, minimum * WAVES_AHEAD);
    return { locationId: at.location_id, itemId: at.item_id, available: at.free, capacity, minimum };
  });
  const reserves = left.flatMap((at): ReserveStock[] => {
    const face = faceOf.get(at.item_id);
    if (at.type !== 'reserve' || at.free === 0 || !face) return [];
    const distanceMm = Math.abs(at.x_mm - face.x_mm) + Math.abs(at.y_mm - face.y_mm);
    const { location_id: locationId, item_id: itemId, lot, expires_on: expiresOn, free: available } = at;
    return [{ locationId, itemId, lot, expiresOn, available, distanceMm }];
  });
  const { moves } = adviseReplenishment({ faces, reserves, plannedUnits: {} });
  return moves.map((move) => ({ ...move, id: newId(), merchantId: faceOf.get(move.itemId)!.merchant_id }));
}

/** The reservations of the picks that wait say what for. @returns the units bound to each move. */
async function bindPicks(tx: Tx, plan: WavePlan, waveId: string): Promise<Map<string, number>> {
  const waiting = plan.picks.filter(({ waitsFor }) => waitsFor !== null);
  const units = new Map<string, number>();
  if (waiting.length === 0) return units;
  const bound = await rows<{ move: string; quantity: number }>(
    tx,
    `update reservations v set replenishment_id = n.move from unnest($3::uuid[], $4::uuid[]) as n (id, move)
     where v.site_id = $1 and v.wave_id = $2 and v.id = n.id and v.state = 'open'
     returning v.replenishment_id as move, v.quantity`,
    [tx.siteId, waveId, waiting.map(({ id }) => id), waiting.map(({ waitsFor }) => waitsFor)],
  );
  for (const { move, quantity } of bound) units.set(move, (units.get(move) ?? 0) + quantity);
  return units;
}

/**
 * Free stock of the items on pick faces, empty ones where they lay lately too, and in reserve. What a wave has set aside itself counts
 * as free for it: whether it stands already makes no difference then.
 */
function freeStock(
  tx: Tx,
  { itemIds, besideWaveId }: { itemIds: readonly string[]; besideWaveId: string | null },
): Promise<StockRow[]> {
  return rows<StockRow>(
    tx,
    `with own as (select r.location_id, r.item_id, r.lot, sum(r.quantity)::int as quantity from wave_lines w
       join reservations r on r.site_id = w.site_id and r.order_line_id = w.order_line_id and r.wave_id = w.wave_id and r.state = 'open'
       where w.site_id = $1 and w.wave_id = $3 group by 1, 2, 3)
     select a.id as location_id, v.item_id, v.merchant_id, v.lot, a.type, to_char(t.expires_on, 'YYYY-MM-DD') as expires_on,
       v.quantity - v.reserved + coalesce(own.quantity, 0) as free, a.x_mm, a.y_mm
     from levels v join locations a on a.site_id = v.site_id and a.id = v.account_id
     left join lots t on t.site_id = v.site_id and t.item_id = v.item_id and t.lot = v.lot
     left join own on own.location_id = v.account_id and own.item_id = v.item_id and own.lot = v.lot
     where v.site_id = $1 and v.account_kind = 'location' and v.item_id = any($2::uuid[]) and not a.blocked
       and (a.type = 'pick-face' or (a.type = 'reserve' and v.quantity > v.reserved))
     order by a.pick_sequence desc, a.id`,
    [tx.siteId, itemIds, besideWaveId],
  );
}
