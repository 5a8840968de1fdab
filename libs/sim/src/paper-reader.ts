import { identifyScan } from '#lib/barcodes';
import type { Paper } from './paper.js';

/** Reads a printed label and says what a scanner finds on it. */
export type PaperReader = (zpl: string) => Promise<Paper>;

/** The paper from the symbols on it. Throws when the label can't be used on a conveyor. */
export function paperFrom(zpl: string, scans: readonly string[]): Paper {
  let belt = '';
  let squareCode = '';
  let sscc = '';
  let nonce = '';
  for (const scan of scans) {
    const code = identifyScan(scan);
    if (code.kind !== 'sscc') continue;
    sscc = code.value;
    if (code.printNonce === null) belt = scan;
    else {
      squareCode = scan;
      nonce = code.printNonce;
    }
  }
  if (!belt || !squareCode)
    throw new Error(`a label without ${belt ? 'its square code' : 'SSCC bars'}: ${scans.join(' | ')}`);
  return { zpl, sscc, nonce, squareCode, belt };
}

/**
 * What the label's own commands say it holds, without drawing it: for the demo, which must leave the processor to those who look at
 * it. The simulation draws and decodes each label instead (label-worker.ts).
 */
export async function readCommands(zpl: string): Promise<Paper> {
  const square = /\^BX[^^]*(?:\^FH)?\^FD[^^]*?(00\d{18}97[A-Za-z0-9]+)\^FS/.exec(zpl)?.[1];
  if (!square) throw new Error('a label without its square code');
  return paperFrom(zpl, [`]d2${square}`, `]C1${square.slice(0, 20)}`]);
}
