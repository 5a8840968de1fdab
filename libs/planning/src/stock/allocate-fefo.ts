/**
 * Chooses where to take the goods of a release by the strategy that the site wants; unless told otherwise first expired first out,
 * then first in first out, then the tie-break. Pure: the caller turns reservations into guarded updates and asks again for what
 * lost a race.
 */

/**
 * `fefo`: expiry, then receipt, then the tie-break. `fifo`: receipt, then expiry. `fewest-touches`: few places, whatever their age.
 * `full-containers`: places that are emptied whole, the largest first, then what is left as for `fefo`.
 */
export type AllocationStrategy = 'fefo' | 'fifo' | 'fewest-touches' | 'full-containers';

/** A quantity of an item that an order line needs. Lines are served in the order given. */
export interface DemandLine {
  lineId: string;
  orderId: string;
  itemId: string;
  quantity: number;
  /** `all`: nothing unless everything is there. `partial`: what there is. */
  fill: 'all' | 'partial';
  /** Only this lot will do. */
  lot?: string;
  /** The consignee wants goods that last at least until this day (YYYY-MM-DD). */
  minExpiresOn?: string;
}

/** Stock of one item and lot at one location that may still be reserved. Days are YYYY-MM-DD. */
export interface StockAt {
  locationId: string;
  itemId: string;
  lot: string | null;
  expiresOn: string | null;
  receivedOn?: string | null;
  available: number;
  pickSequence: number;
  distanceMm: number;
}

export interface AllocationRequest {
  demand: DemandLine[];
  stock: StockAt[];
  /** Goods that expire before this day are never reserved. */
  onDay: string;
  /** Default `fefo`. */
  strategy?: AllocationStrategy;
  /** What decides between equally old goods. Default `fewest-touches`. */
  tieBreak?: 'fewest-touches' | 'nearest' | 'pick-sequence';
  /** When one line of an order is short, take nothing for the whole order. Default false. */
  wholeOrders?: boolean;
}

export type ReservationReason =
  | { code: 'fefo'; expiresOn: string }
  | { code: 'fifo'; receivedOn: string }
  | { code: 'fewest-touches'; coversLine: boolean }
  | { code: 'full-container'; units: number }
  | { code: 'nearest'; distanceMm: number }
  | { code: 'pick-sequence'; pickSequence: number }
  | { code: 'lot-asked'; lot: string }
  | { code: 'only-stock' };

export interface Reservation {
  lineId: string;
  orderId: string;
  itemId: string;
  locationId: string;
  lot: string | null;
  expiresOn: string | null;
  quantity: number;
  /** Why this location, most decisive first. */
  reasons: ReservationReason[];
}

export type ShortReason =
  | { code: 'no-stock' }
  | { code: 'not-enough'; usable: number }
  | { code: 'expired'; expiredUnits: number; usable: number }
  | { code: 'too-short-dated'; minExpiresOn: string; refusedUnits: number; usable: number }
  | { code: 'lot-not-here'; lot: string; usable: number }
  | { code: 'order-incomplete'; shortLineIds: string[] };

export interface ShortLine {
  lineId: string;
  orderId: string;
  itemId: string;
  asked: number;
  reserved: number;
  missing: number;
  reason: ShortReason;
}

export interface Allocation {
  reservations: Reservation[];
  shorts: ShortLine[];
}

interface OpenStock extends StockAt {
  left: number;
}

interface Taken {
  from: OpenStock;
  quantity: number;
  /** The place was emptied by it. */
  whole: boolean;
}

/** How a request wants its places chosen, with the defaults filled in. */
interface Choice {
  strategy: AllocationStrategy;
  tieBreak: NonNullable<AllocationRequest['tieBreak']>;
}

/**
 * Serves the lines in the order given. Never reserves more than is available anywhere, never an expired lot, and
 * reserved + missing = asked for every line.
 */
