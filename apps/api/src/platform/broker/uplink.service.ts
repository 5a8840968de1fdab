import { Injectable } from '@nestjs/common';
import type { UplinkAck, UplinkRecord } from '#lib/contracts';
import { type Application, type RecordSource, refused, type TogetherApplier } from '../applies.js';
import { withContext } from '../context.js';
import { Database, rows, sqlState, type Tx } from '../database.service.js';
import { newId } from '../ids.js';
import { log } from '../log.js';
import { Refusal } from '../refusal.js';
import { Registry } from '../registry.js';
import { EdgeRegistry, type KnownAgent, type LastReading } from './edge-registry.js';
import { keepInInbox, knownIds, type Taken } from './inbox.queries.js';
import { type Candidate, type ReadBatch, readBatch } from './read-batch.js';

/** Where a message came from, by its topic (the broker vouches for it). */
export interface UplinkOrigin {
  siteId: number;
  agentCode: string;
  stream: string;
}

export interface TakenBatch {
  ack: UplinkAck;
  taken: Taken[];
}

/** So often is a record tried that runs into a fault of ours; then it is refused, so that its device is not mute for ever. */
const FAULTS_MAX = 25;

/** Records that are applied together ran into a fault: everything is undone, and each is tried alone. */
class NotTogether extends Error {}

/** A batch under way. */
interface Work {
  origin: UplinkOrigin;
  batch: ReadBatch;
  agent: KnownAgent;
  /** False when they did not go together and the faulty one is to be found. */
  together: boolean;
}

/** Records of a batch that follow each other; `by`: who applies them together, null where each is applied alone. */
interface Run {
  by: TogetherApplier | null;
  readings: { candidate: Candidate & { fault: null }; source: RecordSource }[];
}

/**
 * The receiving end of go-back-N. Takes only the next sequence of a stream; inbox row, effect and events of a record commit together,
 * and only then the agent is told. A record that is refused is undone to its savepoint and kept with the reason; a fault ends the batch
 * before it, and the agent, unanswered for it, sends again. Kinds that come in numbers are applied together, without savepoints; when
 * that throws, the batch is taken anew, record by record.
 */
@Injectable()
export class Uplink {
  /** Failed attempts by `site/agent/stream/seq`; forgotten once the record is through. */
  private readonly faults = new Map<string, number>();

  constructor(
    private readonly db: Database,
    private readonly registry: Registry,
    private readonly edge: EdgeRegistry,
  ) {}

  /** @returns what to acknowledge, or null when there is nobody to tell (unreadable, or an agent that never said hello). */
  async take(origin: UplinkOrigin, payload: Buffer): Promise<TakenBatch | null> {
    const batch = readBatch(payload, origin.stream);
    if (!batch) {
      log.warn({ ...origin, bytes: payload.length }, 'an unreadable batch was ignored');
      return null;
    }
    const first = batch.candidates[0]?.record;
    const actor = { kind: 'system', name: `agent ${origin.agentCode}`, siteId: origin.siteId } as const;
    return withContext(first?.trace ?? newId().replaceAll('-', ''), actor, async () => {
      try {
        return await this.db.transaction((tx) => this.takeIn(tx, origin, batch, true));
      } catch (error) {
        if (!(error instanceof NotTogether)) throw error;
        log.warn({ ...origin, err: error.cause }, 'records did not go together; taking one by one');
        return this.db.transaction((tx) => this.takeIn(tx, origin, batch, false));
      }
    });
  }

