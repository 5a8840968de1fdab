import type { Logger } from 'pino';
import {
  ANSWER_PART_MAX,
  type ConsoleAnswer,
  type ConsoleAsk,
  type ConsoleOp,
  type ConsoleOps,
  type Diagnostics,
  type PortView,
} from '#lib/contracts';
import { LINK_SCHEMAS, listPorts } from '#lib/device-kit';
import type { Attachment } from './attachment.js';
import type { CheckedSetup } from './check-setup.js';
import type { DriverShelf } from './driver-shelf.js';
import type { LiveFrames } from './live-frames.js';
import { recordTranscript, replayTranscript } from './recordings.js';
import type { Sessions } from './sessions.js';

export interface ConsoleDeskOptions {
  sessions: Sessions;
  shelf: DriverShelf;
  live: LiveFrames;
  session: string;
  log: Logger;
  check: (device: string, setup: ConsoleOps['setup.check']['ask']['setup']) => Promise<CheckedSetup>;
  diagnostics: () => Promise<Diagnostics>;
  /** Devices of a driver take the version that is in use now. */
  useDriver: (id: string) => Promise<void>;
  answer: (device: string, answer: ConsoleAnswer) => void;
}

type Answers = {
  [K in ConsoleOp]: (
    device: string,
    args: ConsoleOps[K]['ask'],
  ) => ConsoleOps[K]['answer'] | Promise<ConsoleOps[K]['answer']>;
};

const FRAMES_MAX = 2_000;
const BUSY_MAX = 16;

/** What the consoles ask of this agent. Nothing of it is business: it may be lost, and whoever asked asks again. */
export class ConsoleDesk {
  private busy = 0;

  constructor(private readonly options: ConsoleDeskOptions) {}

  /** One message of `ask/<device>`. Never rejects. */
  async take(device: string, payload: string): Promise<void> {
    const ask = parseAsk(payload);
    if (!ask) {
      this.options.log.warn(
        { device, payload: payload.slice(0, 200) },
        'a question of the console cannot be read',
      );
      return;
    }
    const { correlationId } = ask;
    const refuse = (reason: string) => this.options.answer(device, { correlationId, ok: false, reason });
    if (this.busy >= BUSY_MAX) return refuse('the agent has too many questions to answer; ask again');
    this.busy += 1;
    try {
      const answers = this.answers[ask.op] as (device: string, args: unknown) => unknown;
      if (!answers) throw new Error(`this agent does not know how to answer ${JSON.stringify(ask.op)}`);
      this.say(device, correlationId, await answers(device, ask.args));
    } catch (error) {
      refuse((error as Error).message);
    } finally {
      this.busy -= 1;
    }
  }

  private readonly answers: Answers = {
    'frames.read': (device, { before, limit }) => {
      const { ring } = this.need(device);
      const frames = ring.before(before ?? ring.newest + 1, Math.min(Math.max(1, limit), FRAMES_MAX));
      return { session: this.options.session, frames, oldest: ring.oldest, newest: ring.newest };
    },
    'frames.watch': (device, { forMs }) => {
      this.need(device);
      return this.options.live.watch(device, forMs);
    },
    'drivers.list': async () => ({ drivers: await this.options.shelf.views(), links: LINK_SCHEMAS }),
    'ports.list': async () => ({ ports: await this.ports() }),
    'setup.check': (device, { setup }) => this.options.check(device, setup),
    'link.reopen': async (device) => {
      const attachment = this.need(device);
      const { newest } = attachment.ring;
      await attachment.reopen();
      return { newest };
    },
    'transcript.record': (device, range) => recordTranscript(this.need(device), range),
    'transcript.replay': (device, play) =>
      replayTranscript(this.options.shelf, this.need(device).setup?.driver ?? '', play),
    'simulator.act': async (device, { verb, args }) => ({
      said: (await this.need(device).act(verb, args)) ?? null,
    }),
    'driver.use': async (_device, { driver, hash }) => {
      const { version } = this.options.shelf.use(driver, hash).driver;
      await this.options.useDriver(driver);
      return { version };
    },
    diagnostics: () => this.options.diagnostics(),
  };

  /** The serial ports of this machine, and who has them. */
  async ports(): Promise<PortView[]> {
    const users = new Map<unknown, string>();
    for (const { device, setup } of this.options.sessions.all()) {
      if (setup && !setup.simulated) users.set(setup.link.path, device);
    }
    return (await listPorts()).map(({ path, stable }) => ({
      path,
      stable,
      usedBy: users.get(stable ?? path) ?? users.get(path) ?? null,
    }));
  }

  private need(device: string): Attachment {
    const attachment = this.options.sessions.get(device);
    if (!attachment) throw new Error(`no device ${device} is attached to this agent`);
    return attachment;
  }

  private say(device: string, correlationId: string, answer: unknown): void {
    const json = JSON.stringify(answer);
    const parts = Math.max(1, Math.ceil(json.length / ANSWER_PART_MAX));
    for (let part = 0; part < parts; part += 1) {
      const piece = json.slice(part * ANSWER_PART_MAX, (part + 1) * ANSWER_PART_MAX);
      this.options.answer(device, { correlationId, ok: true, part, parts, json: piece });
    }
  }
}

function parseAsk(payload: string): ConsoleAsk | null {
  try {
    const ask = JSON.parse(payload) as Partial<ConsoleAsk> | null;
    if (typeof ask?.correlationId !== 'string' || typeof ask.op !== 'string') return null;
    return typeof ask.args === 'object' && ask.args !== null ? (ask as ConsoleAsk) : null;
  } catch {
    return null;
  }
}