export function allocateFefo(request: AllocationRequest): Allocation {
  const stockByItem = openStock(request.stock);
  const choice: Choice = {
    strategy: request.strategy ?? 'fefo',
    tieBreak: request.tieBreak ?? 'fewest-touches',
  };
  const taken = new Map<string, Taken[]>();
  const shorts = new Map<string, ShortLine>();
  for (const line of request.demand) {
    const stock = stockByItem.get(line.itemId) ?? [];
    const usable = stock.filter((at) => at.left > 0 && isUsable(at, line, request.onDay));
    const usableUnits = usable.reduce((sum, at) => sum + at.left, 0);
    const enough = usableUnits >= line.quantity;
    if (!enough) shorts.set(line.lineId, shortOf(line, stock, usableUnits, request.onDay));
    if (enough || line.fill === 'partial') taken.set(line.lineId, takeFor(line, usable, choice));
  }
  if (request.wholeOrders) withdrawIncompleteOrders(request.demand, taken, shorts);
  const placesOf = (line: DemandLine) => (stockByItem.get(line.itemId) ?? []).length;
  return {
    reservations: request.demand.flatMap((line) =>
      (taken.get(line.lineId) ?? []).map((take) => reservationOf(line, take, placesOf(line), choice)),
    ),
    shorts: request.demand.flatMap((line) => shorts.get(line.lineId) ?? []),
  };
}

function openStock(stock: StockAt[]): Map<string, OpenStock[]> {
  const byItem = new Map<string, OpenStock[]>();
  for (const at of stock) {
    const sameItem = byItem.get(at.itemId);
    const open = { ...at, left: Math.max(0, Math.floor(at.available)) };
    if (open.left === 0) continue;
    if (sameItem) sameItem.push(open);
    else byItem.set(at.itemId, [open]);
  }
  return byItem;
}

function isUsable(at: OpenStock, line: DemandLine, onDay: string): boolean {
  if (line.lot !== undefined && at.lot !== line.lot) return false;
  if (at.expiresOn !== null && at.expiresOn < onDay) return false;
  return line.minExpiresOn === undefined || at.expiresOn === null || at.expiresOn >= line.minExpiresOn;
}

function shortOf(line: DemandLine, stock: OpenStock[], usable: number, onDay: string): ShortLine {
  const reserved = line.fill === 'partial' ? usable : 0;
  const { lineId, orderId, itemId, quantity } = line;
  const reason = whyShort(line, stock, usable, onDay);
  return { lineId, orderId, itemId, asked: quantity, reserved, missing: quantity - reserved, reason };
}

function whyShort(line: DemandLine, stock: OpenStock[], usable: number, onDay: string): ShortReason {
  const unitsWhere = (holds: (at: OpenStock) => boolean) =>
    stock.reduce((sum, at) => (holds(at) ? sum + at.left : sum), 0);
  if (unitsWhere(() => true) === 0) return { code: 'no-stock' };
  if (line.lot !== undefined && unitsWhere((at) => at.lot === line.lot) < line.quantity) {
    return { code: 'lot-not-here', lot: line.lot, usable };
  }
  const expiredUnits = unitsWhere((at) => at.expiresOn !== null && at.expiresOn < onDay);
  const refusedUnits = unitsWhere(() => true) - usable - expiredUnits;
  if (line.minExpiresOn !== undefined && line.lot === undefined && refusedUnits > 0) {
    return { code: 'too-short-dated', minExpiresOn: line.minExpiresOn, refusedUnits, usable };
  }
  if (expiredUnits > 0) return { code: 'expired', expiredUnits, usable };
  return { code: 'not-enough', usable };
}

function takeFor(line: DemandLine, usable: OpenStock[], choice: Choice): Taken[] {
  const ranked = [...usable].sort((one, two) => compareForPick(one, two, line, choice));
  const taken: Taken[] = [];
  let missing = line.quantity;
  while (missing > 0 && ranked.length > 0) {
    const from = ranked.splice(nextSource(ranked, missing, choice), 1)[0]!;
    const quantity = Math.min(missing, from.left);
    taken.push({ from, quantity, whole: quantity === from.left });
    from.left -= quantity;
    missing -= quantity;
  }
  return taken;
}

/** Index of the place to take from next: the first by rank unless another one saves a touch or is emptied whole. */
function nextSource(ranked: OpenStock[], missing: number, choice: Choice): number {
  if (choice.strategy === 'full-containers') return largestEmptied(ranked, missing);
  const first = ranked[0]!;
  if (choice.tieBreak !== 'fewest-touches' || first.left >= missing) return 0;
  const covering = ranked.findIndex((at) => at.left >= missing && compareAge(at, first, choice) === 0);
  return Math.max(0, covering);
}

function largestEmptied(ranked: OpenStock[], missing: number): number {
  let best = -1;
  ranked.forEach(({ left }, at) => {
    if (left <= missing && (best < 0 || left > ranked[best]!.left)) best = at;
  });
  return Math.max(0, best);
}

