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
interface UplinkLike {
  db: DatabaseLike;
  takeIn(tx: unknown, origin: Origin, batch: unknown): Promise<unknown>;
  applyOne(tx: unknown, candidate: unknown, source: unknown, known: Set<string>): Promise<unknown>;
}

const { Uplink } = await load<{ Uplink: { prototype: UplinkLike } }>(
  'apps/api/src/platform/broker/uplink.service.js',
);
const { takeIn, applyOne } = Uplink.prototype;

type Effect = (tx: unknown) => Promise<unknown>;
let effects: Effect[] = [];
Uplink.prototype.applyOne = async function (_tx, candidate, source, known) {
  effects.push((tx) => applyOne.call(this, tx, candidate, source, known));
  return { outcome: 'applied' };
};
Uplink.prototype.takeIn = async function (tx, origin, batch) {
  effects = [];
  const answer = await takeIn.call(this, tx, origin, batch);
  const waiting = effects.splice(0);
  if (waiting.length > 0) setImmediate(() => void applyLater(this.db, waiting));
  return answer;
};

async function applyLater(db: DatabaseLike, waiting: Effect[]): Promise<void> {
  for (const effect of waiting) await db.transaction(effect).catch(() => undefined);
}
