import { Injectable } from '@nestjs/common';
import type { DeviceCommand, EdgeRequest, EdgeResponse, LabelsMessage, RoutesMessage } from '#lib/contracts';

/** The agent that asks, as the registry knows it. */
export interface EdgeSource {
  siteId: number;
  siteCode: string;
  agentId: string;
  agentCode: string;
}

/** What an agent may ask beside `hello`, which the bridge answers itself. */
export type EdgeOp = Exclude<EdgeRequest['op'], 'hello'>;

/**
 * Answers one kind of request from the edge. Runs as the system at the agent's site (`asSystem`), so it may open
 * transactions. A Refusal is answered as `refused` with its sentence, any other throw likewise but without details. The bridge
 * gives up waiting after two seconds; a `route.ask` answered past its deadline is dropped by the agent anyway.
 */
export interface EdgeRequestHandler<K extends EdgeOp = EdgeOp> {
  readonly op: K;
  answer(source: EdgeSource, request: Extract<EdgeRequest, { op: K }>): Promise<EdgeResponse>;
}

/** Who answers what the edge asks. Modules register in `onModuleInit`; the bridge looks up. */
@Injectable()
export class EdgeRequests {
  private readonly handlers = new Map<EdgeOp, EdgeRequestHandler>();

  register<K extends EdgeOp>(handler: EdgeRequestHandler<K>): void {
    if (this.handlers.has(handler.op)) throw new Error(`two handlers answer ${handler.op}`);
    this.handlers.set(handler.op, handler as unknown as EdgeRequestHandler);
  }

  find(op: EdgeOp): EdgeRequestHandler | null {
    return this.handlers.get(op) ?? null;
  }
}

/**
 * Messages from the core to an agent. Call after commit (`tx.afterCommit`): never throws and never waits. Without a broker
 * the message is dropped, because both receivers repair a loss themselves: the agent asks for a route snapshot on a version gap and for labels that it lacks, and
 * commands are published again while they are valid.
 */
export abstract class EdgeDownlink {
  abstract publishRoutes(siteId: number, agentCode: string, message: RoutesMessage): void;
  abstract publishLabels(siteId: number, agentCode: string, message: LabelsMessage): void;
  abstract publishCommand(
    siteId: number,
    agentCode: string,
    deviceCode: string,
    command: DeviceCommand,
  ): void;
}
