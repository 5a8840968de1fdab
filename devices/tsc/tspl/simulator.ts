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

const LABEL = 'SIZE 100 mm,150 mm\r\nCLS\r\nTEXT 10,10,"0",0,10,10,"one"\r\nPRINT 1,1\r\n';

export const simulator = defineSimulator<SimulatedPrinter, PrinterSimulatorOptions>({
  places: ['tcp', 'pty'],
  verbs: PRINTER_VERBS,
  config: { pollMs: 20, statusMs: 300, idlePollMs: 500 },
  start: async (place, options) => new TsplPrinter(await wireAt(place), options),
  exercises: printerExercises((jobId) => ({ op: 'print', args: { jobId, zpl: '^XA^XZ', tspl: LABEL } })),
});

const ESCAPE = String.fromCharCode(27);
const QUESTIONS = [`${ESCAPE}!?`, `${ESCAPE}!S`];

class TsplPrinter extends PrinterModel {
  /** Status questions are answered at once, wherever in the stream they stand; the rest is lines up to PRINT. */
  protected understand(): void {
    for (const question of QUESTIONS) {
      const parts = this.received.split(question);
      this.received = parts.join('');
      for (let i = 1; i < parts.length; i++) this.answer(question);
    }
    if (this.resets(this.received.length)) return;
    for (;;) {
      const end = /^PRINT .*\r\n/m.exec(this.received);
      if (!end) return;
      const length = end.index + end[0].length;
      const label = this.received.slice(0, length);
      this.received = this.received.slice(length);
      this.takeLabel(label);
    }
  }

  private answer(question: string): void {
    const busy = this.buffer.length > 0 || this.received !== '';
    if (question.endsWith('?')) {
      const bits = (this.open ? 1 : 0) | (this.out ? 4 : 0) | (this.paused ? 0x10 : 0) | (busy ? 0x20 : 0);
      this.say(Uint8Array.of(bits));
      return;
    }
    const doing = this.paused ? '`' : busy ? 'P' : '@';
    const media = String.fromCharCode(0x40 + (this.out ? 1 : 0) + (this.open ? 0x20 : 0));
    this.say(toBytes(`\x02${doing}@@${media}\x03\r\n`));
  }
}
