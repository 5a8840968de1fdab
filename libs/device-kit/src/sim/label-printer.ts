import type { DeviceOrder } from '#lib/contracts';
import { toText } from '../bytes.js';
import type { Exercise, SimulatedDevice } from './simulator.js';
import type { Wire } from './wire.js';

export interface PrinterSimulatorOptions {
  /** Time a label takes to come out. */
  labelMs?: number;
  /** Called with each label that really came out, as it was received. */
  onPrinted?: (label: string) => void;
}

/** The verbs of a simulated label printer, whatever its language. */
export interface SimulatedPrinter extends SimulatedDevice {
  /** Labels that came out, oldest first (the last 1,000). */
  readonly printed: readonly string[];
  mediaOut(): void;
  mediaIn(): void;
  openHead(): void;
  closeHead(): void;
  pause(): void;
  resume(): void;
  /** Fault: answers nothing any more (true), and answers again (false). */
  silence(silent: boolean): void;
  /** Fault: the next label resets the printer after this many of its bytes: the connection is cut and nothing is printed. */
  resetInNextLabel(afterBytes?: number): void;
  raw(bytes: Uint8Array): void;
}

export const PRINTER_VERBS = [
  'mediaOut',
  'mediaIn',
  'openHead',
  'closeHead',
  'pause',
  'resume',
  'silence',
  'resetInNextLabel',
];

const RECEIVED_MAX = 1 << 20;
const PRINTED_KEPT = 1_000;

/** A printer's body: media, head, buffer, and labels that come out one after another. Its language is the subclass's. */
export abstract class PrinterModel implements SimulatedPrinter {
  readonly printed: string[] = [];
  /** Bytes received and not yet understood. */
  protected received = '';
  protected buffer: string[] = [];
  protected out = false;
  protected open = false;
  protected paused = false;
  private silent = false;
  private resetAfter: number | null = null;
  private printing: NodeJS.Timeout | null = null;
  private readonly options: Required<PrinterSimulatorOptions>;

  constructor(
    private readonly wire: Wire,
    options: PrinterSimulatorOptions = {},
  ) {
    this.options = { labelMs: 60, onPrinted: () => undefined, ...options };
    wire.onReceive((bytes) => {
      this.received = (this.received + toText(bytes)).slice(-RECEIVED_MAX);
      this.understand();
    });
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

  silence(silent: boolean): void {
    this.silent = silent;
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

  /** Takes commands and whole labels off the front of `received`. */
  protected abstract understand(): void;

  protected say(bytes: Uint8Array): void {
    if (!this.silent) this.wire.send(bytes);
  }

  /** A whole label has come. */
  protected takeLabel(label: string): void {
    this.buffer.push(label);
    this.printNext();
  }

  /** True when a reset was ordered and these bytes of a label reach it: everything is forgotten then. */
  protected resets(labelBytes: number): boolean {
    if (this.resetAfter === null || labelBytes < this.resetAfter) return false;
    this.resetAfter = null;
    this.received = '';
    this.buffer = [];
    if (this.printing) clearTimeout(this.printing);
    this.printing = null;
    this.wire.cut();
    return true;
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
}

/** What every label printer must do together with its simulator. */
export function printerExercises(print: (jobId: string) => DeviceOrder): Exercise<SimulatedPrinter>[] {
  return [
    {
      title: 'one label, confirmed',
      async act(printer, command) {
        const { outcome } = await command(print('job-1'));
        if (outcome !== 'done' || printer.printed.length !== 1)
          throw new Error(`the label did not come out: ${outcome}`);
      },
      expect: ['print.sent', 'print.printed'],
    },
    {
      title: 'out of labels: nothing is sent',
      async act(printer, command) {
        printer.mediaOut();
        await command(print('job-2'));
        printer.mediaIn();
        if (printer.printed.length !== 0) throw new Error('a label came out of an empty printer');
      },
      expect: ['print.failed'],
    },
    {
      title: 'reset in the middle of a label: nobody knows what came out',
      async act(printer, command) {
        printer.resetInNextLabel();
        const { outcome } = await command(print('job-3'));
        if (outcome !== 'unknown') throw new Error(`a label that was cut off is ${outcome}`);
      },
      expect: ['print.unknown'],
    },
  ];
}
