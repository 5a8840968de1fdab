import { Injectable } from '@nestjs/common';
import type { ConsoleAnswer, ConsoleAsk, ConsoleOp, ConsoleOps, DesiredMessage } from '#lib/contracts';
import { newId } from '../ids.js';
import { Refusal } from '../refusal.js';

/** Where the question goes. */
export interface AskedAgent {
  siteId: number;
  agentCode: string;
  /** `agent` stands for the agent itself. */
  device: string;
}

/** The bridge's side: false when there is no connection. */
export interface ConsoleWire {
  ask(to: AskedAgent, ask: ConsoleAsk): boolean;
  desire(siteId: number, agentCode: string, message: DesiredMessage): boolean;
}

interface Open {
  pieces: (string | undefined)[];
  settle: (answer: { json: string } | { reason: string }) => void;
}

const ANSWER_LIMIT_MS = 8_000;
const PIECES_MAX = 64;

/** Questions to agents on behalf of a console, with a deadline each. Another core's answers are heard too, and not known here. */
@Injectable()
export class EdgeConsole {
  private readonly open = new Map<string, Open>();
  private wire: ConsoleWire | null = null;

  /** The bridge says how messages leave. */
  connect(wire: ConsoleWire): void {
    this.wire = wire;
  }

  /** What an agent shall make of some devices; lost without a connection (the agent asks after its next hello). */
  desire(siteId: number, agentCode: string, message: DesiredMessage): void {
    this.wire?.desire(siteId, agentCode, message);
  }

  /** @throws Refusal devices.agent-silent, devices.agent-refused */
  async ask<K extends ConsoleOp>(
    to: AskedAgent,
    op: K,
    args: ConsoleOps[K]['ask'],
    limitMs = ANSWER_LIMIT_MS,
  ): Promise<ConsoleOps[K]['answer']> {
    const correlationId = newId();
    const answer = await new Promise<{ json: string } | { reason: string } | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), limitMs);
      const settle: Open['settle'] = (value) => {
        clearTimeout(timer);
        resolve(value);
      };
      this.open.set(correlationId, { pieces: [], settle });
      if (!this.wire?.ask(to, { correlationId, op, args } as ConsoleAsk)) {
        clearTimeout(timer);
        resolve(null);
      }
    }).finally(() => this.open.delete(correlationId));
    if (!answer) {
      const detail = `The agent ${to.agentCode} does not answer. Is its machine on, and does it reach the broker?`;
      throw new Refusal('devices.agent-silent', detail, { status: 503, facts: { agent: to.agentCode } });
    }
    if ('reason' in answer) throw new Refusal('devices.agent-refused', answer.reason, { status: 422 });
    return JSON.parse(answer.json) as ConsoleOps[K]['answer'];
  }

  /** One message of `ans/<device>`. */
  heard(message: Partial<ConsoleAnswer>): void {
    const open = this.open.get(message.correlationId ?? '');
    if (!open) return;
    if (message.ok !== true) {
      open.settle({ reason: 'reason' in message ? String(message.reason) : 'The agent gave no reason.' });
      return;
    }
    const { part, parts, json } = message;
    if (typeof json !== 'string' || !inRange(part, parts)) return;
    open.pieces[part as number] = json;
    const pieces = Array.from({ length: parts as number }, (_, i) => open.pieces[i]);
    if (pieces.every((piece) => piece !== undefined)) open.settle({ json: pieces.join('') });
  }
}

function inRange(part: unknown, parts: unknown): boolean {
  return (
    Number.isSafeInteger(part) &&
    Number.isSafeInteger(parts) &&
    (part as number) >= 0 &&
    (part as number) < (parts as number) &&
    (parts as number) <= PIECES_MAX
  );
}
