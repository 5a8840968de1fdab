import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameRing } from './frame-ring.js';

const bytes = (text: string) => Buffer.from(text);
const textOf = (hex: string) => Buffer.from(hex, 'hex').toString();

describe('the ring', () => {
  it('gives back what was put in, with what it meant, newest included', () => {
    const ring = new FrameRing();
    ring.add('out', bytes('S\r\n'), 1_000);
    ring.add('in', bytes('S S 1.250 kg\r\n'), 1_020);
    ring.decode('weigh.stable 1.250 kg');
    ring.decode('and more');
    expect(ring.after(0, 10)).toEqual([
      { n: 1, at: '1970-01-01T00:00:01.000Z', direction: 'out', hex: '530d0a' },
      {
        n: 2,
        at: '1970-01-01T00:00:01.020Z',
        direction: 'in',
        hex: bytes('S S 1.250 kg\r\n').toString('hex'),
        decoded: 'weigh.stable 1.250 kg; and more',
      },
    ]);
  });

  it('is empty in the beginning', () => {
    const ring = new FrameRing();
    expect([ring.oldest, ring.newest, ring.after(0, 10), ring.before(5, 10)]).toEqual([0, 0, [], []]);
  });

  it('keeps copies: a port may use its buffer again', () => {
    const ring = new FrameRing();
    const chunk = bytes('first');
    ring.add('in', chunk, 0);
    chunk.fill(0);
    expect(textOf(ring.after(0, 1)[0]!.hex)).toBe('first');
  });

  it('holds the last 10,000 lines and a bounded memory, however much passes', () => {
    const ring = new FrameRing();
    for (let n = 1; n <= 60_000; n += 1) ring.add('in', bytes(`line ${n} with some bytes`), n);
    expect(ring.newest - ring.oldest + 1).toBe(10_000);
    expect(ring.before(Number.MAX_SAFE_INTEGER, 1).map(({ hex }) => textOf(hex))).toEqual([
      'line 60000 with some bytes',
    ]);
    for (let n = 0; n < 3_000; n += 1) ring.add('out', Buffer.alloc(9_000, 65), n);
    expect(ring.heldBytes).toBeLessThanOrEqual(1024 * 1024);
    expect(ring.after(0, 1)[0]!.hex).toHaveLength(2 * 4_096);
  });

  it('reads the same lines from either end, in any pages', () => {
    const lines = fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 300 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 70 }), (all, page) => {
        const ring = new FrameRing(50, 128 * 1024);
        for (const [i, line] of all.entries()) ring.add('in', line, i);
        const expected = all
          .slice(all.length === 0 ? 0 : ring.oldest - 1)
          .map((line) => Buffer.from(line).toString('hex'));
        expect(all.length === 0 || expected.length <= 50).toBe(true);
        const forth: string[] = [];
        for (let n = 0; n < ring.newest; ) {
          const frames = ring.after(n, page);
          forth.push(...frames.map(({ hex }) => hex));
          n = frames.at(-1)!.n;
        }
        const back: string[] = [];
        for (let n = ring.newest + 1; n > ring.oldest && ring.newest > 0; ) {
          const frames = ring.before(n, page);
          back.unshift(...frames.map(({ hex }) => hex));
          n = frames[0]!.n;
        }
        expect(forth).toEqual(expected);
        expect(back).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
