import { Injectable } from '@nestjs/common';
import type { CommandView, ConsoleOp, ConsoleOps } from '#lib/contracts';
import { EdgeConsole } from '../platform/broker/edge-console.js';
import { Database, row, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { Refusal } from '../platform/refusal.js';

/** Relays what a console asks to the agent that knows, and writes down what it changes. */
@Injectable()
export class ConsoleService {
  constructor(
    private readonly db: Database,
    private readonly console: EdgeConsole,
  ) {}

  /** Asks the agent of a device. @throws Refusal devices.unknown, devices.agent-silent, devices.agent-refused */
  async askDevice<K extends ConsoleOp>(
    device: string,
    op: K,
    args: ConsoleOps[K]['ask'],
    limitMs?: number,
  ): Promise<ConsoleOps[K]['answer']> {
    const to = await this.db.transaction(async (tx) => {
      const { agent } = await agentOf(tx, device);
      return { siteId: tx.siteId, agentCode: agent, device };
    });
    return this.console.ask(to, op, args, limitMs);
  }

  /** Asks an agent about itself. */
  async askAgent<K extends ConsoleOp>(
    agentCode: string,
    op: K,
    args: ConsoleOps[K]['ask'],
  ): Promise<ConsoleOps[K]['answer']> {
    const siteId = await this.db.transaction(async (tx) => {
      const known = await row(tx, 'select 1 from agents where site_id = $1 and code = $2', [
        tx.siteId,
        agentCode,
      ]);
      if (!known)
        throw new Refusal('devices.agent-unknown', `There is no agent ${agentCode}.`, {
          status: 404,
          facts: { agent: agentCode },
        });
      return tx.siteId;
    });
    return this.console.ask({ siteId, agentCode, device: 'agent' }, op, args);
  }

  /** Goes back to a version of a driver that the agent has kept; audited. */
  async useDriver(agentCode: string, driver: string, hash: string): Promise<{ version: string }> {
    const used = await this.askAgent(agentCode, 'driver.use', { driver, hash });
    await this.db.transaction(async (tx) => {
      const agent = await row<{ id: string }>(tx, 'select id from agents where site_id = $1 and code = $2', [
        tx.siteId,
        agentCode,
      ]);
      const data = { agentId: agent!.id, agent: agentCode, driver, hash, version: used.version };
      await addEvent(tx, { type: 'devices.driver-chosen', aggregateId: agent!.id, data });
    });
    return used;
  }

  /** What became of a command that somebody tried. */
  command(id: string): Promise<CommandView> {
    return this.db.transaction(async (tx) => {
      const found = await row<{
        device: string;
        op: string;
        state: string;
        reason: string | null;
        created_at: Date;
        ended_at: Date | null;
      }>(
        tx,
        `select d.code as device, c.op, c.state, c.reason, c.created_at, c.ended_at from device_commands c
         join devices d on d.site_id = c.site_id and d.id = c.device_id where c.site_id = $1 and c.id = $2`,
        [tx.siteId, id],
      );
      if (!found) throw new Refusal('devices.unknown-command', 'There is no such command.', { status: 404 });
      const { device, op, state, reason, created_at: createdAt, ended_at: endedAt } = found;
      return {
        ...{ id, device, op, state, reason },
        createdAt: createdAt.toISOString(),
        endedAt: endedAt?.toISOString() ?? null,
        tookMs: endedAt && endedAt.getTime() - createdAt.getTime(),
      };
    });
  }
}

async function agentOf(tx: Tx, device: string): Promise<{ agent: string }> {
  const found = await row<{ agent: string }>(
    tx,
    `select a.code as agent from devices d join agents a on a.site_id = d.site_id and a.id = d.agent_id
     where d.site_id = $1 and d.code = $2 and d.removed_at is null`,
    [tx.siteId, device],
  );
  if (!found)
    throw new Refusal('devices.unknown', `There is no device ${device}.`, { status: 404, facts: { device } });
  return found;
}
