import type { Outcome, Rider } from './sorter-line.js';

/** Where every parcel that ever entered is now. */
export class ConveyorBook {
  /** `belt`, `lost`, or a lane. */
  private readonly places = new Map<string, string>();
  private readonly arrivals: Outcome[] = [];
  private readonly loops: ReadonlySet<string>;

  /** @param loops lanes that lead back onto the belt */
  constructor(loops: readonly string[]) {
    this.loops = new Set(loops);
  }

  enter(rider: Rider): void {
    if (this.places.has(rider.id)) throw new Error(`${rider.id} enters twice`);
    this.places.set(rider.id, 'belt');
  }

  ended(outcome: Outcome): void {
    this.arrivals.push(outcome);
    for (const { id } of outcome.riders) {
      if (this.places.get(id) !== 'belt')
        throw new Error(`${id} leaves the belt but is in ${this.places.get(id)}`);
      if (outcome.lane === null) this.places.set(id, 'lost');
      else if (!this.loops.has(outcome.lane)) this.places.set(id, outcome.lane);
    }
  }

  get outcomes(): readonly Outcome[] {
    return this.arrivals;
  }

  placeOf(id: string): string | undefined {
    return this.places.get(id);
  }

  /** entered = lost + still on the belt + the sum over the lanes, by construction; a reader may add it up. */
  totals(): { entered: number; onBelt: number; lost: number; lanes: Record<string, number> } {
    const lanes: Record<string, number> = {};
    let onBelt = 0;
    let lost = 0;
    for (const place of this.places.values()) {
      if (place === 'belt') onBelt += 1;
      else if (place === 'lost') lost += 1;
      else lanes[place] = (lanes[place] ?? 0) + 1;
    }
    return { entered: this.places.size, onBelt, lost, lanes };
  }
}
