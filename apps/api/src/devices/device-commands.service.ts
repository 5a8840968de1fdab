import { Injectable } from '@nestjs/common';
import { type CommandOp, commandStates, type DeviceOrder, statesBefore } from '#lib/contracts';
import { affected, row, rows, type Tx } from '../platform/database.service.js';
import { EdgeDownlink } from '../platform/edge-requests.js';
import { addEvent, addEvents } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';

export interface NewCommand {
  deviceId: string;
  order: DeviceOrder;
  /** After this the command must not start any more. */
  validForMs: number;
}

/** What an agent says of a command. */
export interface CommandOutcome {
  commandId: string;
  outcome: 'accepted' | 'started' | 'done' | 'failed' | 'unknown' | 'expired';
  reason?: string;
}

const EXPIRY_GRACE_MS = 10_000;
/** An agent that stays away longer is not waited for. */
const EXPIRY_LIMIT_MS = 3_600_000;
const ENDED: readonly string[] = ['done', 'failed', 'unknown', 'expired'];

/** What a command to a device needs on its way: a row before it leaves, published after commit, again until it is answered. */
@Injectable()
export class DeviceCommandsService {
  constructor(private readonly downlink: EdgeDownlink) {}

  /**
   * Asks a device to do something. The agent executes it once per command id, however often it is published.
   * When it ends, `devices.command-ended` tells its outcome.
   * @returns the command's id
   * @throws Refusal devices.unknown, devices.disabled
   */
  async send(tx: Tx, { deviceId, order, validForMs }: NewCommand): Promise<string> {
    const device = await row<{ code: string; state: string; agent: string }>(
      tx,
      `select d.code, d.state, a.code as agent from devices d
       join agents a on a.site_id = d.site_id and a.id = d.agent_id
       where d.site_id = $1 and d.id = $2`,
      [tx.siteId, deviceId],
    );
    if (!device) throw new Refusal('devices.unknown', 'There is no such device.', { status: 404 });
    if (device.state === 'disabled')
      throw new Refusal('devices.disabled', `${device.code} is switched off.`, {
        facts: { device: device.code },
      });
    const id = newId();
    const validUntil = new Date(tx.at.getTime() + validForMs);
    await rows(
      tx,
      `insert into device_commands (site_id, id, device_id, op, args, state, valid_until, created_at, sent_at, trace)
       values ($1, $2, $3, $4, $5, 'sent', $6, $7, $7, $8)`,
      [tx.siteId, id, deviceId, order.op, JSON.stringify(order.args), validUntil, tx.at, tx.trace],
    );
    const command = { id, ...order, validUntil: validUntil.toISOString(), trace: tx.trace };
    tx.afterCommit(() => this.downlink.publishCommand(tx.siteId, device.agent, device.code, command));
    return id;
  }

  /**
   * Writes down a command that nobody starts yet: an agent that is sent it ahead may, when it is wanted there, and the core may by
   * {@link startPlanned}. Whoever does, the device does it once.
   * @returns the command's id
   */
  async plan(tx: Tx, { deviceId, order, validForMs }: NewCommand): Promise<string> {
    const id = newId();
    await rows(
      tx,
      `insert into device_commands (site_id, id, device_id, op, args, state, valid_until, created_at, trace)
       values ($1, $2, $3, $4, $5, 'planned', $6, $7, $8) on conflict (site_id, id) do nothing`,
      [
        tx.siteId,
        id,
        deviceId,
        order.op,
        JSON.stringify(order.args),
        new Date(tx.at.getTime() + validForMs),
        tx.at,
        tx.trace,
      ],
    );
    return id;
  }

  /** Sends a planned command, as it should be now. One that its agent has begun meanwhile is left to it. */
  async startPlanned(tx: Tx, id: string, { order, validForMs }: Omit<NewCommand, 'deviceId'>): Promise<void> {
    const validUntil = new Date(tx.at.getTime() + validForMs);
    const started = await row<{ device: string; agent: string; trace: string }>(
      tx,
      `update device_commands c set state = 'sent', args = $3, valid_until = $4, sent_at = $5
       from devices d, agents a
       where c.site_id = $1 and c.id = $2 and c.state = 'planned' and d.site_id = c.site_id and d.id = c.device_id
         and a.site_id = d.site_id and a.id = d.agent_id
       returning d.code as device, a.code as agent, c.trace`,
      [tx.siteId, id, JSON.stringify(order.args), validUntil, tx.at],
    );
    if (!started) return;
    const { device, agent, trace } = started;
    const command = { id, ...order, validUntil: validUntil.toISOString(), trace };
    tx.afterCommit(() => this.downlink.publishCommand(tx.siteId, agent, device, command));
  }

