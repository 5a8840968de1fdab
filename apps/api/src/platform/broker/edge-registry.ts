import type { AgentInventory, AgentState, DeviceStateMessage } from '#lib/contracts';
import type { RecordSource } from '../applies.js';
import type { Tx } from '../database.service.js';

/** What the bridge must know of an agent before it takes a batch. */
export interface KnownAgent {
  agentId: string;
  agentCode: string;
  /** The session that may write; null before the first hello. */
  session: string | null;
}

export interface HeldStream {
  agent: KnownAgent;
  last: number;
}

/** The newest thing each device said, for the registry's "last reading". */
export interface LastReading {
  deviceId: string;
  kind: string;
  data: unknown;
  at: Date;
}

/**
 * The registry of agents and devices as the broker bridge sees it; the devices module implements it. Everything runs in the
 * bridge's transaction at the agent's site.
 */
export abstract class EdgeRegistry {
  abstract findAgent(tx: Tx, agentCode: string): Promise<KnownAgent | null>;

  /**
   * The agent for whoever takes records of one of its streams, and the last sequence of the stream that was taken, locked. A hello of
   * another session waits until this transaction has ended, so that no batch of the old session is committed behind the positions that
   * the new one was told. Null for an unknown agent.
   */
  abstract holdStream(tx: Tx, agentCode: string, stream: string): Promise<HeldStream | null>;

  /**
   * Makes this session the agent's own: from now on batches of any other are fenced.
   * @returns the epoch, one higher for each new session. Null for a process that started before the one already known: it is shut out,
   * and the alarm that tells of it is to be committed.
   */
  abstract hello(
    tx: Tx,
    agent: KnownAgent,
    hello: { session: string; startedAt: string },
  ): Promise<number | null>;

  /** A batch came from a session that is not the agent's: two processes use one identity. Raises the alarm once. */
  abstract intruded(tx: Tx, agent: KnownAgent, session: string): Promise<void>;

  /** Where records of these devices come from; a device that nobody registered is missing in the answer. */
  abstract sources(tx: Tx, agent: KnownAgent, deviceCodes: string[]): Promise<Map<string, RecordSource>>;

  abstract noteReadings(tx: Tx, readings: LastReading[]): Promise<void>;
  abstract agentState(tx: Tx, agent: KnownAgent, state: AgentState): Promise<void>;
  abstract deviceState(
    tx: Tx,
    agent: KnownAgent,
    deviceCode: string,
    state: DeviceStateMessage,
  ): Promise<void>;
  abstract inventory(tx: Tx, agent: KnownAgent, inventory: AgentInventory): Promise<void>;
}
