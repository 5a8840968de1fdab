import type { Reading } from '#lib/contracts';
import { concatBytes } from '../bytes.js';
import { COMMAND_LIMIT, type Driver, type Effect, type Step } from '../driver.js';
import { ManualTimers } from '../timers.js';
import type { Expected, TranscriptInput } from './transcript.js';

/**
 * Runs a codec alone, with time that stands still until told to move: what the session does, without links and promises. What is
 * stored is stored at once.
 */
export class CodecRunner {
  readonly timers = new ManualTimers();
  state: unknown;
  /** Everything since the last `take`. */
  private out = nothing();
  private readonly running = new Map<string, () => void>();
  private commandOpen = false;
  private open = false;

  constructor(
    private readonly driver: Driver,
    private readonly config: unknown,
  ) {}

  feed(input: TranscriptInput): void {
    const { codec } = this.driver;
    const now = this.timers.monotonicMs();
    switch (input.in) {
      case 'open':
        this.open = true;
        this.step(codec.open(this.config, now));
        break;
      case 'bytes':
        this.step(codec.onData?.(this.state, input.bytes, now));
        break;
      case 'message':
        this.step(codec.onMessage?.(this.state, { leaf: 'up', payload: input.payload }, now));
        break;
      case 'answer':
        this.step(codec.onAnswer?.(this.state, input.answer, now));
        break;
      case 'command':
        this.commandOpen = true;
        this.startTimer(COMMAND_LIMIT, this.driver.commandLimitMs);
        this.step(codec.onCommand?.(this.state, input.order, now));
        break;
      case 'wait':
        this.timers.advance(input.ms);
        break;
      case 'unplug':
        this.unplug();
    }
  }

  /** What came out since the last time. */
  take(): Expected {
    const out = this.out;
    this.out = nothing();
    return out;
  }

  get commandInFlight(): boolean {
    return this.commandOpen;
  }

  private unplug(): void {
    this.open = false;
    for (const cancel of this.running.values()) cancel();
    this.running.clear();
    const last = this.driver.codec.onLost?.(this.state, this.timers.monotonicMs());
    this.out.readings.push(...(last?.readings ?? []).map(withoutRaw));
    for (const each of last?.effects ?? []) if (each.do === 'settle') this.settle(each.outcome);
    if (this.commandOpen) this.settle('unknown');
    this.state = undefined;
  }

  private step(step: Step<unknown> | undefined): void {
    if (!step) return;
    this.state = step.state;
    this.out.readings.push(...(step.readings ?? []).map(withoutRaw));
    for (const each of step.effects ?? []) this.apply(each);
  }

  private apply(each: Effect): void {
    if (each.do === 'write') this.out.writes = concatBytes(this.out.writes, each.bytes);
    else if (each.do === 'publish')
      this.out.published.push({ leaf: each.leaf, message: JSON.parse(each.payload) });
    else if (each.do === 'modbus') this.out.requests.push({ ...each.request });
    else if (each.do === 'start-timer') this.startTimer(each.name, each.ms);
    else if (each.do === 'stop-timer') this.stopTimer(each.name);
    else if (each.do === 'settle') this.settle(each.outcome);
    else if (each.do === 'report') this.out.state = each.state;
    else if (each.do === 'after-stored') for (const inner of each.effects) this.apply(inner);
  }

  private settle(outcome: string): void {
    if (!this.commandOpen) return;
    this.commandOpen = false;
    this.stopTimer(COMMAND_LIMIT);
    this.out.outcome = outcome;
  }

  private startTimer(name: string, ms: number): void {
    this.stopTimer(name);
    const cancel = this.timers.after(ms, () => {
      this.running.delete(name);
      if (!this.open) return;
      this.step(this.driver.codec.onTimer?.(this.state, name, this.timers.monotonicMs()));
      if (name === COMMAND_LIMIT) this.settle('unknown');
    });
    this.running.set(name, cancel);
  }

  private stopTimer(name: string): void {
    this.running.get(name)?.();
    this.running.delete(name);
  }
}

function nothing(): Expected {
  return { readings: [], writes: new Uint8Array(0), published: [], requests: [], outcome: null, state: null };
}

function withoutRaw(reading: Reading): Omit<Reading, 'rawHex'> {
  const { kind, data } = reading;
  return { kind, data } as Omit<Reading, 'rawHex'>;
}
