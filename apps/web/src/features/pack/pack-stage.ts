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

export function packStage(pack: PackView | null, mismatch: boolean): PackStage {
  if (!pack) return 'scan-tote';
  if (pack.parcelState === 'open' || pack.parcelState === 'planned') {
    if (pack.lines.some((line) => line.packed < line.picked)) return 'scan-items';
    return mismatch ? 'weight-mismatch' : 'weigh';
  }
  if (pack.parcelState === 'closed' || pack.parcelState === 'verified') {
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