  private async takeIn(
    tx: Tx,
    origin: UplinkOrigin,
    batch: ReadBatch,
    together: boolean,
  ): Promise<TakenBatch | null> {
    const held = await this.edge.holdStream(tx, origin.agentCode, origin.stream);
    if (!held?.agent.session) return null;
    const { agent, last } = held;
    if (agent.session !== batch.session) {
      await this.edge.intruded(tx, agent, batch.session);
      return { ack: { stream: origin.stream, seq: last, session: batch.session, fenced: true }, taken: [] };
    }
    const next = nextInOrder(batch.candidates, last);
    const taken = next.length === 0 ? [] : await this.apply(tx, { origin, batch, agent, together }, next);
    const seq = last + taken.length;
    if (taken.length > 0) {
      await this.keep(tx, { agentId: agent.agentId, stream: origin.stream }, taken);
      await this.edge.noteReadings(tx, lastReadings(taken));
    }
    return { ack: { stream: origin.stream, seq, session: batch.session }, taken };
  }

  private async apply(tx: Tx, work: Work, candidates: readonly Candidate[]): Promise<Taken[]> {
    const { origin, batch, agent } = work;
    const codes = candidates.flatMap(({ record }) => (record ? [record.device] : []));
    const sources = await this.edge.sources(tx, agent, [...new Set(codes)]);
    const known = await this.known(tx, candidates);
    const taken: Taken[] = [];
    for (let at = 0; at < candidates.length; ) {
      const candidate = candidates[at]!;
      const { record } = candidate;
      const unfit = whyUnfit(candidate, sources, known);
      if (unfit)
        taken.push({ candidate, source: sourceOf(record, sources, batch.sentAtMs), application: unfit });
      else {
        const run = this.runFrom(candidates.slice(at), { work, sources, known });
        const through = await this.applyRun(tx, origin, run);
        taken.push(...through);
        if (through.length < run.readings.length) break;
      }
      at = taken.length;
    }
    return taken;
  }

  private known(tx: Tx, candidates: readonly Candidate[]): Promise<Set<string>> {
    return knownIds(tx, candidates);
  }

  private keep(tx: Tx, to: { agentId: string; stream: string }, taken: readonly Taken[]): Promise<void> {
    return keepInInbox(tx, to, taken);
  }

  /** The longest run that may be applied together; of one record where its kind is applied alone. */
  private runFrom(
    candidates: readonly Candidate[],
    { work, sources, known }: { work: Work; sources: ReadonlyMap<string, RecordSource>; known: Set<string> },
  ): Run {
    const run: Run = { by: null, readings: [] };
    for (const candidate of candidates) {
      if (candidate.fault !== null || whyUnfit(candidate, sources, known)) break;
      const { record } = candidate;
      const by = work.together ? this.registry.togetherOf(record.kind) : null;
      if (run.readings.length > 0 && (by === null || by !== run.by)) break;
      run.by = by;
      known.add(record.id);
      run.readings.push({ candidate, source: sourceOf(record, sources, work.batch.sentAtMs)! });
    }
    return run;
  }

  /** @returns what is through; less than the run where a fault ended it */
  private async applyRun(tx: Tx, origin: UplinkOrigin, { by, readings }: Run): Promise<Taken[]> {
    if (by) {
      const told = readings.map(({ candidate, source }) => ({ record: candidate.record, source }));
      const applications = await by(tx, told).catch((error: unknown) => {
        throw isLost(error) ? error : new NotTogether('not together', { cause: error });
      });
      return readings.map((reading, at) => ({ ...reading, application: applications[at]! }));
    }
    const [{ candidate, source }] = readings as [Run['readings'][number]];
    const { record } = candidate;
    const key = `${origin.siteId}/${origin.agentCode}/${origin.stream}/${candidate.seq}`;
    const applier = this.registry.applierOf(record.kind);
    try {
      const application = applier
        ? await inSavepoint(tx, (inner) => applier(inner, record as never, source))
        : ({ outcome: 'applied' } as const);
      this.faults.delete(key);
      return [{ candidate, source, application }];
    } catch (error) {
      const given = this.fault(key, error);
      return given ? [{ candidate, source, application: given }] : [];
    }
  }

