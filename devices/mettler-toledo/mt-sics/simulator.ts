import {
  CR,
  defineSimulator,
  delimited,
  LF,
  type SimulatedDevice,
  toBytes,
  toText,
  type Wire,
  wireAt,
} from '#lib/device-kit';

export interface ScaleSimulatorOptions {
  /** Grams the scale can carry. */
  capacityGrams?: number;
  /** How long the pan swings after a change. */
  settleMs?: number;
  serial?: string;
}

export interface SimulatedScale extends SimulatedDevice {
  /** Puts a weight on the pan (replacing what is there): moving for settleMs, then stable. */
  load(grams: number): void;
  /** Turns the scale's voice off and on: a pulled plug that leaves the cable in. */
  silence(silent: boolean): void;
  raw(bytes: Uint8Array): void;
}

export const simulator = defineSimulator<SimulatedScale, ScaleSimulatorOptions>({
  places: ['pty', 'tcp'],
  verbs: ['load', 'silence'],
  config: {},
  async start(place, options = {}) {
    return scaleOn(await wireAt(place), options);
  },
  exercises: [
    {
      title: 'a weight that settles',
      async act(scale, command) {
        scale.load(1250);
        await command({ op: 'weigh', args: {} });
      },
      expect: ['device.status', 'weigh.stable'],
    },
    {
      title: 'overload, then zero on an empty pan',
      async act(scale, command) {
        scale.load(99_000);
        await command({ op: 'weigh', args: {} });
        scale.load(0);
        await command({ op: 'zero', args: {} });
        await command({ op: 'weigh', args: {} });
      },
      expect: ['weigh.unstable', 'weigh.stable'],
    },
  ],
});

const LINES = delimited({ ends: [CR, LF], maxBytes: 64 });
const REPEAT_MS = 50;
/** As a scale's own limit for `S`: longer motion is answered with `S I`. */
const STABLE_LIMIT_MS = 5_000;

class ScaleModel implements SimulatedScale {
  private grams = 0;
  private zeroGrams = 0;
  private stableAt = 0;
  private silent = false;
  private repeat: NodeJS.Timeout | null = null;
  private readonly waits = new Set<NodeJS.Timeout>();

  constructor(
    private readonly wire: Wire,
    private readonly options: Required<ScaleSimulatorOptions>,
  ) {
    let state = LINES.empty;
    wire.onReceive((bytes) => {
      const framed = LINES.push(state, bytes);
      state = framed.state;
      for (const frame of framed.frames) this.obey(toText(frame));
    });
  }

  get linkConfig() {
    return this.wire.linkConfig;
  }

  load(grams: number): void {
    this.grams = grams;
    this.stableAt = Date.now() + this.options.settleMs;
  }

  silence(silent: boolean): void {
    this.silent = silent;
  }

  raw(bytes: Uint8Array): void {
    this.wire.send(bytes);
  }

  async close(): Promise<void> {
    this.stopRepeat();
    for (const wait of this.waits) clearTimeout(wait);
    await this.wire.close();
  }

  private obey(command: string): void {
    if (command === '@') {
      this.stopRepeat();
      this.say(`I4 A "${this.options.serial}"`);
    } else if (command === 'I4') this.say(`I4 A "${this.options.serial}"`);
    else if (command === 'SI') this.say(this.weightLine());
    else if (command === 'S') {
      this.stopRepeat();
      this.sayWhenStable(Date.now() + STABLE_LIMIT_MS);
    } else if (command === 'SIR') this.startRepeat();
    else if (command === 'Z') this.zero();
    else this.say('ES');
  }

  private say(line: string): void {
    if (!this.silent) this.wire.send(toBytes(`${line}\r\n`));
  }

  private weightLine(): string {
    if (this.grams > this.options.capacityGrams) return 'S +';
    const net = this.grams - this.zeroGrams;
    if (net < -1000) return 'S -';
    const status = Date.now() >= this.stableAt ? 'S' : 'D';
    return `S ${status} ${(net / 1000).toFixed(3).padStart(10)} kg`;
  }

  private sayWhenStable(until: number) {
    const line = this.weightLine();
    if (!line.startsWith('S D')) return this.say(line);
    if (Date.now() >= until) return this.say('S I');
    const wait = setTimeout(() => {
      this.waits.delete(wait);
      this.sayWhenStable(until);
    }, 5);
    this.waits.add(wait);
  }

  private zero() {
    if (Date.now() < this.stableAt) return this.say('Z I');
    // Level 0 scales zero within 2 % of their range.
    if (Math.abs(this.grams) > this.options.capacityGrams * 0.02)
      return this.say(this.grams > 0 ? 'Z +' : 'Z -');
    this.zeroGrams = this.grams;
    this.say('Z A');
  }

  private startRepeat(): void {
    this.stopRepeat();
    this.repeat = setInterval(() => this.say(this.weightLine()), REPEAT_MS);
  }

  private stopRepeat(): void {
    if (this.repeat) clearInterval(this.repeat);
    this.repeat = null;
  }
}

function scaleOn(wire: Wire, options: ScaleSimulatorOptions): SimulatedScale {
  return new ScaleModel(wire, { capacityGrams: 60_000, settleMs: 150, serial: '0123456789', ...options });
}
