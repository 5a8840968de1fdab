import {
  defineSimulator,
  Pan,
  SCALE_VERBS,
  type ScaleSimulatorOptions,
  type SimulatedScale,
  scaleExercises,
  scaleOn,
  toBytes,
  wireAt,
} from '#lib/device-kit';

export interface ContinuousScaleOptions extends ScaleSimulatorOptions {
  format?: 'toledo' | 'headers';
  checksum?: boolean;
  everyMs?: number;
}

export const simulator = defineSimulator<SimulatedScale, ContinuousScaleOptions>({
  places: ['pty', 'tcp'],
  verbs: SCALE_VERBS,
  config: {},
  async start(place, { format = 'toledo', checksum = false, everyMs = 40, ...options } = {}) {
    const pan = new Pan(options);
    const line = () => (format === 'headers' ? headersLine(pan) : toledoFrame(pan, checksum));
    return scaleOn(await wireAt(place), pan, { repeat: { everyMs, line } });
  },
  exercises: [
    scaleExercises[0]!,
    {
      title: 'overload is said, and then an empty pan',
      async act(scale, command) {
        scale.load(99_000);
        await new Promise((resolve) => setTimeout(resolve, 120));
        scale.load(0);
        await command({ op: 'weigh', args: {} });
      },
      expect: ['weigh.unstable', 'weigh.stable'],
    },
  ],
});

function toledoFrame(pan: Pan, checksum: boolean): Uint8Array {
  const { grams } = pan;
  const b = 0x30 | (grams < 0 ? 0x02 : 0) | (pan.overloaded ? 0x04 : 0) | (pan.moving ? 0x08 : 0);
  const digits = String(Math.abs(Math.round(grams)))
    .padStart(6, ' ')
    .slice(-6);
  // Status A: three decimals, divisions of one.
  const frame = toBytes(`\x02${String.fromCharCode(0x2d, b, 0x20)}${digits}000000\r`);
  if (!checksum) return frame;
  const sum = frame.reduce((total, byte) => total + byte, 0);
  return Uint8Array.of(...frame, -sum & 0x7f);
}

function headersLine(pan: Pan): Uint8Array {
  if (pan.overloaded) return toBytes('OL,GS,+99999.99kg\r\n');
  const sign = pan.grams < 0 ? '-' : '+';
  const shown = (Math.abs(pan.grams) / 1000).toFixed(3).padStart(9, '0');
  return toBytes(`${pan.moving ? 'US' : 'ST'},GS,${sign}${shown}kg\r\n`);
}