  /** Counts a fault. Null: end the batch here, the agent will send again; a refusal once that has been enough. */
  private fault(key: string, error: unknown): Application | null {
    // Without its connection the transaction is lost as a whole: that is nobody's poison.
    if (isLost(error)) throw error;
    const attempts = (this.faults.get(key) ?? 0) + 1;
    this.faults.set(key, attempts);
    log.error({ err: error, record: key, attempts }, 'a record could not be applied');
    if (attempts < FAULTS_MAX) return null;
    this.faults.delete(key);
    const text = error instanceof Error ? error.message : String(error);
    return refused(`fault after ${attempts} attempts: ${text}`);
  }
}

/** Why a record is not applied at all; null where it may be. */
function whyUnfit(
  { record, fault }: Candidate,
  sources: ReadonlyMap<string, RecordSource>,
  known: ReadonlySet<string>,
): Application | null {
  if (!record) return refused(fault);
  if (known.has(record.id)) return refused('id: a record with this id was taken before');
  return sources.has(record.device) ? null : refused(`device ${record.device} is not registered`);
}

function sourceOf(
  record: UplinkRecord | null,
  sources: ReadonlyMap<string, RecordSource>,
  sentAtMs: number | null,
): RecordSource | null {
  const device = record && sources.get(record.device);
  return device ? { ...device, waitedMs: waitedMs(record, sentAtMs) } : null;
}

function waitedMs(record: UplinkRecord, sentAtMs: number | null): number | null {
  return sentAtMs === null ? null : Math.max(0, sentAtMs - Date.parse(record.at));
}

/** Undoes what the work wrote when it refuses, its effects after commit included; a fault is passed on after the same. */
async function inSavepoint(tx: Tx, work: (inner: Tx) => Promise<Application>): Promise<Application> {
  const effects: (() => void)[] = [];
  const inner = Object.create(tx, {
    afterCommit: { value: (effect: () => void) => effects.push(effect) },
  }) as Tx;
  await rows(tx, 'savepoint record');
  let application: Application;
  try {
    application = await work(inner);
  } catch (error) {
    if (!isLost(error)) await rows(tx, 'rollback to savepoint record');
    if (error instanceof Refusal) return refused(`${error.code}: ${error.message}`);
    throw error;
  }
  if (application.outcome === 'refused') await rows(tx, 'rollback to savepoint record');
  else {
    await rows(tx, 'release savepoint record');
    for (const effect of effects) tx.afterCommit(effect);
  }
  return application;
}

/** True when the transaction itself is gone (connection, shutdown, deadlock): only a new one helps. */
function isLost(error: unknown): boolean {
  const state = sqlState(error);
  if (state) return /^(08|57P|53)/.test(state) || state === '40P01' || state === '40001' || state === '25P02';
  const { code, message } = error as { code?: string; message?: string };
  return (
    ['ECONNRESET', 'EPIPE', 'ECONNREFUSED'].includes(code ?? '') ||
    /Connection terminated|not queryable|connection error/.test(message ?? '')
  );
}

/** The candidates that continue the stream without a gap; what was taken before is left out. */
export function nextInOrder(candidates: readonly Candidate[], last: number): Candidate[] {
  const next: Candidate[] = [];
  for (const candidate of candidates) {
    if (candidate.seq === last + next.length + 1) next.push(candidate);
    else if (candidate.seq > last + next.length) break;
  }
  return next;
}

/** The newest reading of each device; what the agent adds itself (outcomes, states) is none. */
function lastReadings(taken: Taken[]): LastReading[] {
  const newest = new Map<string, LastReading>();
  for (const { candidate, source } of taken) {
    const { record } = candidate;
    if (!record || !source?.deviceId) continue;
    if (['command.outcome', 'device.state', 'point.decided'].includes(record.kind)) continue;
    const { kind, data } = record;
    newest.set(source.deviceId, { deviceId: source.deviceId, kind, data, at: new Date(record.at) });
  }
  return [...newest.values()];
}
