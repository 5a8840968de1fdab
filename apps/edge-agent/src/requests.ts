import type { Logger } from 'pino';
import { v7 as uuidV7 } from 'uuid';
import type { EdgeRequest, EdgeResponse } from '#lib/contracts';

type WithoutId<T> = T extends unknown ? Omit<T, 'correlationId'> : never;
export type Question = WithoutId<EdgeRequest>;
export type Answer<Op> = Extract<EdgeResponse, { op: Op }>;

/** The core said no, and why. */
export class Refused extends Error {}
/** The core said nothing in time, or there is no way to it. */
export class NoAnswer extends Error {}

interface Open {
  op: Question['op'];
  askedAtMs: number;
  resolve: (answer: EdgeResponse) => void;
  reject: (error: Error) => void;
}

const REMEMBER_EXPIRED_MAX = 1_000;

/** Questions to the core with a deadline each. An answer that comes too late is logged and never used. */
export class Requests {
  private readonly open = new Map<string, Open>();
  private readonly expired = new Map<string, Open>();

  constructor(
    private readonly send: (device: string, request: EdgeRequest) => boolean,
    private readonly log: Logger,
  ) {}

  /** Rejects with {@link NoAnswer} after `limitMs`, or with {@link Refused}. */
  ask<Q extends Question>(device: string, question: Q, limitMs: number): Promise<Answer<Q['op']>> {
    const correlationId = uuidV7();
    return new Promise<EdgeResponse>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.open.delete(correlationId);
        this.rememberExpired(correlationId, entry);
        reject(new NoAnswer(`no answer to ${question.op} in ${limitMs} ms`));
      }, limitMs);
      const settled = <T>(use: (value: T) => void) => {
        return (value: T) => {
          clearTimeout(timer);
          this.open.delete(correlationId);
          use(value);
        };
      };
      const entry: Open = {
        op: question.op,
        askedAtMs: performance.now(),
        resolve: settled(resolve),
        reject: settled(reject),
      };
      this.open.set(correlationId, entry);
      const sent = this.send(device, { ...question, correlationId } as EdgeRequest);
      if (!sent) entry.reject(new NoAnswer('not connected'));
    }) as Promise<Answer<Q['op']>>;
  }

  answered(answer: EdgeResponse): void {
    const asked = this.open.get(answer.correlationId);
    if (!asked) this.answeredLate(answer);
    else if (answer.op === 'refused') asked.reject(new Refused(answer.reason));
    else if (answer.op === asked.op) asked.resolve(answer);
    else asked.reject(new Refused(`the core answered ${asked.op} with ${answer.op}`));
  }

  private answeredLate(answer: EdgeResponse): void {
    const asked = this.expired.get(answer.correlationId);
    if (!asked) return;
    this.expired.delete(answer.correlationId);
    const tookMs = Math.round(performance.now() - asked.askedAtMs);
    this.log.warn({ op: asked.op, tookMs, answer }, 'the core answered too late; the answer is not used');
  }

  private rememberExpired(correlationId: string, entry: Open): void {
    this.expired.set(correlationId, entry);
    if (this.expired.size <= REMEMBER_EXPIRED_MAX) return;
    const oldest = this.expired.keys().next().value;
    if (oldest !== undefined) this.expired.delete(oldest);
  }
}
