import {
  defineSimulator,
  Pan,
  SCALE_VERBS,
  type ScaleSimulatorOptions,
  type SimulatedScale,
  scaleExercises,
  scaleOn,
  toBytes,
  toText,
  wireAt,
} from '#lib/device-kit';

export const simulator = defineSimulator<SimulatedScale, ScaleSimulatorOptions>({
  places: ['pty', 'tcp'],
  verbs: SCALE_VERBS,
  config: { againMs: 30 },
  async start(place, options) {
    const pan = new Pan(options);
    return scaleOn(await wireAt(place), pan, {
      hear(bytes, say) {
        for (const command of toText(bytes)) {
          if (command === 'W') say(toBytes(weight(pan)));
          else if (command === 'Z') say(toBytes(`\x02?${String.fromCharCode(pan.zero() ? 0x10 : 0x08)}\r`));
          else say(toBytes(`\x02?${String.fromCharCode(0x40)}\r`));
        }
      },
    });
  },
  exercises: [
    ...scaleExercises,
    {
      title: 'zero',
      async act(_scale, command) {
        const { outcome } = await command({ op: 'zero', args: {} });
        if (outcome !== 'done') throw new Error(`zeroing was ${outcome}`);
      },
      expect: [],
    },
  ],
});

/** A weight at rest, or the status that says why there is none. */
function weight(pan: Pan): string {
  const status = (pan.moving ? 0x01 : 0) | (pan.overloaded ? 0x02 : 0) | (pan.grams < 0 ? 0x04 : 0);
  if (status !== 0) return `\x02?${String.fromCharCode(status)}\r`;
  return `\x02${(pan.grams / 1000).toFixed(3).padStart(6, '0')}\r`;
}
