import {
  defineSimulator,
  ETX,
  enclosed,
  type SimulatedDevice,
  STX,
  toBytes,
  toText,
  wireAt,
} from '#lib/device-kit';

export interface DimensionerSimulatorOptions {
  /** Time a measurement takes. */
  measureMs?: number;
  units?: 'metric' | 'english';
}

export interface SimulatedDimensioner extends SimulatedDevice {
  /** Puts a parcel on the platform: sides in millimetres, weight in grams. */
  place(lengthMm: number, widthMm: number, heightMm: number, grams: number): void;
  /** A person presses the key. */
  press(): void;
  /** Fault: the next measurements fail. */
  fail(count: number): void;
  /** Fault: the next measurements have a side out of range. */
  outOfRange(count: number): void;
  /** Fault: answers nothing any more (true), and answers again (false). */
  silence(silent: boolean): void;
  raw(bytes: Uint8Array): void;
}

export const simulator = defineSimulator<SimulatedDimensioner, DimensionerSimulatorOptions>({
  places: ['pty', 'tcp'],
  verbs: ['place', 'press', 'fail', 'outOfRange', 'silence'],
  config: { answerMs: 1000 },
  start: async (place, options) => dimensionerOn(await wireAt(place), options ?? {}),
  exercises: [
    {
      title: 'a parcel is measured and weighed',
      async act(dimensioner, command) {
        dimensioner.place(400, 300, 124, 1_250);
        const { outcome } = await command({ op: 'trigger', args: {} });
        if (outcome !== 'done') throw new Error(`measuring was ${outcome}`);
      },
      expect: ['dimension.measured'],
    },
    {
      title: 'a failed measurement and one out of range give no numbers',
      async act(dimensioner, command) {
        dimensioner.fail(1);
        const first = await command({ op: 'trigger', args: {} });
        dimensioner.outOfRange(1);
        const second = await command({ op: 'trigger', args: {} });
        if (first.outcome !== 'failed' || second.outcome !== 'failed')
          throw new Error(`measuring was ${first.outcome}, ${second.outcome}`);
      },
      expect: ['device.fault', 'device.fault'],
    },
  ],
});

const FRAMES = enclosed({ start: STX, end: ETX, maxBytes: 64 });

function dimensionerOn(
  wire: Awaited<ReturnType<typeof wireAt>>,
  { measureMs = 80, units = 'metric' }: DimensionerSimulatorOptions,
): SimulatedDimensioner {
  let parcel = [300, 200, 100, 500];
  let failing = 0;
  let strange = 0;
  let silent = false;
  let framing = FRAMES.empty;
  const timers = new Set<NodeJS.Timeout>();
  const say = (text: string) => {
    if (!silent) wire.send(toBytes(`\x02${text}\x03\r\n`));
  };
  const measure = () => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (failing > 0) {
        failing--;
        return say('MNM');
      }
      say(measured(parcel, units, strange > 0));
      strange = Math.max(0, strange - 1);
    }, measureMs);
    timers.add(timer);
  };
  wire.onReceive((bytes) => {
    const framed = FRAMES.push(framing, bytes);
    framing = framed.state;
    for (const frame of framed.frames) {
      if (toText(frame) === 'M') measure();
      else if (toText(frame) === 'S') say('SAC000000,READY');
    }
  });
  return {
    linkConfig: wire.linkConfig,
    place(...sides) {
      parcel = sides;
    },
    press: measure,
    fail(count) {
      failing = count;
    },
    outOfRange(count) {
      strange = count;
    },
    silence(on) {
      silent = on;
    },
    raw: (bytes) => wire.send(bytes),
    async close() {
      for (const timer of timers) clearTimeout(timer);
      await wire.close();
    },
  };
}

function measured(parcel: readonly number[], units: 'metric' | 'english', strange: boolean): string {
  const [length = 0, width = 0, height = 0, grams = 0] = parcel;
  const metric = units === 'metric';
  const side = (mm: number) => (mm / (metric ? 10 : 25.4)).toFixed(2).padStart(6, '0');
  const weight = (grams / (metric ? 1000 : 453.59237)).toFixed(2).padStart(7, '0');
  const unit = metric ? 'M' : 'E';
  const tall = strange ? '------' : side(height);
  return `MAC000001,L${side(length)},W${side(width)},H${tall},${unit},K${weight},D0001.00,${unit},F0166,D`;
}
