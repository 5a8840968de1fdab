import { describe, expect, it } from '@jest/globals';
import type { DeviceFrame, FrameBatch } from '#lib/contracts';
import { asciiOf, FrameStore, spacedHex } from './frame-store.js';

const hexOf = (text: string) => Buffer.from(text).toString('hex');
const frame = (n: number, text = `line ${n}`): DeviceFrame => ({
  n,
  at: '2026-01-01T00:00:00.000Z',
  direction: 'in',
  hex: hexOf(text),
});
const batch = (from: number, to: number, changes: Partial<FrameBatch> = {}): FrameBatch => ({
  device: 'd',
  session: 's',
  frames: Array.from({ length: to - from + 1 }, (_, i) => frame(from + i)),
  skipped: 0,
  ...changes,
});
const numbers = (store: FrameStore) => store.rows.map(({ n }) => n);

describe('the frames of a page', () => {
  it('take live lines and older ones, each once and in order', () => {
    const store = new FrameStore();
    store.add(batch(5, 7));
    store.addOlder({ session: 's', frames: batch(2, 6).frames, oldest: 1, newest: 7 });
    store.add(batch(6, 9));
    expect(numbers(store)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('begin anew with another session of the agent', () => {
    const store = new FrameStore();
    store.add(batch(5, 7));
    store.add(batch(1, 2, { session: 't' }));
    expect(numbers(store)).toEqual([1, 2]);
  });

  it('are filtered as they come, and again when the filter changes', () => {
    const store = new FrameStore();
    store.filter('line 1');
    store.add(batch(1, 30));
    expect(numbers(store)).toEqual([1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    store.filter('');
    expect(store.rows).toHaveLength(30);
    store.filter(hexOf('line 2'));
    expect(numbers(store)[0]).toBe(2);
  });

  it('stay bounded, filtered or not', () => {
    const store = new FrameStore();
    store.filter('0');
    for (let n = 1; n <= 50_000; n += 100) store.add(batch(n, n + 99, { skipped: 1 }));
    expect(store.size).toBeLessThanOrEqual(12_000);
    expect(store.rows[0]!.n).toBeGreaterThanOrEqual(store.oldest);
    expect([store.newest, store.skipped]).toEqual([50_000, 500]);
  });
});

it('shows bytes as people read them', () => {
  expect([asciiOf('024120310d0a1dff'), spacedHex('024120'), spacedHex('')]).toEqual([
    '<STX>A 1<CR><LF><GS>·',
    '02 41 20',
    '',
  ]);
});
