import {
  defineSimulator,
  PRINTER_VERBS,
  PrinterModel,
  type PrinterSimulatorOptions,
  printerExercises,
  type SimulatedPrinter,
  toBytes,
  wireAt,
} from '#lib/device-kit';

export type { PrinterSimulatorOptions, SimulatedPrinter };

export const simulator = defineSimulator<SimulatedPrinter, PrinterSimulatorOptions>({
  places: ['tcp', 'pty'],
  verbs: PRINTER_VERBS,
  config: { pollMs: 20, statusMs: 300, idlePollMs: 500 },
  start: async (place, options) => new ZplPrinter(await wireAt(place), options),
  exercises: [
    ...printerExercises((jobId) => ({
      op: 'print',
      args: { jobId, zpl: '^XA^FO10,10^FDone^FS^XZ' },
    })),
    {
      title: 'the status with errors and the odometer',
      async act(_printer, command) {
        const { outcome } = await command({ op: 'status', args: {} });
        if (outcome !== 'done') throw new Error(`no status: ${outcome}`);
      },
      expect: ['device.status', 'device.status', 'device.status'],
    },
  ],
});

const INCHES_PER_LABEL = 6;

class ZplPrinter extends PrinterModel {
  protected understand(): void {
    for (;;) {
      const start = this.received.search(/~H(?:S|QES|QOD)|\^XA/);
      if (start < 0) {
        // Keeps what may be the start of a command.
        this.received = this.received.slice(-4);
        return;
      }
      this.received = this.received.slice(start);
      if (this.received.startsWith('~H')) {
        this.obeyQuery();
        continue;
      }
      if (this.resets(this.received.length)) return;
      const end = this.received.indexOf('^XZ');
      if (end < 0) return;
      const label = this.received.slice(0, end + 3);
      this.received = this.received.slice(end + 3);
      this.takeLabel(label);
    }
  }

  private obeyQuery(): void {
    const status = this.received.startsWith('~HS');
    const what = this.received.slice(3, 5);
    this.received = this.received.slice(status ? 3 : 5);
    if (status) this.answerStatus();
    else this.answerQuery(what);
  }

  /** Unlike ~HS, a host query is answered while labels are out or the head is open. */
  private answerQuery(what: string): void {
    const bits = (this.out ? 1 : 0) + (this.open ? 4 : 0);
    const words = (flags: number) => `${flags ? 1 : 0} 00000000 ${flags.toString(16).padStart(8, '0')}`;
    const inches = String(8_560 + this.printed.length * INCHES_PER_LABEL).padStart(9);
    const lines =
      what === 'ES'
        ? ['  PRINTER STATUS', `  ERRORS:         ${words(bits)}`, `  WARNINGS:       ${words(0)}`]
        : [
            '  PRINT METERS',
            `  TOTAL NONRESETTABLE:     ${inches} "`,
            '  USER RESETTABLE CNTR1:           9 "',
          ];
    this.say(toBytes(`\x02\r\n\r\n${lines.join('\r\n')}\r\n\x03`));
  }

  /** Three lines; none at all while labels are out or the head is open, as real ones do. */
  private answerStatus(): void {
    if (this.out || this.open) return;
    const formats = String(this.buffer.length).padStart(3, '0');
    const partial = this.received.includes('^XA') ? 1 : 0;
    this.say(
      toBytes(
        `\x02030,0,${this.paused ? 1 : 0},1245,${formats},0,0,${partial},000,0,0,0\x03\r\n` +
          '\x02001,0,0,0,0,2,4,0,00000000,1,000\x03\r\n' +
          '\x021234,0\x03\r\n',
      ),
    );
  }
}
