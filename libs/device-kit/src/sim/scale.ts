import type { Exercise, SimulatedDevice } from './simulator.js';
import type { Wire } from './wire.js';

export interface ScaleSimulatorOptions {
  /** Grams the scale can carry. */
  capacityGrams?: number;
  /** How long the pan swings after a change. */
  settleMs?: number;
}

/** The verbs of a simulated scale, whatever it speaks. */
export interface SimulatedScale extends SimulatedDevice {
  /** Puts a weight on the pan (replacing what is there): moving for settleMs, then stable. */
  load(grams: number): void;
  /** Fault: the scale says nothing any more (a pulled plug that leaves the cable in), and speaks again (false). */
  silence(silent: boolean): void;
  raw(bytes: Uint8Array): void;
}

export const SCALE_VERBS = ['load', 'silence'];

/** Share of the capacity within which a scale can be zeroed. */
const ZERO_RANGE = 0.02;

/** A pan with a weight on it that settles; the language is the driver's simulator. */
export class Pan {
  private gross = 0;
  private zeroGrams = 0;
  private tareGrams = 0;
  private stableAt = 0;
  private readonly options: Required<ScaleSimulatorOptions>;

  constructor(options: ScaleSimulatorOptions = {}) {
    this.options = { capacityGrams: 60_000, settleMs: 150, ...options };
  }

  load(grams: number): void {
    this.gross = grams;
    this.stableAt = performance.now() + this.options.settleMs;
  }

  /** Net of the tare. */
  get grams(): number {
    return this.gross - this.zeroGrams - this.tareGrams;
  }

  /** What lies on the pan is from now on its tare; returns it. */
  tare(): number {
    this.tareGrams = this.gross - this.zeroGrams;
    return this.tareGrams;
  }

  get moving(): boolean {
    return performance.now() < this.stableAt;
  }

  get overloaded(): boolean {
    return this.gross > this.options.capacityGrams;
  }

  get underloaded(): boolean {
    return this.gross - this.zeroGrams < -this.options.capacityGrams * ZERO_RANGE;
  }

  /** False when the pan moves or what lies on it is outside of the zero range. */
  zero(): boolean {
    if (this.moving || Math.abs(this.gross) > this.options.capacityGrams * ZERO_RANGE) return false;
    this.zeroGrams = this.gross;
    return true;
  }
}

/** A scale behind a wire: what it is told goes to `hear`, what it says by itself is the caller's. */
export function scaleOn(
  wire: Wire,
  pan: Pan,
  voice: {
    hear?(bytes: Uint8Array, say: (bytes: Uint8Array) => void): void;
    /** Said every everyMs. */
    repeat?: { everyMs: number; line(): Uint8Array };
  },
): SimulatedScale {
  let silent = false;
  const say = (bytes: Uint8Array) => {
    if (!silent) wire.send(bytes);
  };
  wire.onReceive((bytes) => voice.hear?.(bytes, say));
  const { repeat } = voice;
  const timer = repeat ? setInterval(() => say(repeat.line()), repeat.everyMs) : undefined;
  return {
    linkConfig: wire.linkConfig,
    load: (grams) => pan.load(grams),
    silence(on) {
      silent = on;
    },
    raw: (bytes) => wire.send(bytes),
    async close() {
      clearInterval(timer);
      await wire.close();
    },
  };
}

/** What every scale that can be asked must do together with its simulator. */
export const scaleExercises: Exercise<SimulatedScale>[] = [
  {
    title: 'a weight that settles',
    async act(scale, command) {
      scale.load(1250);
      const { outcome } = await command({ op: 'weigh', args: {} });
      if (outcome !== 'done') throw new Error(`weighing was ${outcome}`);
    },
    expect: ['weigh.stable'],
  },
  {
    title: 'overload, then an empty pan',
    async act(scale, command) {
      scale.load(99_000);
      await command({ op: 'weigh', args: {} });
      scale.load(0);
      await command({ op: 'weigh', args: {} });
    },
    expect: ['weigh.unstable', 'weigh.stable'],
  },
];
