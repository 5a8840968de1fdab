import type { UplinkRecord } from '#lib/contracts';
import type { Application, RecordSource } from '../applies.js';
import { rows, type Tx } from '../database.service.js';
import { newId } from '../ids.js';
import type { Candidate } from './read-batch.js';

/** A record with what became of it, for the inbox and for the console. */
export interface Taken {
  candidate: Candidate;
  source: RecordSource | null;
  application: Application;
}

/** Ids among those of the candidates under which something was taken before. */
export async function knownIds(tx: Tx, candidates: readonly Candidate[]): Promise<Set<string>> {
  const ids = candidates.flatMap(({ record }) => (record ? [record.id] : []));
  const found = await rows<{ record_id: string }>(
    tx,
    'select record_id from inbox where site_id = $1 and record_id = any($2::uuid[])',
    [tx.siteId, ids],
  );
  return new Set(found.map((each) => each.record_id));
}

/** Writes what was taken, with what became of it, and how far the stream is now. */
export async function keepInInbox(
  tx: Tx,
  { agentId, stream }: { agentId: string; stream: string },
  taken: readonly Taken[],
): Promise<void> {
  const twice = new Set<string>();
  const last = taken.at(-1)!.candidate;
  const of = taken.map(({ candidate, application }) => inboxRow(tx, candidate, application, twice));
  const column = (pick: (row: InboxRow) => unknown) => of.map(pick);
  await rows(
    tx,
    `with kept as (
       insert into inbox (site_id, agent_id, stream, received_at, seq, record_id, kind, device_code, at, data, raw_hex,
         trace, outcome, reason, simulated)
       select $1, $2, $3, $4, r.* from unnest($5::bigint[], $6::uuid[], $7::text[], $8::text[], $9::timestamptz[],
         $10::jsonb[], $11::text[], $12::text[], $13::text[], $14::text[], $15::boolean[]) as r
       on conflict (site_id, agent_id, stream, seq) do nothing)
     update inbox_streams set last_seq = $16, last_record_id = $17::uuid where site_id = $1 and agent_id = $2 and stream = $3`,
    [
      tx.siteId,
      agentId,
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
      last.seq,
      last.record?.id ?? null,
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
