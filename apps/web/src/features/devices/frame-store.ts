import type { DeviceFrame, FrameBatch, FramePage } from '#lib/contracts';

export type FrameRow = DeviceFrame & { ascii: string };

const KEPT_MAX = 10_000;

/**
 * The lines of one device as this page has them: live ones in bundles, older ones fetched. Bounded, and filtered as they come,
 * so that drawing costs the same however fast the device talks.
 */
export class FrameStore {
  private all: FrameRow[] = [];
  private matching: FrameRow[] = [];
  private wanted = '';
  private session = '';
  /** Rises with every change: what a drawn page compares. */
  version = 0;
  /** Lines that were left out on their way; the agent's ring has them. */
  skipped = 0;

  /** What the filter lets through, oldest first. */
  get rows(): readonly FrameRow[] {
    return this.matching;
  }

  get size(): number {
    return this.all.length;
  }

  /** 0 while there is none. */
  get newest(): number {
    return this.all.at(-1)?.n ?? 0;
  }

  get oldest(): number {
    return this.all[0]?.n ?? 0;
  }

  /** Live lines. Another session of the agent begins anew. */
  add({ session, frames, skipped }: FrameBatch): void {
    this.begin(session);
    const newest = this.newest;
    const fresh = frames.filter(({ n }) => n > newest).map(rowOf);
    this.skipped += skipped;
    this.all.push(...fresh);
    for (const row of fresh) if (this.matches(row)) this.matching.push(row);
    this.trim();
    this.version += 1;
  }

  /** Lines of the agent's ring, from before what is here or the first of all. */
  addOlder({ session, frames }: FramePage): void {
    this.begin(session);
    const oldest = this.oldest || Number.POSITIVE_INFINITY;
    this.all = [...frames.filter(({ n }) => n < oldest).map(rowOf), ...this.all];
    this.refilter();
  }

  filter(wanted: string): void {
    this.wanted = wanted.trim().toLowerCase();
    this.refilter();
  }

  private begin(session: string): void {
    if (session === this.session) return;
    this.session = session;
    this.all = [];
    this.matching = [];
    this.skipped = 0;
  }

  private refilter(): void {
    this.matching = this.wanted ? this.all.filter((row) => this.matches(row)) : [...this.all];
    this.version += 1;
  }

  private matches({ ascii, hex, decoded, direction }: FrameRow): boolean {
    if (!this.wanted) return true;
    return `${ascii} ${hex} ${decoded ?? ''} ${direction}`.toLowerCase().includes(this.wanted);
  }

  /** Cut in larger steps: moving ten thousand lines for each new one would be what costs. */
  private trim(): void {
    if (this.all.length > KEPT_MAX * 1.2) this.all = this.all.slice(-KEPT_MAX);
    const oldest = this.oldest;
    if (this.matching.length > 0 && this.matching[0]!.n < oldest) {
      this.matching = this.matching.slice(this.matching.findIndex(({ n }) => n >= oldest));
    }
  }
}

function rowOf(frame: DeviceFrame): FrameRow {
  return { ...frame, ascii: asciiOf(frame.hex) };
}

const NAMED: Readonly<Record<number, string>> = {
  0: 'NUL',
  2: 'STX',
  3: 'ETX',
  6: 'ACK',
  9: 'TAB',
  10: 'LF',
  13: 'CR',
  21: 'NAK',
  29: 'GS',
};

/** Bytes as a person reads them: printable ASCII, control characters by name, the rest as a middle dot. */
export function asciiOf(hex: string): string {
  let text = '';
  for (let i = 0; i + 1 < hex.length; i += 2) {
    const code = Number.parseInt(hex.slice(i, i + 2), 16);
    const name = NAMED[code];
    if (name) text += `<${name}>`;
    else text += code >= 32 && code < 127 ? String.fromCharCode(code) : '·';
  }
  return text;
}

/** `53 20 53`: bytes apart, as a manual prints them. */
export function spacedHex(hex: string): string {
  return hex.replace(/(..)(?=.)/g, '$1 ');
}
