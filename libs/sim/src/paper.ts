import { Bell } from './waiting.js';

/** A label as it came out of a printer, and what a scanner reads on it. */
export interface Paper {
  zpl: string;
  sscc: string;
  /** Names the print: only the newest paper of a parcel is valid. */
  nonce: string;
  /** The square code: SSCC with the print's nonce, as a scanner sends it (AIM identifier in front). */
  squareCode: string;
  /** What the conveyor's scan point reads: the SSCC bars. */
  belt: string;
}

/** The tray of one printer: labels in the order in which they came out. */
export class PaperTray {
  private readonly papers: Paper[] = [];
  private readonly arrived = new Bell<Paper>();

  put(paper: Paper): void {
    this.papers.push(paper);
    if (this.papers.length > 500) this.papers.shift();
    this.arrived.ring(paper);
  }

  /** A paper that turned out to be replaced goes into the bin. */
  discard(paper: Paper): void {
    const at = this.papers.indexOf(paper);
    if (at >= 0) this.papers.splice(at, 1);
  }

  /** The newest paper of this parcel; waits for it when it is still being read. Null when none came. */
  async take(sscc: string, limitMs: number): Promise<Paper | null> {
    const found = this.papers.findLast((paper) => paper.sscc === sscc);
    return found ?? this.arrived.next(limitMs, (paper) => paper.sscc === sscc);
  }
}
