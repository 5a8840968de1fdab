import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChannelQueue, decideRelease } from './decide-release.js';

const now = new Date('2026-03-02T10:00:00Z');
const before = (ms: number) => new Date(now.getTime() - ms);

function queue(over: Partial<ChannelQueue> = {}): ChannelQueue {
  return {
    state: 'open',
    maxInFlight: 40,
    batchOrders: 12,
    inFlight: 0,
    waiting: 30,
    oldestReadyAt: before(60_000),
    nearestCutOffAt: new Date('2026-03-02T16:00:00Z'),
    ...over,
  };
}

describe('decideRelease', () => {
  it.each([
    ['a full batch', {}, 12],
    ['what waited long enough', { waiting: 3 }, 3],
    ['a last batch that just fits', { inFlight: 28 }, 12],
    [
      'a single order that must leave soon',
      { waiting: 1, oldestReadyAt: now, nearestCutOffAt: new Date('2026-03-02T11:00:00Z') },
      1,
    ],
  ])('lets go %s', (_name, over, release) => {
    expect(decideRelease(queue(over), now)).toEqual({ release });
  });

  it.each([
    ['asleep', { state: 'asleep' as const }, 'asleep'],
    ['locked', { state: 'locked' as const }, 'locked by a person'],
    ['nobody waits', { waiting: 0, oldestReadyAt: null }, 'no order waits'],
    ['the floor is full', { inFlight: 39 }, '39 of at most 40 orders are on the floor'],
    ['a few have only just come', { waiting: 3, oldestReadyAt: before(2_000) }, 'gathering: 3 of 12 orders'],
  ])('says why not when %s', (_name, over, because) => {
    expect(decideRelease(queue(over), now)).toMatchObject({ release: 0, because });
  });

  it('never lets more onto the floor than the channel allows', () => {
    const int = fc.integer({ min: 0, max: 200 });
    fc.assert(
      fc.property(
        int,
        int,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        (inFlight, waiting, maxInFlight, batchOrders) => {
          const { release } = decideRelease(queue({ inFlight, waiting, maxInFlight, batchOrders }), now);
          expect(release).toBeLessThanOrEqual(Math.max(0, maxInFlight - inFlight));
          expect(release).toBeLessThanOrEqual(waiting);
        },
      ),
    );
  });
});