  /** Ends planned commands that nobody will start; those that an agent has begun stay. */
  async withdrawPlanned(tx: Tx, ids: readonly string[], reason: string): Promise<void> {
    if (ids.length === 0) return;
    await rows(
      tx,
      `update device_commands set state = 'expired', ended_at = $3, reason = $4
       where site_id = $1 and id = any($2::uuid[]) and state = 'planned'`,
      [tx.siteId, ids, tx.at, reason],
    );
  }

  /** Publishes again what no agent has answered, for a message may be lost with the broker; ends what is too late. */
  async sweep(tx: Tx, unansweredForMs: number): Promise<void> {
    const open = await rows<{
      id: string;
      op: CommandOp;
      args: unknown;
      valid_until: Date;
      trace: string;
      device: string;
      agent: string;
    }>(
      tx,
      `select c.id, c.op, c.args, c.valid_until, c.trace, d.code as device, a.code as agent from device_commands c
       join devices d on d.site_id = c.site_id and d.id = c.device_id
       join agents a on a.site_id = d.site_id and a.id = d.agent_id
       where c.site_id = $1 and c.state in ('queued', 'sent') and c.valid_until > $2
         and c.created_at < $3 and a.online order by c.created_at limit 500`,
      [tx.siteId, tx.at, new Date(tx.at.getTime() - unansweredForMs)],
    );
    for (const { id, op, args, valid_until, trace, device, agent } of open) {
      const command = { id, op, args, validUntil: valid_until.toISOString(), trace };
      tx.afterCommit(() => this.downlink.publishCommand(tx.siteId, agent, device, command));
    }
    await this.expire(tx);
  }

  /**
   * A command that was never answered is over some time after its validity: the agent does not start it any more, but an outcome of
   * what it started before may still lie in its outbox, so an agent that is out of reach keeps its commands open, for an hour.
   */
  private async expire(tx: Tx): Promise<void> {
    const ended = await rows<{ id: string; device_id: string; op: CommandOp }>(
      tx,
      `update device_commands c set state = 'expired', ended_at = $2, reason = 'no agent took it in time'
       from devices d, agents a
       where c.site_id = $1 and d.site_id = c.site_id and d.id = c.device_id and a.site_id = d.site_id and a.id = d.agent_id
         and c.state in ('queued', 'sent') and c.valid_until < $3
         and (coalesce((a.state->>'outboxDepth')::int, 0) = 0 and a.online or c.valid_until < $4)
       returning c.id, c.device_id, c.op`,
      [
        tx.siteId,
        tx.at,
        new Date(tx.at.getTime() - EXPIRY_GRACE_MS),
        new Date(tx.at.getTime() - EXPIRY_LIMIT_MS),
      ],
    );
    await addEvents(
      tx,
      ended.map(({ id, device_id: deviceId, op }) => ({
        type: 'devices.command-ended' as const,
        aggregateId: id,
        data: {
          commandId: id,
          deviceId,
          op,
          outcome: 'expired' as const,
          reason: 'no agent took it in time',
        },
      })),
    );
  }

  /**
   * Notes what the agent says. Repeated and overtaken outcomes change nothing.
   * @returns false when there is no such command
   */
  async note(tx: Tx, { commandId, outcome, reason }: CommandOutcome): Promise<boolean> {
    const command = await row<{ device_id: string; op: CommandOp }>(
      tx,
      'select device_id, op from device_commands where site_id = $1 and id = $2',
      [tx.siteId, commandId],
    );
    if (!command) return false;
    const ends = ENDED.includes(outcome);
    const moved = await affected(
      tx,
      `update device_commands set state = $3, reason = $4, ended_at = $5
       where site_id = $1 and id = $2 and state = any($6::text[])`,
      [
        tx.siteId,
        commandId,
        outcome,
        reason ?? null,
        ends ? tx.at : null,
        [...statesBefore(commandStates, outcome)],
      ],
    );
    if (moved === 1 && ends) {
      await addEvent(tx, {
        type: 'devices.command-ended',
        aggregateId: commandId,
        data: {
          commandId,
          deviceId: command.device_id,
          op: command.op,
          outcome: outcome as 'done' | 'failed' | 'unknown' | 'expired',
          reason: reason ?? null,
        },
      });
    }
    return true;
  }
}
