import { describe, expect, it } from '@jest/globals';
import { KEEP_ACKED_MS, mayGoTo, noted, wentBack } from './retention.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('what is noted of the acknowledgements', () => {
  it('is one checkpoint in half an hour, and none while the core gets no further', () => {
    const first = noted([], 0, 10);
    expect(first).toEqual([{ ranMs: 0, seq: 10 }]);
    expect(noted(first, 29 * MINUTE, 90)).toBe(first);
    const second = noted(first, 30 * MINUTE, 90);
    expect(second).toEqual([...first, { ranMs: 30 * MINUTE, seq: 90 }]);
    expect(noted(second, 9 * HOUR, 90)).toBe(second);
    expect(noted([], 0, 0)).toEqual([]);
  });

  it('stays a handful of numbers per stream, however much is scanned', () => {
    let list: ReturnType<typeof noted> = [];
    for (let ranMs = 0, seq = 0; ranMs < KEEP_ACKED_MS; ranMs += MINUTE) list = noted(list, ranMs, ++seq);
    expect(list).toHaveLength(48);
  });

  it('lets records go 24 hours after the core was seen to have them, and none before', () => {
    const list = [
      { ranMs: 0, seq: 10 },
      { ranMs: HOUR, seq: 20 },
    ];
    expect(mayGoTo(list, 24 * HOUR - 1)).toBe(0);
    expect(mayGoTo(list, 24 * HOUR)).toBe(10);
    expect(mayGoTo(list, 25 * HOUR)).toBe(20);
    expect(mayGoTo([], 99 * HOUR)).toBe(0);
  });

  it('is void for what a restored core has to take again', () => {
    const list = [
      { ranMs: 0, seq: 10 },
      { ranMs: HOUR, seq: 20 },
    ];
    expect(wentBack(list, 20)).toBe(list);
    expect(wentBack(list, 15)).toEqual([{ ranMs: 0, seq: 10 }]);
  });
});
