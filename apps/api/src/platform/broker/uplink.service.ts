import { Injectable } from '@nestjs/common';
import type { UplinkAck, UplinkRecord } from '#lib/contracts';
import { type Application, type RecordSource, refused } from '../applies.js';
import { withContext } from '../context.js';
import { Database, row, rows, sqlState, type Tx } from '../database.service.js';
import { newId } from '../ids.js';
import { log } from '../log.js';
import { Refusal } from '../refusal.js';
import { Registry } from '../registry.js';
import { EdgeRegistry, type KnownAgent, type LastReading } from './edge-registry.js';
import { type Candidate, type ReadBatch, readBatch } from './read-batch.js';

/** Where a message came from, by its topic (the broker vouches for it). */
export interface UplinkOrigin {
  siteId: number;
  agentCode: string;
  stream: string;
}

/** A record with what became of it, for the inbox and for the console. */
export interface Taken {
  candidate: Candidate;
  source: RecordSource | null;
  application: Application;
}

export interface TakenBatch {
  ack: UplinkAck;
  taken: Taken[];
}

/** So often is a record tried that runs into a fault of ours; then it is refused, so that its device is not mute for ever. */
const FAULTS_MAX = 25;

/**
 * The receiving end of go-back-N. Takes only the next sequence of a stream; inbox row, effect and events of a record commit together,
 * and only then the agent is told. A record that is refused is undone to its savepoint and kept with the reason; a fault ends the batch
 * before it, and the agent, unanswered for it, sends again.
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
    return withContext(first?.trace ?? newId().replaceAll('-', ''), actor, () =>
      this.db.transaction((tx) => this.takeIn(tx, origin, batch)),
    );
  }

  private async takeIn(tx: Tx, origin: UplinkOrigin, batch: ReadBatch): Promise<TakenBatch | null> {
    const agent = await this.edge.holdAgent(tx, origin.agentCode);
    if (!agent?.session) return null;
    const last = await lockStream(tx, agent, origin.stream);
    if (agent.session !== batch.session) {
      await this.edge.intruded(tx, agent, batch.session);
      return { ack: { stream: origin.stream, seq: last, session: batch.session, fenced: true }, taken: [] };
    }
    const next = nextInOrder(batch.candidates, last);
    const taken =
      next.length === 0 ? [] : await this.apply(tx, { ...origin, sentAtMs: batch.sentAtMs }, agent, next);
    const seq = last + taken.length;
    if (taken.length > 0) await this.keep(tx, agent, origin.stream, taken);
    return { ack: { stream: origin.stream, seq, session: batch.session }, taken };
  }

  private async apply(
    tx: Tx,
    origin: UplinkOrigin & { sentAtMs: number | null },
    agent: KnownAgent,
    candidates: Candidate[],
  ): Promise<Taken[]> {
    const codes = candidates.flatMap(({ record }) => (record ? [record.device] : []));
    const sources = await this.edge.sources(tx, agent, [...new Set(codes)]);
    const known = await knownIds(tx, candidates);
    const taken: Taken[] = [];
    for (const candidate of candidates) {
      const { record } = candidate;
      const device = record && sources.get(record.device);
      const source = device ? { ...device, waitedMs: waitedMs(record, origin.sentAtMs) } : null;
      const key = `${origin.siteId}/${origin.agentCode}/${origin.stream}/${candidate.seq}`;
      try {
        const application = await this.applyOne(tx, candidate, source, known);
        this.faults.delete(key);
        taken.push({ candidate, source, application });
      } catch (error) {
        const given = this.fault(key, error);
        if (!given) break;
        taken.push({ candidate, source, application: given });
      }
    }
    return taken;
  }

  private async applyOne(
    tx: Tx,
    candidate: Candidate,
    source: RecordSource | null,
    known: Set<string>,
  ): Promise<Application> {
    const { record, fault } = candidate;
    if (!record) return refused(fault);
    if (known.has(record.id)) return refused('id: a record with this id was taken before');
    known.add(record.id);
    if (!source) return refused(`device ${record.device} is not registered`);
    const applier = this.registry.applierOf(record.kind);
    if (!applier) return { outcome: 'applied' };
    return inSavepoint(tx, (inner) => applier(inner, record as never, source));
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

  private async keep(tx: Tx, agent: KnownAgent, stream: string, taken: Taken[]): Promise<void> {
    await insertInbox(tx, agent, stream, taken);
    const { seq, record } = taken.at(-1)!.candidate;
    await rows(
      tx,
      `update inbox_streams set last_seq = $4, last_record_id = $5::uuid where site_id = $1 and agent_id = $2 and stream = $3`,
      [tx.siteId, agent.agentId, stream, seq, record?.id ?? null],
    );
    await this.edge.noteReadings(tx, lastReadings(taken));
  }
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

async function lockStream(tx: Tx, agent: KnownAgent, stream: string): Promise<number> {
  await rows(
    tx,
    `insert into inbox_streams (site_id, agent_id, stream, last_seq) values ($1, $2, $3, 0) on conflict do nothing`,
    [tx.siteId, agent.agentId, stream],
  );
  const locked = await row<{ last_seq: string }>(
    tx,
    `select last_seq from inbox_streams where site_id = $1 and agent_id = $2 and stream = $3 for update`,
    [tx.siteId, agent.agentId, stream],
  );
  return Number(locked!.last_seq);
}

async function knownIds(tx: Tx, candidates: Candidate[]): Promise<Set<string>> {
  const ids = candidates.flatMap(({ record }) => (record ? [record.id] : []));
  const found = await rows<{ record_id: string }>(
    tx,
    'select record_id from inbox where site_id = $1 and record_id = any($2::uuid[])',
    [tx.siteId, ids],
  );
  return new Set(found.map((each) => each.record_id));
}

async function insertInbox(tx: Tx, agent: KnownAgent, stream: string, taken: Taken[]): Promise<void> {
  const twice = new Set<string>();
  const of = taken.map(({ candidate, application }) => inboxRow(tx, candidate, application, twice));
  const column = (pick: (row: InboxRow) => unknown) => of.map(pick);
  await rows(
    tx,
    `insert into inbox (site_id, agent_id, stream, received_at, seq, record_id, kind, device_code, at, data, raw_hex,
       trace, outcome, reason, simulated)
     select $1, $2, $3, $4, r.* from unnest($5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[],
       $10::jsonb[], $11::text[], $12::text[], $13::text[], $14::text[], $15::boolean[]) as r
     on conflict (site_id, agent_id, stream, seq) do nothing`,
    [
      tx.siteId,
      agent.agentId,
      stream,
      tx.at,
      column((each) => each.seq),
      column((each) => each.id),
      column((each) => each.kind),
      column((each) => each.device),
      column((each) => each.at),
      column((each) => JSON.stringify(each.data)),
      column((each) => each.rawHex),
      column((each) => each.trace),
      column((each) => each.outcome),
      column((each) => each.reason),
      column((each) => each.simulated),
    ],
  );
}

type InboxRow = ReturnType<typeof inboxRow>;

function inboxRow(tx: Tx, candidate: Candidate, application: Application, twice: Set<string>) {
  const { record, seq } = candidate;
  const reason = application.outcome === 'refused' ? application.reason.slice(0, 1_000) : null;
  const common = { seq, outcome: application.outcome, reason };
  if (!record) {
    const { device, kind, trace } = candidate;
    return {
      ...common,
      id: newId(),
      kind,
      device,
      at: tx.at,
      data: {},
      rawHex: null,
      trace,
      simulated: false,
    };
  }
  // An id that was used before is kept under a new one: the inbox tells of the refusal, the first record keeps its id.
  const reused = reason?.startsWith('id:') || twice.has(record.id);
  twice.add(record.id);
  const { kind, device, data, trace } = record as UplinkRecord;
  const at = new Date(record.at);
  return {
    ...common,
    id: reused ? newId() : record.id,
    kind,
    device,
    at,
    data,
    rawHex: record.rawHex ?? null,
    trace,
    simulated: record.simulated === true,
  };
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
