import { join } from 'node:path';
import { Piscina } from 'piscina';
import { type PaperReader, paperFrom, readCommands } from './paper-reader.js';
import type { Tally } from './tally.js';

/** Reads what printers print: an even share of the labels is drawn and decoded, the others are read by their commands. */
export class LabelReader {
  private readonly drawing = new Piscina({
    filename: join(import.meta.dirname, 'label-worker.js'),
    minThreads: 0,
    maxThreads: 1,
  });
  private printed = 0;

  /** @param share of the labels to draw, 0 to 1 */
  constructor(
    private readonly share: number,
    private readonly tally: Tally,
  ) {}

  readonly read: PaperReader = async (zpl) => {
    const n = this.printed++;
    // Evenly spread, the first one among them.
    if (Math.ceil((n + 1) * this.share) === Math.ceil(n * this.share)) return readCommands(zpl);
    const paper = paperFrom(zpl, (await this.drawing.run(zpl)) as string[]);
    this.tally.count('labels drawn and decoded');
    return paper;
  };

  async close(): Promise<void> {
    await this.drawing.destroy();
  }
}
