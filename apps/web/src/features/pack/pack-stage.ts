import type { PackView } from '#lib/contracts';

/** What the packer does next; everything on the screen follows from it. */
export type PackStage =
  | 'scan-tote'
  | 'scan-items'
  | 'weigh'
  | 'weight-mismatch'
  | 'printing'
  | 'print-trouble'
  | 'scan-label'
  | 'finished';

export interface Mismatch {
  expected: number;
  weighed: number;
}

/** The bench as the packer sees it. */
export interface Bench {
  pack: PackView | null;
  mismatch: Mismatch | null;
  /** The label on the carton was scanned: it is this parcel's and no neighbour's. */
  labelSeen: boolean;
}

export const emptyBench: Bench = { pack: null, mismatch: null, labelSeen: false };

const ON_ITS_WAY = new Set(['verified', 'labelled']);

export function packStage({ pack, mismatch, labelSeen }: Bench): PackStage {
  if (!pack) return 'scan-tote';
  if (pack.parcelState === 'open' || pack.parcelState === 'planned') {
    if (unitsLeft(pack) > 0) return 'scan-items';
    return mismatch ? 'weight-mismatch' : 'weigh';
  }
  if (labelSeen) return 'finished';
  if (pack.parcelState === 'closed' || ON_ITS_WAY.has(pack.parcelState)) {
    const print = pack.print?.state;
    if (print === 'failed' || print === 'unknown') return 'print-trouble';
    return print === 'printed' ? 'scan-label' : 'printing';
  }
  return 'finished';
}

/** Units still to be scanned, of all lines. */
export function unitsLeft(pack: PackView): number {
  return pack.lines.reduce((sum, line) => sum + Math.max(0, line.picked - line.packed), 0);
}

/** Less than this is an empty scale and no carton. */
const CARTON_MIN_GRAMS = 5;

/** True when this weight should be tried: a carton lies there, and not with the weight that was refused before. */
export function isWorthClosing(bench: Bench, grams: number): boolean {
  const stage = packStage(bench);
  if (grams < CARTON_MIN_GRAMS) return false;
  return stage === 'weigh' || (stage === 'weight-mismatch' && grams !== bench.mismatch?.weighed);
}
