import { describe, expect, it } from '@jest/globals';
import { lockedForMs } from './lock-out.js';
import { newApiKey, newSessionToken, partsOfApiKey, siteOfSession } from './tokens.js';

const now = new Date('2026-01-05T08:00:00Z');
const after = (failures: number, msAgo: number) =>
  lockedForMs({ failures, lastAt: new Date(now.getTime() - msAgo) }, now);

describe('lockedForMs', () => {
  it.each([
    [0, 0, 0],
    [4, 0, 0],
    [5, 0, 15_000],
    [5, 14_000, 1_000],
    [5, 15_000, 0],
    [6, 0, 30_000],
    [10, 0, 480_000],
    [11, 0, 900_000],
    [500, 0, 900_000],
    [500, 900_001, 0],
  ])('after %i failures, the last %i ms ago: %i ms', (failures, msAgo, ms) =>
    expect(after(failures, msAgo)).toBe(ms),
  );

  it('lets whoever never failed try', () => expect(lockedForMs(null, now)).toBe(0));
});

describe('tokens', () => {
  it('say where they belong and nothing else', () => {
    expect(siteOfSession(newSessionToken(17))).toBe(17);
    const { key, prefix, secret } = newApiKey();
    expect(partsOfApiKey(key)).toEqual({ prefix, secret });
  });

  it.each([
    '',
    'whs_',
    'whs_1_short',
    `whs_-1_${'x'.repeat(43)}`,
    `whs_1_${'x'.repeat(44)}`,
    "whs_1_' or 1=1",
  ])('%p is no session token', (text) => expect(siteOfSession(text)).toBeNull());
});
