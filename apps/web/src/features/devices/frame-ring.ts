import type { ConsoleLive } from '#lib/contracts';

export type Frame = ConsoleLive['console.frame'] & { n: number };

/** The last frames, always on: a ring that never grows beyond `size` however fast the device talks. */
export class FrameRing {
  private frames: Frame[] = [];
  private counter = 0;

  constructor(private readonly size = 10_000) {}

  add(frame: ConsoleLive['console.frame']): void {
    this.counter += 1;
    this.frames.push({ ...frame, n: this.counter });
    if (this.frames.length > this.size * 1.2) this.frames = this.frames.slice(-this.size);
  }

  /** The newest `count` frames that match, oldest first. */
  last(count: number, matches: (frame: Frame) => boolean): Frame[] {
    const found: Frame[] = [];
    for (let i = this.frames.length - 1; i >= 0 && found.length < count; i -= 1) {
      const frame = this.frames[i]!;
      if (matches(frame)) found.push(frame);
    }
    return found.reverse();
  }

  get total(): number {
    return this.counter;
  }
}

/** Bytes as a person reads them: printable ASCII, the rest as a middle dot. */
export function asciiOf(hex: string): string {
  let text = '';
  for (let i = 0; i + 1 < hex.length; i += 2) {
    const code = Number.parseInt(hex.slice(i, i + 2), 16);
    text += code >= 32 && code < 127 ? String.fromCharCode(code) : '·';
  }
  return text;
}
