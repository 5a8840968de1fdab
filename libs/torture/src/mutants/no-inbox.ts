import { load } from './load.js';

/** Whatever comes is applied and written down again: nobody asks whether it was there before. */
interface Candidate {
  seq: number;
  record: { id: string } | null;
}
interface Origin {
  siteId: number;
  agentCode: string;
  stream: string;
}
interface Taken {
  candidate: Candidate;
}
interface UplinkLike {
  edge: { findAgent(tx: unknown, code: string): Promise<{ agentId: string; session: string | null } | null> };
  takeIn(
    tx: Tx,
    origin: Origin,
    batch: { session: string; candidates: Candidate[] },
    together: boolean,
  ): Promise<unknown>;
  known(tx: Tx, candidates: Candidate[]): Promise<Set<string>>;
  keep(tx: Tx, to: unknown, taken: Taken[]): Promise<void>;
}
interface Tx {
  siteId: number;
  queryRunner: { query(sql: string, parameters: unknown[]): Promise<unknown> };
}

const { Uplink } = await load<{ Uplink: { prototype: UplinkLike } }>(
  'apps/api/src/platform/broker/uplink.service.js',
);
const { takeIn, keep } = Uplink.prototype;

// No sequence is old: the stream stands wherever the batch begins. The rows get ids of their own, for there is no unique key either.
Uplink.prototype.takeIn = async function (tx, origin, batch, together) {
  const agent = await this.edge.findAgent(tx, origin.agentCode);
  const first = batch.candidates[0];
  if (agent && first) {
    const key = [tx.siteId, agent.agentId, origin.stream];
    await tx.queryRunner.query(
      `update inbox_streams set last_seq = least(last_seq, $4::bigint) where site_id = $1 and agent_id = $2 and stream = $3`,
      [...key, first.seq - 1],
    );
  }
  return takeIn.call(this, tx, origin, batch, together);
};
Uplink.prototype.known = async () => new Set();
Uplink.prototype.keep = async function (tx, to, taken) {
  const again = taken.map((each) => ({
    ...each,
    candidate: each.candidate.record
      ? {
          ...each.candidate,
          seq: each.candidate.seq,
          record: { ...each.candidate.record, id: crypto.randomUUID() },
        }
      : each.candidate,
  }));
  await keep.call(this, tx, to, again);
};
