import type { ConsoleLive } from '#lib/contracts';
import { asciiOf, FrameRing } from './frame-ring.js';

type Heard = ConsoleLive['console.frame'];
const frame = (hex: string): Heard => ({ agent: 'edge-01', device: 'SCALE-01', hex }) as Heard;

describe('FrameRing', () => {
  it('keeps the newest however many come', () => {
    const ring = new FrameRing(10);
    for (let n = 0; n < 1000; n += 1) ring.add(frame(n.toString(16).padStart(4, '0')));
    expect(ring.total).toBe(1000);
    const all = ring.last(10_000, () => true);
    expect(all.length).toBeLessThanOrEqual(12);
    expect(all.at(-1)!.hex).toBe('03e7');
  });

  it('gives the newest that match, oldest first, each with a number of its own', () => {
    const ring = new FrameRing();
    for (const hex of ['41', '42', '41', '43', '41']) ring.add(frame(hex));
    expect(ring.last(2, ({ hex }) => hex === '41').map(({ n }) => n)).toEqual([3, 5]);
  });
});

describe('asciiOf', () => {
  it('shows what cannot be printed as a dot', () => {
    expect(asciiOf('02533030310d0a')).toBe('·S001··');
  });

  it('leaves half a byte out', () => {
    expect(asciiOf('414')).toBe('A');
  });
});
