import type { EdgeLane, EdgePoint, EdgeRoute, RoutesMessage } from '#lib/contracts';

/** What is saved of the table besides the routes themselves. */
export interface TableHead {
  version: number;
  lanes: EdgeLane[];
  heard: EdgeLane[];
  points: EdgePoint[];
}

/**
 * What the edge knows of parcels, lanes and points. The core's word comes versioned; what a PLC says of its own lanes is
 * heard here first and outlives the core's older echo of it. Only the core can close a lane, or say that it is open against its
 * photo-eye.
 */
export class RouteTable {
  version = 0;
  private readonly byParcel = new Map<string, EdgeRoute>();
  private readonly byCode = new Map<string, EdgeRoute>();
  private readonly told = new Map<string, EdgeLane>();
  private readonly heard = new Map<string, EdgeLane>();
  private readonly effective = new Map<string, EdgeLane>();
  private readonly points = new Map<string, EdgePoint>();

  get lanes(): ReadonlyMap<string, EdgeLane> {
    return this.effective;
  }

  get size(): number {
    return this.byParcel.size;
  }

  routeOf(code: string): EdgeRoute | undefined {
    return this.byCode.get(code);
  }

  knowsParcel(parcelId: string): boolean {
    return this.byParcel.has(parcelId);
  }

  point(code: string): EdgePoint | undefined {
    return this.points.get(code);
  }

  everyPoint(): IterableIterator<EdgePoint> {
    return this.points.values();
  }

  routes(): IterableIterator<EdgeRoute> {
    return this.byParcel.values();
  }

  head(): TableHead {
    return {
      version: this.version,
      lanes: [...this.told.values()],
      heard: [...this.heard.values()],
      points: [...this.points.values()],
    };
  }

  restore(head: TableHead, routes: EdgeRoute[]): void {
    this.apply({ kind: 'snapshot', version: head.version, lanes: head.lanes, points: head.points, routes });
    for (const lane of head.heard) this.hear(lane);
  }

  /**
   * A snapshot always counts, also one with a lower version (a restored core). A change counts only when it is the next
   * one; `gap` means that one was missed and nothing was changed.
   */
  apply(message: RoutesMessage): 'applied' | 'stale' | 'gap' {
    if (message.kind === 'change') {
      if (message.version <= this.version) return 'stale';
      if (message.version !== this.version + 1) return 'gap';
      for (const parcelId of message.removedParcelIds) this.remove(parcelId);
      for (const point of message.points ?? []) this.points.set(point.code, point);
    } else {
      for (const each of [this.byParcel, this.byCode, this.told, this.points]) each.clear();
      this.effective.clear();
      for (const lane of this.heard.values()) this.settle(lane.code);
      for (const point of message.points) this.points.set(point.code, point);
    }
    for (const route of message.kind === 'change' ? message.set : message.routes) this.set(route);
    for (const lane of message.lanes) {
      this.told.set(lane.code, lane);
      this.settle(lane.code);
    }
    this.version = message.version;
    return 'applied';
  }

  /** A PLC says how its lane is. True when that is news. */
  hear(lane: EdgeLane): boolean {
    const before = this.heard.get(lane.code)?.state;
    this.heard.set(lane.code, lane);
    this.settle(lane.code);
    return before !== lane.state;
  }

  private settle(code: string): void {
    const told = this.told.get(code);
    const heard = this.heard.get(code);
    const state = told?.state === 'closed' || told?.forced ? told : (heard ?? told);
    if (state) this.effective.set(code, state);
  }

  private set(route: EdgeRoute): void {
    this.remove(route.parcelId);
    this.byParcel.set(route.parcelId, route);
    for (const code of route.codes) this.byCode.set(code, route);
  }

  private remove(parcelId: string): void {
    const route = this.byParcel.get(parcelId);
    if (!route) return;
    this.byParcel.delete(parcelId);
    for (const code of route.codes) {
      if (this.byCode.get(code)?.parcelId === parcelId) this.byCode.delete(code);
    }
  }
}
