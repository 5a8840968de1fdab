import type { RecordKind, UplinkRecord } from '#lib/contracts';
import type { Tx } from './database.service.js';

export const APPLIES = Symbol('wavehouse:applies');

/** Where a record came from, as the registry knows it. `deviceId` is null for a device that nobody registered. */
export interface RecordSource {
  agentId: string;
  agentCode: string;
  deviceId: string | null;
  deviceCode: string;
  stationId: string | null;
  /** How long the record had waited in the agent when it was sent, by the agent's own clock; null when it does not say. */
  waitedMs?: number | null;
}

/** What became of a record. A refusal has a reason for the supervisor and is never retried. */
export type Application = { outcome: 'applied' } | { outcome: 'refused'; reason: string };

export const applied: Application = { outcome: 'applied' };
export const refused = (reason: string): Application => ({ outcome: 'refused', reason });

export interface Applying {
  method: string;
  kinds: RecordKind[];
}

export type Applier<K extends RecordKind = RecordKind> = (
  tx: Tx,
  record: Extract<UplinkRecord, { kind: K }>,
  source: RecordSource,
) => Promise<Application>;

/**
 * Marks a provider's method as the one that applies records of these kinds. It runs inside the inbox transaction: inbox row, effect
 * and events commit together, then the agent is told. One method per kind; a kind without one is kept and `applied`.
 * A throw is a fault (retried with back-off, the stream waits); a Refusal thrown or `refused(...)` is an outcome.
 */
export function Applies(...kinds: RecordKind[]) {
  return (target: object, method: string | symbol, _descriptor: PropertyDescriptor): void => {
    const of = target.constructor as { [APPLIES]?: Applying[] };
    if (!Object.hasOwn(of, APPLIES)) of[APPLIES] = [];
    of[APPLIES]!.push({ method: String(method), kinds });
  };
}
