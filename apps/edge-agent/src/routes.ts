import type { Logger } from 'pino';
import type { EdgeLane, EdgePoint, EdgeRoute, RoutesMessage } from '#lib/contracts';
import { RouteTable, type TableHead } from './route-table.js';
import type { Change, Store } from './store.js';

const HEAD = 'r!head';
const ROUTE = 'r!p!';
const LAPS = 'l!';

/** The route table and the laps at each point, kept on disk so that a restarted agent decides without the core. */
export class Routes {
  readonly table = new RouteTable();
  private readonly laps = new Map<string, number>();
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly store: Store,
    private readonly log: Logger,
  ) {}

  /** `bootstrap`: points known from the agent's own configuration, until the core has sent its own. */
  static async load(store: Store, log: Logger, bootstrap: EdgePoint[]): Promise<Routes> {
    const routes = new Routes(store, log);
    const head = await store.get(HEAD);
    const saved = head
      ? (JSON.parse(head) as TableHead)
      : { version: 0, lanes: [], heard: [], points: bootstrap };
    const list: EdgeRoute[] = [];
    for await (const [, text] of store.pairs(ROUTE)) list.push(JSON.parse(text) as EdgeRoute);
    routes.table.restore(saved, list);
    for await (const [key, count] of store.pairs(LAPS)) routes.laps.set(key, Number(count));
    return routes;
  }

  /** Takes a message of the core. `gap`: a snapshot must be asked for. */
  take(message: RoutesMessage): 'applied' | 'stale' | 'gap' {
    const before =
      message.kind === 'snapshot' ? [...this.table.routes()].map(({ parcelId }) => parcelId) : [];
    const result = this.table.apply(message);
    if (result !== 'applied') return result;
    const set = message.kind === 'snapshot' ? message.routes : message.set;
    const removed =
      message.kind === 'snapshot'
        ? before.filter((id) => !this.table.knowsParcel(id))
        : message.removedParcelIds;
    this.save([
      ...removed.map((id): Change => ({ type: 'del', key: ROUTE + id })),
      ...set.map(
        (route): Change => ({ type: 'put', key: ROUTE + route.parcelId, value: JSON.stringify(route) }),
      ),
      ...this.forgetLaps(),
      this.headChange(),
    ]);
    return result;
  }

  hearLane(lane: EdgeLane): void {
    if (this.table.hear(lane)) this.save([this.headChange()]);
  }

  lapsOf(point: string, parcelId: string): number {
    return this.laps.get(lapKey(point, parcelId)) ?? 0;
  }

  countLap(point: string, parcelId: string): void {
    const key = lapKey(point, parcelId);
    const count = (this.laps.get(key) ?? 0) + 1;
    this.laps.set(key, count);
    this.save([{ type: 'put', key, value: String(count) }]);
  }

  /** Resolves when all that was taken is written. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private forgetLaps(): Change[] {
    const changes: Change[] = [];
    for (const key of this.laps.keys()) {
      if (this.table.knowsParcel(key.slice(key.lastIndexOf('!') + 1))) continue;
      this.laps.delete(key);
      changes.push({ type: 'del', key });
    }
    return changes;
  }

  private headChange(): Change {
    return { type: 'put', key: HEAD, value: JSON.stringify(this.table.head()) };
  }

  /** In order, without a sync: what a power cut takes is a version, and the gap brings a snapshot. */
  private save(changes: Change[]): void {
    this.writing = this.writing
      .then(() => this.store.write(changes))
      .catch((error: Error) =>
        this.log.error({ err: error }, 'routes are not saved; decisions go on from memory'),
      );
  }
}

function lapKey(point: string, parcelId: string): string {
  return `${LAPS}${point}!${parcelId}`;
}
