import type { Logger } from 'pino';
import { type AgentRecordData, type DeviceCommand, type DeviceOrder, isTopicSegment } from '#lib/contracts';
import { orderOf } from './order.js';
import type { Outbox } from './outbox.js';
import type { Entry } from './record.js';
import type { Change, Store } from './store.js';

type Outcome = AgentRecordData['command.outcome'];

/** What the journal keeps of a command. */
interface Journalled {
  device: string;
  op: DeviceOrder['op'];
  jobId?: string;
  state: Outcome['outcome'];
  at: string;
  trace?: string;
}

export interface CommandsOptions {
  store: Store;
  outbox: Outbox;
  log: Logger;
  /** Runs the order on the device; never rejects. Null for a device that is not attached here. */
  run: (
    device: string,
    order: DeviceOrder,
  ) => Promise<Pick<Outcome, 'reason'> & { outcome: 'done' | 'failed' | 'unknown' }> | null;
}

const JOURNAL = 'c!';
const KEEP_MS = 7 * 24 * 3_600_000;

/**
 * Commands of the core, each executed at most once per id: the journal is written, with the `started` record, before
 * the first byte goes to the device. Outcomes ride on the device's own stream, so that none is lost.
 */
export class Commands {
  private readonly present = new Set<string>();
  private readonly lines = new Map<string, Promise<void>>();

  constructor(private readonly options: CommandsOptions) {}

  /** What a crash left started: nobody can know how it ended, and the device is not asked to do it again. */
  async recover(): Promise<void> {
    for await (const [key, text] of this.options.store.pairs(JOURNAL)) {
      const journalled = JSON.parse(text) as Journalled;
      if (journalled.state !== 'started') continue;
      const id = key.slice(JOURNAL.length);
      const reason = 'the agent stopped while the device was at it';
      this.options.log.warn(
        { id, ...journalled },
        'a command was cut off by a restart; its outcome is unknown',
      );
      const { device, jobId, trace } = journalled;
      const traced = trace === undefined ? {} : { trace };
      const print: Entry[] = jobId
        ? [{ device, kind: 'print.unknown', data: { jobId, reason }, ...traced }]
        : [];
      // Appended in one turn, and so committed in one batch.
      await Promise.all([
        ...print.map((entry) => this.options.outbox.append(entry)),
        this.record(id, journalled, { outcome: 'unknown', reason }),
      ]);
    }
  }

  /** One message of `cmd/<device>`. Resolves when its outcome is recorded; commands of one device wait for one another. */
  take(device: string, payload: string): Promise<void> {
    const command = parseCommand(payload);
    if (command) return this.inTurn(device, command, () => this.execute(device, command));
    this.options.log.error(
      { device, payload: payload.slice(0, 200) },
      'a command that cannot be read is dropped',
    );
    return Promise.resolve();
  }

  /**
   * A command that was sent ahead and is wanted now. One that certainly did nothing (the printer had no paper) is tried again;
   * with any other outcome, or with none that anybody can know, it is not.
   * @returns what the journal says of it afterwards, and whether this call has begun it
   */
  async start(
    device: string,
    command: DeviceCommand,
  ): Promise<{ began: boolean; state: Outcome['outcome'] | null }> {
    let began = false;
    await this.inTurn(device, command, async () => {
      const known = await this.journalled(command.id);
      began = known === null || known.state === 'failed';
      if (began) await this.perform(device, command);
    });
    return { began, state: (await this.journalled(command.id))?.state ?? null };
  }

  private inTurn(device: string, command: DeviceCommand, work: () => Promise<void>): Promise<void> {
    if (this.present.has(command.id)) return Promise.resolve();
    this.present.add(command.id);
    const before = this.lines.get(device) ?? Promise.resolve();
    const turn = before
      .then(work)
      .catch((error: Error) => {
        this.options.log.error(
          { err: error, device, id: command.id },
          'a command could not be recorded; it is not executed',
        );
      })
      .finally(() => this.present.delete(command.id));
    this.lines.set(device, turn);
    return turn;
  }

  /** Resolves when nothing is being executed. */
  async settled(): Promise<void> {
    await Promise.all(this.lines.values());
  }

  /** Forgets commands after seven days. */
  async tidy(nowMs: number): Promise<void> {
    const changes: Change[] = [];
    for await (const [key, text] of this.options.store.pairs(JOURNAL)) {
      if (nowMs - Date.parse((JSON.parse(text) as Journalled).at) > KEEP_MS)
        changes.push({ type: 'del', key });
    }
    if (changes.length > 0) await this.options.store.write(changes);
  }

  private async journalled(id: string): Promise<Journalled | null> {
    const text = await this.options.store.get(JOURNAL + id);
    return text ? (JSON.parse(text) as Journalled) : null;
  }

  private async execute(device: string, command: DeviceCommand): Promise<void> {
    if (await this.journalled(command.id)) {
      this.options.log.info(
        { id: command.id, device },
        'this command was executed before; it is not repeated',
      );
      return;
    }
    await this.perform(device, command);
  }

  private async perform(device: string, command: DeviceCommand): Promise<void> {
    const { id, op, trace } = command;
    const journalled: Journalled = {
      device,
      op,
      state: 'accepted',
      at: new Date().toISOString(),
      ...(trace === undefined ? {} : { trace }),
    };
    const order = orderOf(op, command.args);
    if (typeof order === 'string') return this.record(id, journalled, { outcome: 'failed', reason: order });
    if (order.op === 'print') journalled.jobId = order.args.jobId;
    if (!(Date.parse(command.validUntil) > Date.now())) {
      return this.record(id, journalled, {
        outcome: 'expired',
        reason: `it was valid until ${command.validUntil}`,
      });
    }
    await this.record(id, journalled, { outcome: 'started' });
    const running = this.options.run(device, order);
    const { outcome, reason } = running
      ? await running
      : { outcome: 'failed' as const, reason: `no device ${device} is attached to this agent` };
    await this.record(id, journalled, { outcome, ...(reason === undefined ? {} : { reason }) });
  }

  /** Journal and record in one write: neither exists without the other. */
  private async record(
    id: string,
    before: Journalled,
    news: Pick<Outcome, 'outcome' | 'reason'>,
  ): Promise<void> {
    const { device, op, trace } = before;
    const entry: Entry = {
      device,
      kind: 'command.outcome',
      data: { commandId: id, op, ...news },
      ...(trace === undefined ? {} : { trace }),
    };
    const value = JSON.stringify({ ...before, state: news.outcome });
    await this.options.outbox.append(entry, [{ type: 'put', key: JOURNAL + id, value }]);
  }
}

function parseCommand(payload: string): DeviceCommand | null {
  let command: Partial<DeviceCommand> | null;
  try {
    command = JSON.parse(payload);
  } catch {
    return null;
  }
  if (typeof command?.id !== 'string' || !isTopicSegment(command.id)) return null;
  if (typeof command.op !== 'string' || typeof command.validUntil !== 'string') return null;
  return command as DeviceCommand;
}
