import {
  defineSimulator,
  READER_VERBS,
  readerExercises,
  readerOn,
  type SimulatedReader,
  wireAt,
} from '#lib/device-kit';

export interface DatamanSimulatorOptions {
  type?: string;
}

export const simulator = defineSimulator<SimulatedReader, DatamanSimulatorOptions>({
  places: ['tcp', 'tcp-call', 'pty'],
  verbs: READER_VERBS,
  config: { recordMs: 400, answerMs: 300, statusMs: 500 },
  async start(place, { type = 'DM374' } = {}) {
    return readerOn(await wireAt(place), {
      triggerOf: (command) => (/^\|\|.*>TRIGGER ON$/.test(command) ? 'look' : null),
      record: (trigger, codes) => `${[`R${trigger}`, ...codes].join('\t')}\r\n`,
      answer: (command) => answerTo(command, type),
    });
  },
  exercises: [
    ...readerExercises,
    {
      title: 'a pulse without a record is missed at the next one',
      act(reader) {
        reader.parcel('T-000123');
        reader.pulseWithoutRecord();
        reader.parcel('T-000124');
        reader.repeat();
      },
      expect: ['scan.record', 'device.fault', 'scan.record'],
    },
  ],
});

/** Extended answers to what was asked with an id; a command without one is answered as without `[...]` switched on. */
function answerTo(command: string, type: string): string | null {
  const match = /^\|\|(?:0:(\d+))?>(.*)$/.exec(command);
  if (!match) return null;
  const [, id = '', text] = match;
  if (text === 'GET DEVICE.TYPE') return `||0:${id}[0]${type}\r\n`;
  return text?.startsWith('SET ') ? `||0:${id}[0]\r\n` : `||0:${id}[101]\r\n`;
}
