import {
  defineSimulator,
  READER_VERBS,
  readerExercises,
  readerOn,
  type SimulatedReader,
  wireAt,
} from '#lib/device-kit';

export interface KeyenceSimulatorOptions {
  separator?: string;
  noReadText?: string;
}

export const simulator = defineSimulator<SimulatedReader, KeyenceSimulatorOptions>({
  places: ['tcp', 'tcp-call', 'pty'],
  verbs: READER_VERBS,
  config: { recordMs: 200, answerMs: 300, statusMs: 500 },
  async start(place, { separator = ',', noReadText = 'ERROR' } = {}) {
    return readerOn(await wireAt(place), {
      triggerOf: (command) => (command === 'LON' ? 'hold' : command === 'LOFF' ? 'release' : null),
      record: (_trigger, codes) => `${codes.length === 0 ? noReadText : codes.join(separator)}\r`,
      answer: (command) => (command === 'KEYENCE' ? 'OK,KEYENCE,SR-2000,1.00\r' : `ER,${command},00\r`),
    });
  },
  exercises: readerExercises,
});
