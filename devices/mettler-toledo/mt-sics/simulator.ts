import {
  CR,
  defineSimulator,
  delimited,
  LF,
  Pan,
  type ScaleSimulatorOptions as PanOptions,
  SCALE_VERBS,
  type SimulatedScale,
  scaleExercises,
  scaleOn,
  toBytes,
  toText,
  type Wire,
  wireAt,
} from '#lib/device-kit';

export type { SimulatedScale };

export interface ScaleSimulatorOptions extends PanOptions {
  serial?: string;
}

export const simulator = defineSimulator<SimulatedScale, ScaleSimulatorOptions>({
  places: ['pty', 'tcp'],
  verbs: SCALE_VERBS,
  config: {},
  start: async (place, options) => sicsScale(await wireAt(place), options ?? {}),
  exercises: [
    ...scaleExercises,
    {
      title: 'zero on an empty pan',
      async act(_scale, command) {
        const { outcome } = await command({ op: 'zero', args: {} });
        if (outcome !== 'done') throw new Error(`zeroing was ${outcome}`);
      },
      expect: ['device.status'],
    },
    {
      title: 'net weight above a tare',
      async act(scale, command) {
        scale.load(250);
        await command({ op: 'weigh', args: {} });
        const { outcome } = await command({ op: 'tare', args: {} });
        if (outcome !== 'done') throw new Error(`the tare was ${outcome}`);
        scale.load(1_500);
        await command({ op: 'weigh', args: {} });
      },
      expect: ['weigh.stable', 'weigh.stable'],
    },
  ],
});

const LINES = delimited({ ends: [CR, LF], maxBytes: 64 });
const REPEAT_MS = 50;
/** As a scale's own limit for `S`: longer motion is answered with `S I`. */
const STABLE_LIMIT_MS = 5_000;

function sicsScale(wire: Wire, { serial = '0123456789', ...options }: ScaleSimulatorOptions): SimulatedScale {
  const voice = new SicsVoice(new Pan(options), serial);
  let framing = LINES.empty;
  const scale = scaleOn(wire, voice.pan, {
    hear(bytes, say) {
      const framed = LINES.push(framing, bytes);
      framing = framed.state;
      for (const frame of framed.frames) voice.obey(toText(frame), (line) => say(toBytes(`${line}\r\n`)));
    },
  });
  return {
    ...scale,
    async close() {
      voice.stop();
      await scale.close();
    },
  };
}

type Say = (line: string) => void;

/** The command set, levels 0 and 1, as far as the driver uses it. */
class SicsVoice {
  private repeat: NodeJS.Timeout | null = null;
  private readonly waits = new Set<NodeJS.Timeout>();

  constructor(
    readonly pan: Pan,
    private readonly serial: string,
  ) {}

  obey(command: string, say: Say): void {
    if (command === '@' || command === 'I4') {
      if (command === '@') this.stopRepeat();
      say(`I4 A "${this.serial}"`);
    } else if (command === 'SI') say(this.weightLine());
    else if (command === 'S') {
      this.stopRepeat();
      this.sayWhenStable(performance.now() + STABLE_LIMIT_MS, say);
    } else if (command === 'SIR') {
      this.stopRepeat();
      this.repeat = setInterval(() => say(this.weightLine()), REPEAT_MS);
    } else say(command === 'Z' ? this.zero() : command === 'T' ? this.tare() : 'ES');
  }

  stop(): void {
    this.stopRepeat();
    for (const wait of this.waits) clearTimeout(wait);
  }

  private weightLine(): string {
    const { pan } = this;
    if (pan.overloaded) return 'S +';
    if (pan.underloaded) return 'S -';
    return `S ${pan.moving ? 'D' : 'S'} ${(pan.grams / 1000).toFixed(3).padStart(10)} kg`;
  }

  private sayWhenStable(until: number, say: Say): void {
    const line = this.weightLine();
    if (!line.startsWith('S D') || performance.now() >= until) {
      say(line.startsWith('S D') ? 'S I' : line);
      return;
    }
    const wait = setTimeout(() => {
      this.waits.delete(wait);
      this.sayWhenStable(until, say);
    }, 5);
    this.waits.add(wait);
  }

  private zero(): string {
    if (this.pan.moving) return 'Z I';
    if (this.pan.zero()) return 'Z A';
    return this.pan.grams > 0 ? 'Z +' : 'Z -';
  }

  private tare(): string {
    if (this.pan.moving) return 'T I';
    if (this.pan.overloaded) return 'T +';
    return `T S ${(this.pan.tare() / 1000).toFixed(3).padStart(10)} kg`;
  }

  private stopRepeat(): void {
    if (this.repeat) clearInterval(this.repeat);
    this.repeat = null;
  }
}
