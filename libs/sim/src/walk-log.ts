import {
  type AisleSite,
  inferAisleSite,
  type KnownLayout,
  type PointMm,
  type RunStop,
  sShapeWalkMm,
  walkAlongMm,
} from '#lib/planning';

/** One stop as a picker made it. */
export interface WalkedStop extends PointMm {
  aisleId: string;
  orderId: string;
}

/** One trip of one picker with a cart, from where it was taken to where it was left. */
export interface Trip {
  /** Released by a person's wave or by a channel. */
  by: 'wave' | 'channel';
  slots: number;
  start: PointMm;
  /** In the sequence in which they were walked. */
  stops: WalkedStop[];
  end: PointMm;
}

export interface WalkFigures {
  trips: number;
  orders: number;
  /** Stops for goods: one line at one place. */
  lines: number;
  metres: number;
  metresPerLine: number;
}

export interface WalkResult {
  /** What the pickers walked. */
  measured: WalkFigures;
  byWave: WalkFigures;
  byChannel: WalkFigures;
  /** The same trips with the same orders, each walked in S-shape: what the routes alone save. */
  sameTripsSShape: WalkFigures;
  /** The same orders and places, first come first served on the same carts, walked in S-shape. */
  firstComeSShape: WalkFigures;
  /** Share of the walk per line that is saved against first come in S-shape. */
  saved: number;
}

/** Keeps what pickers really walked, to be held against what they would have walked without a plan. */
export class WalkLog {
  private readonly trips: Trip[] = [];

  add(trip: Trip): void {
    if (trip.stops.length > 0) this.trips.push(trip);
  }

  /**
   * Measured walk: for each trip the shortest ways from stop to stop in the sequence walked, from the cart park to the bench.
   * First come: the same orders with the places where their goods were really taken, in the sequence of `orderIds`, one slot an
   * order and as many slots as the cart of that turn has, each cart walked in S-shape; the turns begin and end where the real
   * trips did, in their sequence.
   * @param bins all locations of the aisles
   * @param orderIds in the sequence in which the orders came in
   * @param known what the site knows of its aisles beyond its locations, as the planner has it
   * @returns null when nobody picked anything
   */
  result(
    bins: readonly (PointMm & { aisleId: string })[],
    orderIds: readonly string[],
    known: KnownLayout = {},
  ): WalkResult | null {
    if (this.trips.length === 0) return null;
    const site = inferAisleSite(bins, known);
    const walked = (trips: Trip[]): WalkFigures => figuresOf(trips, (trip) => walkedMm(site, trip));
    const measured = walked(this.trips);
    const firstCome = figuresOf(this.firstComeTrips(orderIds), (trip) => sShapeOf(site, trip));
    return {
      measured,
      byWave: walked(this.trips.filter((trip) => trip.by === 'wave')),
      byChannel: walked(this.trips.filter((trip) => trip.by === 'channel')),
      sameTripsSShape: figuresOf(this.trips, (trip) => sShapeOf(site, trip)),
      firstComeSShape: firstCome,
      saved: Math.round((1 - measured.metresPerLine / firstCome.metresPerLine) * 1_000) / 1_000,
    };
  }

  private firstComeTrips(orderIds: readonly string[]): Trip[] {
    const stopsOf = new Map<string, WalkedStop[]>();
    for (const stop of this.trips.flatMap((trip) => trip.stops)) {
      const own = stopsOf.get(stop.orderId);
      if (own) own.push(stop);
      else stopsOf.set(stop.orderId, [stop]);
    }
    const queue = orderIds.filter((orderId) => stopsOf.has(orderId));
    const trips: Trip[] = [];
    for (let first = 0; first < queue.length; ) {
      const like = this.trips[trips.length % this.trips.length]!;
      const cart = queue.slice(first, first + like.slots);
      trips.push({ ...like, stops: cart.flatMap((orderId) => stopsOf.get(orderId)!) });
      first += like.slots;
    }
    return trips;
  }
}

function walkedMm(site: AisleSite, { start, stops, end }: Trip): number {
  return walkAlongMm(site, [start, ...stops, end]);
}

function sShapeOf(site: AisleSite, { start, stops, end }: Trip): number {
  const runStops = stops.map((stop, at): RunStop => ({ ...stop, stopId: String(at) }));
  return sShapeWalkMm(site, runStops, { start, end });
}

function figuresOf(trips: readonly Trip[], lengthOf: (trip: Trip) => number): WalkFigures {
  const millimetres = trips.reduce((sum, trip) => sum + lengthOf(trip), 0);
  const lines = trips.reduce((sum, trip) => sum + trip.stops.length, 0);
  return {
    trips: trips.length,
    orders: new Set(trips.flatMap((trip) => trip.stops.map((stop) => stop.orderId))).size,
    lines,
    metres: Math.round(millimetres / 1_000),
    metresPerLine: lines === 0 ? 0 : Math.round(millimetres / lines / 10) / 100,
  };
}
