/** Which stock must be brought to the pick faces, and from where, so that the planned waves find it there. */

export interface PickFace {
  locationId: string;
  itemId: string;
  /** On hand and not reserved. */
  available: number;
  /** Most it holds. */
  capacity: number;
  /** Refilled when it would fall below this. */
  minimum: number;
}

export interface ReserveStock {
  locationId: string;
  itemId: string;
  lot: string | null;
  /** YYYY-MM-DD. */
  expiresOn: string | null;
  available: number;
  /** To the item's pick face. */
  distanceMm: number;
}

export interface ReplenishmentRequest {
  faces: PickFace[];
  reserves: ReserveStock[];
  /** Units that the planned waves take from pick faces, by item. */
  plannedUnits: Record<string, number>;
}

export interface ReplenishmentMove {
  itemId: string;
  fromLocationId: string;
  toLocationId: string;
  lot: string | null;
  quantity: number;
  /** `before-wave`: a planned pick would find the face empty; `top-up`: it falls below its minimum. */
  need: 'before-wave' | 'top-up';
  reason: { code: 'wave-short'; missing: number } | { code: 'below-minimum'; left: number; minimum: number };
}

export interface ReplenishmentAdvice {
  /** What the waves wait for first. */
  moves: ReplenishmentMove[];
  /** Units planned that no reserve can bring. */
  missing: { itemId: string; units: number }[];
}

/** Refills to capacity, oldest expiry and then nearest reserve first; never takes more than there is or fits. */
export function adviseReplenishment(request: ReplenishmentRequest): ReplenishmentAdvice {
  const advice: ReplenishmentAdvice = { moves: [], missing: [] };
  const reserves = new Map<string, ReserveStock[]>();
  for (const reserve of request.reserves) {
    reserves.set(reserve.itemId, [...(reserves.get(reserve.itemId) ?? []), { ...reserve }]);
  }
  for (const list of reserves.values()) list.sort(compareReserves);
  const faces = new Map<string, PickFace[]>();
  for (const face of request.faces) faces.set(face.itemId, [...(faces.get(face.itemId) ?? []), face]);
  for (const itemId of new Set([...faces.keys(), ...Object.keys(request.plannedUnits)])) {
    const planned = request.plannedUnits[itemId] ?? 0;
    const item = { itemId, planned, faces: faces.get(itemId) ?? [], reserves: reserves.get(itemId) ?? [] };
    refillItem(item, advice);
  }
  advice.moves.sort((one, two) => Number(one.need === 'top-up') - Number(two.need === 'top-up'));
  return advice;
}

function compareReserves(one: ReserveStock, two: ReserveStock): number {
  const [first, second] = [one.expiresOn ?? '9999-12-31', two.expiresOn ?? '9999-12-31'];
  if (first !== second) return first < second ? -1 : 1;
  return one.distanceMm - two.distanceMm || (one.locationId < two.locationId ? -1 : 1);
}

interface ItemStock {
  itemId: string;
  planned: number;
  faces: PickFace[];
  reserves: ReserveStock[];
}

function refillItem({ itemId, planned, faces, reserves }: ItemStock, advice: ReplenishmentAdvice): void {
  const onFaces = faces.reduce((sum, face) => sum + face.available, 0);
  let missing = Math.max(0, planned - onFaces);
  let taken = planned;
  for (const face of faces) {
    const takenHere = Math.min(taken, face.available);
    taken -= takenHere;
    const left = face.available - takenHere;
    if (missing === 0 && left >= face.minimum) continue;
    // What a wave takes makes room, so a face can be given its capacity beside what the wave still needs from it.
    let wanted = face.capacity - left + missing;
    for (const reserve of reserves) {
      const quantity = Math.min(wanted, reserve.available);
      if (quantity <= 0) continue;
      const need = missing > 0 ? ('before-wave' as const) : ('top-up' as const);
      const reason =
        missing > 0
          ? { code: 'wave-short' as const, missing }
          : { code: 'below-minimum' as const, left, minimum: face.minimum };
      const { locationId: fromLocationId, lot } = reserve;
      advice.moves.push({
        itemId,
        fromLocationId,
        toLocationId: face.locationId,
        lot,
        quantity,
        need,
        reason,
      });
      reserve.available -= quantity;
      wanted -= quantity;
      missing = Math.max(0, missing - quantity);
    }
  }
  if (missing > 0) advice.missing.push({ itemId, units: missing });
}
