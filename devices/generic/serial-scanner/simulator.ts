import {
  defineSimulator,
  SCANNER_VERBS,
  type SimulatedScanner as Scanner,
  type ScannerSimulatorOptions,
  scannerExercises,
  textScannerAt,
} from '#lib/device-kit';

export type SimulatedScanner = Scanner;

export const simulator = defineSimulator<Scanner, ScannerSimulatorOptions>({
  places: ['pty', 'tcp'],
  verbs: SCANNER_VERBS,
  config: {},
  start: textScannerAt,
  exercises: scannerExercises,
});
