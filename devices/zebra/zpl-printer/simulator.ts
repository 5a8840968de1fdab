import { defineSimulator, type SimulatedDevice, toBytes, toText, type Wire, wireAt } from '#lib/device-kit';

export interface PrinterSimulatorOptions {
  /** Time a label takes to come out. */
  labelMs?: number;
  /** Called with each label that really came out, as it was received. */
  onPrinted?: (zpl: string) => void;
}

export interface SimulatedPrinter extends SimulatedDevice {
  /** Labels that came out, oldest first (the last 1,000). */
  readonly printed: readonly string[];
  mediaOut(): void;
  mediaIn(): void;
  openHead(): void;
  closeHead(): void;
  pause(): void;
  resume(): void;
  /** The next label resets the printer after this many of its bytes: the connection is cut and nothing is printed. */
  resetInNextLabel(afterBytes?: number): void;
  raw(bytes: Uint8Array): void;
}

export const simulator = defineSimulator<SimulatedPrinter, PrinterSimulatorOptions>({
  places: ['tcp', 'pty'],
  verbs: ['mediaOut', 'mediaIn', 'openHead', 'closeHead', 'pause', 'resume', 'resetInNextLabel'],
  config: { pollMs: 20, statusMs: 300, idlePollMs: 500 },
  async start(place, options = {}) {
    return new PrinterModel(await wireAt(place), { labelMs: 60, onPrinted: () => undefined, ...options });
  },
  exercises: [
    {
      title: 'one label, confirmed',
      async act(printer, command) {
        const { outcome } = await command({
          op: 'print',
          args: { jobId: 'job-1', zpl: '^XA^FO10,10^FDone^FS^XZ' },
        });
        if (outcome !== 'done' || printer.printed.length !== 1)
          throw new Error(`the label did not come out: ${outcome}`);
      },
      expect: ['print.sent', 'print.printed'],
    },
    {
      title: 'the status with errors and the odometer',
      async act(_printer, command) {
        const { outcome } = await command({ op: 'status', args: {} });
        if (outcome !== 'done') throw new Error(`no status: ${outcome}`);
      },
      expect: ['device.status', 'device.status', 'device.status'],
    },
    {
      title: 'out of labels: nothing is sent',
      async act(printer, command) {
        printer.mediaOut();
        await command({ op: 'print', args: { jobId: 'job-2', zpl: '^XA^FDtwo^FS^XZ' } });
        printer.mediaIn();
        if (printer.printed.length !== 0) throw new Error('a label came out of an empty printer');
      },
      expect: ['print.failed'],
    },
  ],
});

const RECEIVED_MAX = 1 << 20;
const PRINTED_KEPT = 1_000;
const INCHES_PER_LABEL = 6;

class PrinterModel implements SimulatedPrinter {
  readonly printed: string[] = [];
  private received = '';
  private buffer: string[] = [];
  private out = false;
  private open = false;
  private paused = false;
  private resetAfter: number | null = null;
  private printing: NodeJS.Timeout | null = null;

  constructor(
    private readonly wire: Wire,
    private readonly options: Required<PrinterSimulatorOptions>,
  ) {
    wire.onReceive((bytes) => this.receive(toText(bytes)));
  }

  get linkConfig() {
    return this.wire.linkConfig;
  }

  mediaOut(): void {
    this.out = true;
  }

  mediaIn(): void {
    this.out = false;
    this.printNext();
  }

  openHead(): void {
    this.open = true;
  }

  closeHead(): void {
    this.open = false;
    this.printNext();
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.printNext();
  }

  resetInNextLabel(afterBytes = 20): void {
    this.resetAfter = afterBytes;
  }

  raw(bytes: Uint8Array): void {
    this.wire.send(bytes);
  }

  async close(): Promise<void> {
    if (this.printing) clearTimeout(this.printing);
    await this.wire.close();
  }

  private receive(text: string) {
    this.received = (this.received + text).slice(-RECEIVED_MAX);
    for (;;) {
      const start = this.received.search(/~H(?:S|QES|QOD)|\^XA/);
      if (start < 0) {
        // Keeps what may be the start of a command.
        this.received = this.received.slice(-4);
        return;
      }
      this.received = this.received.slice(start);
      if (this.received.startsWith('~HS')) {
        this.received = this.received.slice(3);
        this.answerStatus();
        continue;
      }
      if (this.received.startsWith('~HQ')) {
        this.answerQuery(this.received.slice(3, 5));
        this.received = this.received.slice(5);
        continue;
      }
      if (this.resetAfter !== null && this.received.length >= this.resetAfter) return this.reset();
      const end = this.received.indexOf('^XZ');
      if (end < 0) return;
      this.buffer.push(this.received.slice(0, end + 3));
      this.received = this.received.slice(end + 3);
      this.printNext();
    }
  }

  private reset(): void {
    this.resetAfter = null;
    this.received = '';
    this.buffer = [];
    if (this.printing) clearTimeout(this.printing);
    this.printing = null;
    this.wire.cut();
  }

  private printNext(): void {
    if (this.printing || this.buffer.length === 0 || this.out || this.open || this.paused) return;
    this.printing = setTimeout(() => {
      this.printing = null;
      if (this.out || this.open) return;
      const label = this.buffer.shift();
      if (label !== undefined) this.comesOut(label);
      this.printNext();
    }, this.options.labelMs);
  }

  private comesOut(label: string): void {
    this.printed.push(label);
    if (this.printed.length > PRINTED_KEPT) this.printed.shift();
    this.options.onPrinted(label);
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
    this.wire.send(toBytes(`\x02\r\n\r\n${lines.join('\r\n')}\r\n\x03`));
  }

  /** Three lines; none at all while labels are out or the head is open, as real ones do. */
  private answerStatus(): void {
    if (this.out || this.open) return;
    const formats = String(this.buffer.length).padStart(3, '0');
    const partial = this.received.includes('^XA') ? 1 : 0;
    this.wire.send(
      toBytes(
        `\x02030,0,${this.paused ? 1 : 0},1245,${formats},0,0,${partial},000,0,0,0\x03\r\n` +
          '\x02001,0,0,0,0,2,4,0,00000000,1,000\x03\r\n' +
          '\x021234,0\x03\r\n',
      ),
    );
  }
}
