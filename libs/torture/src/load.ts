import { setMaxListeners } from 'node:events';
import { pause, type Seeded, until } from '#lib/sim';
import type { Act, Book } from './book.js';
import type { Edge } from './edge.js';
import { CLERK, FACES, MERCHANT, SKUS } from './site-files.js';

export interface LoadOptions {
  edges: readonly Edge[];
  apiUrls: readonly string[];
  book: Book;
  dice: Seeded;
}

const CLERKS = 6;
const REPLY_LIMIT_MS = 3_000;
const SIGN_IN_LIMIT_MS = 20_000;
const AGAIN_AFTER_MS = 80;
const SCAN_EVERY_MS = 160;
const ARRIVAL_EVERY_MS = 450;
const PRINT_EVERY_MS = 1_200;
const TAKE_MAX = 7;
/** Few, so that clerks meet at the same goods: only then a missing guard shows. */
const HOT_SKUS = SKUS.slice(0, 2);
const HOT_FACES = FACES.slice(0, 2);
/** How often they all reach for one place, and in the same moment: at a beat that they share. */
const MEET_CHANCE = 0.5;
const BEAT_MS = 250;
/** What one brings to that place, and two cannot both have. */
const MEET_UNITS = 5;

/** Everything that goes on in the building while its machines are tortured: scans, parcels at scan points, labels, corrections of stock. */
export class Load {
  private stopping = new AbortController();
  private work: Promise<unknown> = Promise.resolve();
  private token = '';
  private impatient = false;

  constructor(private readonly options: LoadOptions) {}

  /** Signs the clerk in; the cores must serve. */
  async signIn(): Promise<void> {
    const ask = async () => {
      const answer = await fetch(`${this.options.apiUrls[0]}/api/v1/access/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(CLERK),
        signal: AbortSignal.timeout(SIGN_IN_LIMIT_MS),
      });
      return answer.ok ? ((await answer.json()) as { token: string }).token : null;
    };
    this.token = await until('the clerk signing in', { limitMs: SIGN_IN_LIMIT_MS, everyMs: 200 }, ask);
  }

  start(): void {
    this.stopping = new AbortController();
    // One pause of each worker listens to it.
    setMaxListeners(0, this.stopping.signal);
    this.impatient = false;
    const { edges } = this.options;
    const clerks = Array.from({ length: CLERKS }, (_, n) => this.clerk(n));
    this.work = Promise.all([
      ...edges.flatMap((edge) => [this.scans(edge), this.arrivals(edge), this.prints(edge)]),
      ...clerks,
    ]);
  }

  /** Nothing new begins; resolves when every act that was begun has been answered. What is not by then stays open. */
  async stop(limitMs: number): Promise<void> {
    this.stopping.abort();
    const limit = setTimeout(() => {
      this.impatient = true;
    }, limitMs);
    await this.work;
    clearTimeout(limit);
  }

  private get ended(): boolean {
    return this.stopping.signal.aborted;
  }

  private async scans(edge: Edge): Promise<void> {
    const { dice, book } = this.options;
    const own = dice.fork(`scans ${edge.names.agent}`);
    while (!this.ended) {
      book.scans += 1;
      edge.scan(`T-${edge.names.agent}-${book.scans}`, own.chance(0.5) ? 'pty' : 'tcp');
      await pause(own.between(SCAN_EVERY_MS / 2, SCAN_EVERY_MS * 1.5), this.stopping.signal);
    }
  }

  private async arrivals(edge: Edge): Promise<void> {
    const { dice, book } = this.options;
    const own = dice.fork(`arrivals ${edge.names.agent}`);
    const { agent, point } = edge.names;
    while (!this.ended) {
      const codes = own.chance(0.15) ? [`STRANGER-${own.between(1, 9999)}`] : [];
      const arrival = edge.plc.arrive({ point, codes });
      void arrival.then(({ trackId, seq }) => book.arrivals.push({ agent, point, trackId, seq }));
      await pause(own.between(ARRIVAL_EVERY_MS / 2, ARRIVAL_EVERY_MS * 1.5), this.stopping.signal);
    }
  }

  private async prints(edge: Edge): Promise<void> {
    const own = this.options.dice.fork(`prints ${edge.names.agent}`);
    const path = `/api/v1/devices/${edge.names.printer}/commands`;
    while (!this.ended) {
      this.options.book.printsAsked += 1;
      const key = crypto.randomUUID();
      await this.untilAnswered(own, path, { op: 'print' }, key);
      await pause(own.between(PRINT_EVERY_MS / 2, PRINT_EVERY_MS * 1.5), this.stopping.signal);
    }
  }

  /** Puts goods in and takes goods out, more than there are now and then; says the same again until it is answered. */
  private async clerk(n: number): Promise<void> {
    const { dice, book } = this.options;
    const own = dice.fork(`clerk ${n}`);
    while (!this.ended) {
      const meets = own.chance(MEET_CHANCE);
      if (meets) await pause(BEAT_MS - (performance.now() % BEAT_MS), this.stopping.signal);
      const brings = own.chance(0.4);
      const [least, most] = meets ? [MEET_UNITS - 2, MEET_UNITS] : [1, brings ? 4 : TAKE_MAX];
      const quantity = own.between(least, most) * (brings ? 1 : -1);
      const eventId = crypto.randomUUID();
      const act: Act = {
        eventId,
        sku: meets ? HOT_SKUS[0]! : own.pick(HOT_SKUS),
        place: meets ? HOT_FACES[0]! : own.pick(HOT_FACES),
        quantity,
        told: 'nothing',
        toldAtMs: 0,
      };
      book.acts.set(eventId, act);
      const body = {
        eventId,
        merchantCode: MERCHANT,
        sku: act.sku,
        locationCode: act.place,
        quantity,
        reason: 'torture',
      };
      const told = await this.untilAnswered(own, '/api/v1/inventory/adjustments', body, null);
      act.toldAtMs = performance.now();
      act.told = told ?? 'nothing';
      await pause(own.between(20, 120), this.stopping.signal);
    }
  }

  /** Asks one core, then the other, with the same words, until one answers; null when the load ended before. */
  private async untilAnswered(
    dice: Seeded,
    path: string,
    body: object,
    key: string | null,
  ): Promise<'done' | 'refused' | null> {
    const { apiUrls } = this.options;
    for (let at = dice.between(0, apiUrls.length - 1); ; at += 1) {
      const answer = await this.ask(`${apiUrls[at % apiUrls.length]}${path}`, body, key);
      if (answer) return answer;
      if (this.impatient) return null;
      await pause(AGAIN_AFTER_MS);
    }
  }

  private async ask(url: string, body: object, key: string | null): Promise<'done' | 'refused' | null> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${this.token}`,
          ...(key ? { 'idempotency-key': key } : {}),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(REPLY_LIMIT_MS),
      });
      await answer.arrayBuffer();
      if (answer.ok) return 'done';
      // Not now: the same words again. Anything else is an answer.
      return answer.status >= 500 || [408, 425, 429].includes(answer.status) ? null : 'refused';
    } catch {
      return null;
    }
  }
}