const LAST_DAY = '9999-12-31';

function compareText(one: string, two: string): number {
  return one < two ? -1 : one > two ? 1 : 0;
}

function compareAge(one: StockAt, two: StockAt, { strategy }: Choice): number {
  if (strategy === 'fewest-touches') return 0;
  const expiry = compareText(one.expiresOn ?? LAST_DAY, two.expiresOn ?? LAST_DAY);
  const receipt = compareText(one.receivedOn ?? LAST_DAY, two.receivedOn ?? LAST_DAY);
  return strategy === 'fifo' ? receipt || expiry : expiry || receipt;
}

function compareForPick(one: OpenStock, two: OpenStock, line: DemandLine, choice: Choice): number {
  const byAge = compareAge(one, two, choice);
  if (byAge !== 0) return byAge;
  const { tieBreak } = choice;
  if (tieBreak === 'fewest-touches') {
    // A location emptied exactly leaves no remnant; otherwise the fuller one is touched fewer times.
    const exact = Number(two.left === line.quantity) - Number(one.left === line.quantity);
    const covers = Number(two.left >= line.quantity) - Number(one.left >= line.quantity);
    const fuller = one.left >= line.quantity ? 0 : two.left - one.left;
    if (exact || covers || fuller) return exact || covers || fuller;
  }
  const byPlace =
    tieBreak === 'pick-sequence' ? one.pickSequence - two.pickSequence : one.distanceMm - two.distanceMm;
  return byPlace || one.pickSequence - two.pickSequence || compareText(one.locationId, two.locationId);
}

function withdrawIncompleteOrders(
  demand: DemandLine[],
  taken: Map<string, Taken[]>,
  shorts: Map<string, ShortLine>,
): void {
  const shortLinesByOrder = new Map<string, string[]>();
  for (const line of demand) {
    if (!shorts.has(line.lineId)) continue;
    shortLinesByOrder.set(line.orderId, [...(shortLinesByOrder.get(line.orderId) ?? []), line.lineId]);
  }
  for (const line of demand) {
    const shortLineIds = shortLinesByOrder.get(line.orderId);
    if (!shortLineIds) continue;
    for (const { from, quantity } of taken.get(line.lineId) ?? []) from.left += quantity;
    taken.delete(line.lineId);
    const { lineId, orderId, itemId, quantity } = line;
    const own = shorts.get(lineId);
    const reason: ShortReason = own?.reason ?? { code: 'order-incomplete', shortLineIds };
    shorts.set(lineId, { lineId, orderId, itemId, asked: quantity, reserved: 0, missing: quantity, reason });
  }
}

function reservationOf(line: DemandLine, take: Taken, places: number, choice: Choice): Reservation {
  const { from, quantity } = take;
  return {
    lineId: line.lineId,
    orderId: line.orderId,
    itemId: line.itemId,
    locationId: from.locationId,
    lot: from.lot,
    expiresOn: from.expiresOn,
    quantity,
    reasons: reasonsFor(line, take, places, choice),
  };
}

function reasonsFor(
  line: DemandLine,
  take: Taken,
  places: number,
  { strategy, tieBreak }: Choice,
): ReservationReason[] {
  const { from, quantity, whole } = take;
  const reasons: ReservationReason[] = [];
  if (line.lot !== undefined) reasons.push({ code: 'lot-asked', lot: line.lot });
  if (places === 1) return [...reasons, { code: 'only-stock' }];
  if (strategy === 'full-containers' && whole) reasons.push({ code: 'full-container', units: quantity });
  const byAge = strategy !== 'fewest-touches';
  const receiptFirst = strategy === 'fifo' && Boolean(from.receivedOn);
  if (byAge && from.expiresOn !== null && !receiptFirst)
    reasons.push({ code: 'fefo', expiresOn: from.expiresOn });
  else if (byAge && from.receivedOn) reasons.push({ code: 'fifo', receivedOn: from.receivedOn });
  if (tieBreak === 'nearest') reasons.push({ code: 'nearest', distanceMm: from.distanceMm });
  else if (tieBreak === 'pick-sequence')
    reasons.push({ code: 'pick-sequence', pickSequence: from.pickSequence });
  else reasons.push({ code: 'fewest-touches', coversLine: quantity === line.quantity });
  return reasons;
}
