import { describe, expect, it } from '@jest/globals';
import { pauseBeforeRestart } from './back-off.js';

describe('the pause before a restart', () => {
  it('grows with every fall up to half a minute', () => {
    const pauses: number[] = [];
    let falls = 0;
    for (let fall = 0; fall < 9; fall++) {
      const next = pauseBeforeRestart(falls, 100);
      falls = next.falls;
      pauses.push(next.pauseMs);
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });

  it('is short again after a minute of work', () => {
    expect(pauseBeforeRestart(9, 60_000)).toEqual({ pauseMs: 500, falls: 1 });
  });
});
