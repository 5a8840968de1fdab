import { Injectable } from '@nestjs/common';
import type { EdgeRequest, EdgeResponse, StreamPosition } from '#lib/contracts';
import { newTrace, withContext } from '../context.js';
import { Database, rows, type Tx } from '../database.service.js';
import { EdgeRequests, type EdgeSource } from '../edge-requests.js';
import { log } from '../log.js';
import { Refusal } from '../refusal.js';
import { EdgeRegistry, type KnownAgent } from './edge-registry.js';
import { parseObject } from './read-batch.js';

const ANSWER_LIMIT_MS = 2_000;
/** For so long an agent that was found is not looked for again: a parcel at a point waits for the answer. */
const KNOWN_FOR_MS = 10_000;

/** Answers what agents ask: `hello` from the registry, the rest through whoever registered for it. */
@Injectable()
export class EdgeAnswers {
  private readonly found = new Map<string, { agentId: string; atMs: number }>();

  constructor(
    private readonly db: Database,
    private readonly edge: EdgeRegistry,
    private readonly requests: EdgeRequests,
  ) {}

  /** @returns null for what is no request, so that nobody can be told. */
  async answer(
    site: { id: number; code: string },
    agentCode: string,
    payload: Buffer,
  ): Promise<EdgeResponse | null> {
    const request = parseObject(payload) as EdgeRequest | null;
    const correlationId = request?.correlationId;
    if (!request || typeof correlationId !== 'string' || correlationId.length > 64) return null;
    const actor = { kind: 'system', name: `agent ${agentCode}`, siteId: site.id } as const;
    return withContext(newTrace(), actor, async () => {
      try {
        return await within(this.answerKnown(site, agentCode, request));
      } catch (error) {
        if (!(error instanceof Refusal))
          log.error({ err: error, op: request.op }, 'a request from the edge failed');
        const reason = error instanceof Refusal ? error.message : 'The core could not answer.';
        return { correlationId, op: 'refused', reason };
      }
    });
  }

  private async answerKnown(
    site: { id: number; code: string },
    agentCode: string,
    request: EdgeRequest,
  ): Promise<EdgeResponse> {
    if (request.op === 'hello') return this.hello(agentCode, request);
    const agentId = await this.agentIdOf(site.id, agentCode);
    const handler = this.requests.find(request.op);
    if (!handler)
      throw new Refusal('edge.unknown-request', `The core knows no request "${String(request.op)}".`);
    const source: EdgeSource = { siteId: site.id, siteCode: site.code, agentId, agentCode };
    return handler.answer(source, request as never);
  }

  /** Ids of agents do not change; one that was taken away may ask for a few seconds more. */
  private async agentIdOf(siteId: number, agentCode: string): Promise<string> {
    const key = `${siteId}/${agentCode}`;
    const nowMs = performance.now();
    const before = this.found.get(key);
    if (before && nowMs - before.atMs < KNOWN_FOR_MS) return before.agentId;
    const agent = await this.db.transaction((tx) => this.edge.findAgent(tx, agentCode));
    if (!agent) throw unknownAgent(agentCode);
    this.found.set(key, { agentId: agent.agentId, atMs: nowMs });
    return agent.agentId;
  }

  private async hello(
    agentCode: string,
    request: Extract<EdgeRequest, { op: 'hello' }>,
  ): Promise<EdgeResponse> {
    const { correlationId, session, startedAt, incarnation, former } = request;
    if (
      typeof session !== 'string' ||
      !/^[0-9a-f-]{36}$/i.test(session) ||
      Number.isNaN(Date.parse(startedAt))
    ) {
      throw new Refusal('edge.malformed', 'A hello has a session (a UUID) and the time it started at.');
    }
    const incarnations = [incarnation, ...(Array.isArray(former) ? former : [])].filter(isIncarnation);
    const answer = await this.db.transaction(async (tx): Promise<EdgeResponse | null> => {
      const agent: KnownAgent | null = await this.edge.findAgent(tx, agentCode);
      if (!agent) throw unknownAgent(agentCode);
      const epoch = await this.edge.hello(tx, agent, { session, startedAt });
      if (epoch === null) return null;
      const streams = await positionsOf(tx, agent.agentId, incarnations);
      return { correlationId, op: 'hello', epoch, at: tx.at.toISOString(), streams };
    });
    // Only now: thrown inside, it would undo the alarm.
    if (!answer) throw new Refusal('devices.fenced', 'A younger process has taken over this agent.');
    return answer;
  }
}

function isIncarnation(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-z]{1,32}$/i.test(value);
}

async function positionsOf(
  tx: Tx,
  agentId: string,
  incarnations: readonly string[],
): Promise<StreamPosition[]> {
  const found = await rows<{ stream: string; last_seq: string; last_record_id: string | null }>(
    tx,
    `select stream, last_seq, last_record_id from inbox_streams
     where site_id = $1 and agent_id = $2 and substring(stream from '~([^~]*)$') = any($3::text[])
     order by stream`,
    [tx.siteId, agentId, incarnations],
  );
  return found.map((each) => ({
    stream: each.stream,
    seq: Number(each.last_seq),
    recordId: each.last_record_id,
  }));
}

function unknownAgent(code: string): Refusal {
  return new Refusal('edge.unknown-agent', `No agent ${code} is registered at this site.`, { status: 404 });
}

function within<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Refusal('edge.late', 'The core is too slow right now.')),
      ANSWER_LIMIT_MS,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
