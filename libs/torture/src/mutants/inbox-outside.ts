import { load } from './load.js';

/** The inbox first, committed by itself; then the effect, in a transaction that may not come. */
interface Origin {
  siteId: number;
  agentCode: string;
  stream: string;
}
interface DatabaseLike {
  transaction<T>(work: (tx: unknown) => Promise<T>): Promise<T>;
}
interface Run {
  readings: object[];
}
interface UplinkLike {
  db: DatabaseLike;
  takeIn(tx: unknown, origin: Origin, batch: unknown, together: boolean): Promise<unknown>;
  applyRun(tx: unknown, origin: Origin, run: Run): Promise<unknown[]>;
}

const { Uplink } = await load<{ Uplink: { prototype: UplinkLike } }>(
  'apps/api/src/platform/broker/uplink.service.js',
);
const { takeIn, applyRun } = Uplink.prototype;

type Effect = (tx: unknown) => Promise<unknown>;
let effects: Effect[] = [];
Uplink.prototype.applyRun = async function (_tx, origin, run) {
  effects.push((tx) => applyRun.call(this, tx, origin, run));
  return run.readings.map((reading) => ({ ...reading, application: { outcome: 'applied' } }));
};
Uplink.prototype.takeIn = async function (tx, origin, batch, together) {
  effects = [];
  const answer = await takeIn.call(this, tx, origin, batch, together);
  const waiting = effects.splice(0);
  if (waiting.length > 0) setImmediate(() => void applyLater(this.db, waiting));
  return answer;
};

async function applyLater(db: DatabaseLike, waiting: Effect[]): Promise<void> {
  for (const effect of waiting) await db.transaction(effect).catch(() => undefined);
}
