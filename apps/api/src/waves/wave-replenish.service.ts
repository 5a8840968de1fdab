import { Injectable } from '@nestjs/common';
import { adviseReplenishment, type PickFace, type ReserveStock } from '#lib/planning';
import { affected, Database, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import type { KeepResult, PipelineStep, StepResult } from './pipeline-step.js';
import type { WavePlan } from './wave-plan.js';
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

/**
 * What must be brought to pick faces. The picks of a wave are set aside where they lie; what this says is which faces the wave
 * leaves without goods for the next ones, and from which reserve they are filled meanwhile.
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
    const stock = await this.db.transaction((tx) => freeStock(tx, [...taken.keys()]));
    const { topUp = false } = optionsOf(plan.order.pipeline, 'replenish');
    // A wave's own picks count as taken already, though a dry run has set none of them aside.
    const own = ownPicks(plan);
    const left = stock.map((at) => ({ ...at, free: Math.max(0, at.free - (own.get(placeKey(at)) ?? 0)) }));
    const faces = left
      .filter(({ type }) => type === 'pick-face')
      .map((at): PickFace & { at: StockRow } => {
        const units = taken.get(at.item_id) ?? 0;
        const capacity = Math.max(at.free, units * WAVES_AHEAD);
        return {
          at,
          locationId: at.location_id,
          itemId: at.item_id,
          available: at.free,
          capacity,
          minimum: units,
        };
      });
    const faceOf = new Map(faces.map((face) => [face.itemId, face]));
    const reserves = left.flatMap((at): ReserveStock[] => {
      const face = faceOf.get(at.item_id);
      if (at.type !== 'reserve' || at.free === 0 || !face) return [];
      const distanceMm = Math.abs(at.x_mm - face.at.x_mm) + Math.abs(at.y_mm - face.at.y_mm);
      const { location_id: locationId, item_id: itemId, lot, expires_on: expiresOn, free: available } = at;
      return [{ locationId, itemId, lot, expiresOn, available, distanceMm }];
    });
    const faced = [...faceOf.values()].map(({ at: _at, ...face }) => face);
    const advice = adviseReplenishment({ faces: faced, reserves, plannedUnits: fromReserve(plan) });
    const merchantOf = new Map(stock.map((at) => [at.item_id, at.merchant_id]));
    const moves = advice.moves
      .filter(({ need }) => topUp || need === 'before-wave')
      .map((move) => ({ ...move, id: newId(), merchantId: merchantOf.get(move.itemId)! }));
    const units = moves.reduce((sum, { quantity }) => sum + quantity, 0);
    const straight = plan.picks.filter(
      ({ locationId }) => plan.places.get(locationId)?.type === 'reserve',
    ).length;
    return {
      plan: { ...plan, replenishments: moves },
      log: [`${straight} picks come straight from reserve`, `${units} units to ${moves.length} pick faces`],
    };
  }

  private async keep(tx: Tx, plan: WavePlan, waveId: string): Promise<KeepResult> {
    const { replenishments } = plan;
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

/** Units of a plan that nothing has set aside yet, by place; a wave that is kept has set all of them aside. */
function ownPicks(plan: WavePlan): Map<string, number> {
  const own = new Map<string, number>();
  if (plan.lines.every(({ reserved }) => reserved)) return own;
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

/** What the faces could not give: units that the wave takes from reserve, by item. */
function fromReserve(plan: WavePlan): Record<string, number> {
  const units: Record<string, number> = {};
  for (const { itemId, locationId, quantity } of plan.picks) {
    if (plan.places.get(locationId)?.type === 'reserve') units[itemId] = (units[itemId] ?? 0) + quantity;
  }
  return units;
}

/** Free stock of the items on pick faces, empty ones where they lay lately too, and in reserve. */
function freeStock(tx: Tx, itemIds: readonly string[]): Promise<StockRow[]> {
  return rows<StockRow>(
    tx,
    `select a.id as location_id, v.item_id, v.merchant_id, v.lot, a.type, to_char(t.expires_on, 'YYYY-MM-DD') as expires_on,
       v.quantity - v.reserved as free, a.x_mm, a.y_mm
     from levels v join locations a on a.site_id = v.site_id and a.id = v.account_id
     left join lots t on t.site_id = v.site_id and t.item_id = v.item_id and t.lot = v.lot
     where v.site_id = $1 and v.account_kind = 'location' and v.item_id = any($2::uuid[]) and not a.blocked
       and (a.type = 'pick-face' or (a.type = 'reserve' and v.quantity > v.reserved))
     order by a.pick_sequence desc, a.id`,
    [tx.siteId, itemIds],
  );
}
