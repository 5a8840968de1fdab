import { Injectable } from '@nestjs/common';
import type { AgentInventory, AgentState, DeviceStateMessage } from '#lib/contracts';
import type { RecordSource } from '../platform/applies.js';
import {
  EdgeRegistry,
  type HeldStream,
  type KnownAgent,
  type LastReading,
} from '../platform/broker/edge-registry.js';
import { affected, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { DeviceSetupsService } from './device-setups.service.js';
import { DeviceStatesService } from './device-states.service.js';
import { IDENTITY_TWICE } from './identity-twice.js';
import { agentHeard, intruderHeard, SILENT_MS } from './identity-twice.queries.js';

interface AgentRow {
  id: string;
  code: string;
  session: string | null;
}

const AGENT_BY_CODE = 'select id, code, session from agents where site_id = $1 and code = $2';

/** The registry of agents and devices as the broker bridge needs it: who may speak, what stands where, who is alive. */
@Injectable()
export class EdgeRegistryService extends EdgeRegistry {
  constructor(
    private readonly states: DeviceStatesService,
    private readonly setups: DeviceSetupsService,
  ) {
    super();
  }

  async findAgent(tx: Tx, agentCode: string): Promise<KnownAgent | null> {
    return knownAs(await row<AgentRow>(tx, AGENT_BY_CODE, [tx.siteId, agentCode]));
  }

  async holdStream(tx: Tx, agentCode: string, stream: string): Promise<HeldStream | null> {
    const held = await this.holdKnownStream(tx, agentCode, stream);
    if (held) return held;
    const agent = await this.findAgent(tx, agentCode);
    if (!agent) return null;
    await rows(
      tx,
      'insert into inbox_streams (site_id, agent_id, stream, last_seq) values ($1, $2, $3, 0) on conflict do nothing',
      [tx.siteId, agent.agentId, stream],
    );
    return this.holdKnownStream(tx, agentCode, stream);
  }

  /** One statement for both locks; a stream's first batch finds nothing here. */
  private async holdKnownStream(tx: Tx, agentCode: string, stream: string): Promise<HeldStream | null> {
    const held = await row<AgentRow & { last_seq: string }>(
      tx,
      `select a.id, a.code, a.session, s.last_seq from agents a
       join inbox_streams s on s.site_id = a.site_id and s.agent_id = a.id and s.stream = $3
       where a.site_id = $1 and a.code = $2 for share of a for update of s`,
      [tx.siteId, agentCode, stream],
    );
    return held && { agent: knownAs(held)!, last: Number(held.last_seq) };
  }

  async hello(
    tx: Tx,
    agent: KnownAgent,
    hello: { session: string; startedAt: string },
  ): Promise<number | null> {
    const startedAt = new Date(hello.startedAt);
    const known = await row<KnownSession & { epoch: number }>(
      tx,
      'select session, session_started_at, last_seen_at, epoch from agents where site_id = $1 and id = $2 for update',
      [tx.siteId, agent.agentId],
    );
    const sameSession = known!.session === hello.session;
    if (!sameSession && isYounger(known!, { session: hello.session, startedAt })) {
      if (!isSilent(known!, tx.at)) {
        await this.intruded(tx, agent, hello.session);
        return null;
      }
      await resolveExceptions(tx, agent.agentId, 'the younger process has gone', [IDENTITY_TWICE]);
    }
    const epoch = known!.epoch + (sameSession ? 0 : 1);
    await rows(
      tx,
      `update agents set session = $3, session_started_at = $4, epoch = $5, online = true, last_seen_at = $6
       where site_id = $1 and id = $2`,
      [tx.siteId, agent.agentId, hello.session, startedAt, epoch, tx.at],
    );
    if (!sameSession) {
      await addEvent(tx, {
        type: 'devices.agent-went-online',
        aggregateId: agent.agentId,
        data: { agentId: agent.agentId, agent: agent.agentCode, epoch },
      });
    }
    tx.afterCommit(() => this.states.agentsChanged(tx.siteId));
    return epoch;
  }

  async intruded(tx: Tx, agent: KnownAgent, session: string): Promise<void> {
    await intruderHeard(tx, agent.agentId);
    await openException(tx, {
      code: IDENTITY_TWICE,
      subjectKind: 'device',
      subjectId: agent.agentId,
      owner: 'devices',
      detail: `Two processes say they are agent ${agent.agentCode}. The one that started last is heard; the other (session ${session}) keeps what it reads and is shut out. Stop the wrong one: if that is the one that is heard, the other is let in again within two minutes. Once only one is heard, this ends by itself in three minutes.`,
    });
    tx.afterCommit(() => this.states.agentsChanged(tx.siteId));
  }

  async sources(tx: Tx, agent: KnownAgent, deviceCodes: string[]): Promise<Map<string, RecordSource>> {
    const found = await rows<{ id: string; code: string; station_id: string | null }>(
      tx,
      'select id, code, station_id from devices where site_id = $1 and agent_id = $2 and code = any($3::text[])',
      [tx.siteId, agent.agentId, deviceCodes],
    );
    const { agentId, agentCode } = agent;
    return new Map(
      found.map(({ id, code, station_id: stationId }) => [
        code,
        { agentId, agentCode, deviceId: id, deviceCode: code, stationId },
      ]),
    );
  }

  async noteReadings(tx: Tx, readings: LastReading[]): Promise<void> {
    if (readings.length === 0) return;
    await rows(
      tx,
      `update devices d set last_reading_at = r.at, last_reading = r.reading
       from unnest($2::uuid[], $3::timestamptz[], $4::jsonb[]) as r (id, at, reading)
       where d.site_id = $1 and d.id = r.id`,
      [
        tx.siteId,
        readings.map((each) => each.deviceId),
        readings.map((each) => each.at),
        readings.map(({ kind, data }) => JSON.stringify({ kind, data })),
      ],
    );
  }

  /** A state of another session (a last will that comes late) says nothing about the one that lives. */
  async agentState(tx: Tx, agent: KnownAgent, state: AgentState): Promise<void> {
    if (typeof state.online !== 'boolean' || state.session !== agent.session) return;
    const before = await row<{ online: boolean; last_seen_at: Date | null }>(
      tx,
      'select online, last_seen_at from agents where site_id = $1 and id = $2 for update',
      [tx.siteId, agent.agentId],
    );
    await affected(
      tx,
      'update agents set online = $3, state = $4, last_seen_at = $5 where site_id = $1 and id = $2',
      [tx.siteId, agent.agentId, state.online, JSON.stringify(state), tx.at],
    );
    if (state.online) await agentHeard(tx, agent.agentId, before!.last_seen_at);
    if (before!.online && !state.online) {
      const data = { agentId: agent.agentId, agent: agent.agentCode };
      await addEvent(tx, { type: 'devices.agent-went-offline', aggregateId: agent.agentId, data });
    }
    tx.afterCommit(() => this.states.agentsChanged(tx.siteId));
  }

  async deviceState(tx: Tx, agent: KnownAgent, deviceCode: string, state: DeviceStateMessage): Promise<void> {
    const source = (await this.sources(tx, agent, [deviceCode])).get(deviceCode);
    if (!source?.deviceId) return;
    await this.states.note(tx, source.deviceId, state.state, state.reason ?? null);
  }

  async inventory(tx: Tx, agent: KnownAgent, inventory: AgentInventory): Promise<void> {
    await rows(tx, 'update agents set inventory = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      agent.agentId,
      JSON.stringify(inventory),
    ]);
    await this.setups.noteInventory(tx, agent, inventory.devices);
    tx.afterCommit(() => this.states.agentsChanged(tx.siteId));
  }
}

function knownAs(agent: AgentRow | null): KnownAgent | null {
  return agent && { agentId: agent.id, agentCode: agent.code, session: agent.session };
}

interface KnownSession {
  session: string | null;
  session_started_at: Date | null;
  last_seen_at: Date | null;
}

function isSilent({ last_seen_at: seenAt }: KnownSession, at: Date): boolean {
  return !seenAt || at.getTime() - seenAt.getTime() >= SILENT_MS;
}

/**
 * Which of two processes with one identity is the true one: the younger, because a core can't tell a restart from a copy (docs/adr/0261).
 * Of two that started in the same moment (a copied disk counts its starts on from the same one) always the same: else each would shut the
 * other out in turn.
 */
function isYounger(known: KnownSession, hello: { session: string; startedAt: Date }): boolean {
  if (!known.session || !known.session_started_at) return false;
  const byMs = known.session_started_at.getTime() - hello.startedAt.getTime();
  return byMs > 0 || (byMs === 0 && known.session > hello.session);
}
