import type { Logger } from 'pino';
import type { agentTopics, EdgeResponse } from '#lib/contracts';
import { Broker, type BrokerOptions } from './broker.js';
import { type Question, Requests } from './requests.js';

export interface WayBackOptions {
  /** How to reach the broker; its last will and its subscriptions are left aside. */
  broker: BrokerOptions;
  topics: ReturnType<typeof agentTopics>;
  hello: () => Question;
  log: Logger;
  everyMs: number;
  /** The core has taken this process for the agent again. */
  onBack: () => void;
}

const HELLO_LIMIT_MS = 3_000;
/** Connection and answer together. */
const ASK_LIMIT_MS = 10_000;

/**
 * A process that was shut out asks now and then whether it may come back; the core lets it once the process that took its place has been
 * silent for a minute (docs/adr/0261). Each time over a connection of its own, which hears the answer and nothing else and leaves no last
 * will: nobody else notices it, and no device that speaks MQTT is heard twice.
 */
export class WayBack {
  private timer: NodeJS.Timeout | undefined;
  private broker: Broker | null = null;
  private waiting = false;

  constructor(private readonly options: WayBackOptions) {}

  start(): void {
    this.waiting = true;
    this.plan();
  }

  async stop(): Promise<void> {
    this.waiting = false;
    clearTimeout(this.timer);
    await this.broker?.stop();
  }

  private plan(): void {
    const { everyMs } = this.options;
    this.timer = setTimeout(() => void this.look(), everyMs * (1 + Math.random() / 4));
  }

  /** Never rejects. */
  private async look(): Promise<void> {
    const admitted = await this.ask();
    if (!this.waiting) return;
    if (!admitted) {
      this.plan();
      return;
    }
    this.waiting = false;
    this.options.onBack();
  }

  private async ask(): Promise<boolean> {
    const { topics, hello, log } = this.options;
    const requests = new Requests(
      (device, request) => broker.publish(topics.req(device), JSON.stringify(request), { qos: 1 }),
      log,
    );
    let settle: (admitted: boolean) => void = () => {};
    const settled = new Promise<boolean>((resolve) => {
      settle = resolve;
    });
    const broker = new Broker(
      { ...this.options.broker, will: null, subscriptions: [topics.res('agent')] },
      {
        onUp: () => {
          requests.ask('agent', hello(), HELLO_LIMIT_MS).then(
            () => settle(true),
            (error: Error) => {
              log.info({ reason: error.message }, 'still shut out');
              settle(false);
            },
          );
        },
        onDown: () => settle(false),
        onMessage: (topic, payload) => {
          try {
            requests.answered(JSON.parse(payload.toString()) as EdgeResponse);
          } catch (error) {
            log.warn({ topic, reason: (error as Error).message }, 'an answer of the core cannot be read');
          }
        },
      },
    );
    this.broker = broker;
    const limit = setTimeout(() => settle(false), ASK_LIMIT_MS);
    broker.start();
    const admitted = await settled;
    clearTimeout(limit);
    await broker.stop();
    return admitted;
  }
}
