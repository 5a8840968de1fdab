import {
  defineSimulator,
  SCANNER_VERBS,
  type ScannerSimulatorOptions,
  type SimulatedScanner,
  scannerExercises,
  textScannerAt,
} from '#lib/device-kit';

const DEFAULTS = { heartbeatText: 'ALIVE', heartbeatMs: 200, triggerText: '\\x02TRG\\x03' };

export const simulator = defineSimulator<SimulatedScanner, ScannerSimulatorOptions>({
  places: ['tcp', 'tcp-call'],
  verbs: SCANNER_VERBS,
  config: { heartbeatText: DEFAULTS.heartbeatText, silenceMs: 2_000, triggerText: DEFAULTS.triggerText },
  start: (place, options) => textScannerAt(place, { ...DEFAULTS, ...options }),
  exercises: [
    ...scannerExercises,
    {
      title: 'triggered from here: what lies under it, then nothing',
      async act(scanner, command) {
        scanner.present('TOTE-0007');
        await command({ op: 'trigger', args: {} });
        scanner.present('');
        const { outcome } = await command({ op: 'trigger', args: {} });
        if (outcome !== 'done') throw new Error(`the trigger was ${outcome}`);
      },
      expect: ['scan.read', 'scan.no-read'],
    },
  ],
});
