import type { RecordKind, UplinkRecord } from '#lib/contracts';
import type { Tx } from './database.service.js';

export const APPLIES = Symbol('wavehouse:applies');
export const APPLIES_TOGETHER = Symbol('wavehouse:applies-together');

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

/** A record with where it came from. */
export interface Reading<K extends RecordKind = RecordKind> {
  record: Extract<UplinkRecord, { kind: K }>;
  source: RecordSource;
}

/** Answers for each reading, in their order. */
export type TogetherApplier<K extends RecordKind = RecordKind> = (
  tx: Tx,
  readings: readonly Reading<K>[],
) => Promise<Application[]>;

/**
 * {@link Applies} for kinds that come in numbers: the method takes all records of a batch that follow each other, in their order, and what
 * it writes must be what they would have written one by one. It may answer `refused` only for a record of which it has written
 * nothing. When it throws, everything is undone and it is called again for each record alone, which tells the faulty one apart.
 */
export function AppliesTogether(...kinds: RecordKind[]) {
  return (target: object, method: string | symbol, _descriptor: PropertyDescriptor): void => {
    const of = target.constructor as { [APPLIES_TOGETHER]?: Applying[] };
    if (!Object.hasOwn(of, APPLIES_TOGETHER)) of[APPLIES_TOGETHER] = [];
    of[APPLIES_TOGETHER]!.push({ method: String(method), kinds });
  };
}

/** As an applier of one record. */
export function alone(together: TogetherApplier): Applier {
  return async (tx, record, source) => (await together(tx, [{ record, source }]))[0]!;
}
