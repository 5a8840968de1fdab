import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChannelQueue, decideRelease, tryAgainAt } from './decide-release.js';
import type { Room } from './work-in-progress.js';

const now = new Date('2026-03-02T10:00:00Z');
const before = (ms: number) => new Date(now.getTime() - ms);

function queue(over: Partial<ChannelQueue> = {}): ChannelQueue {
  return {
    state: 'open',
    maxInFlight: 40,
    batchOrders: 12,
    inFlight: 0,
    waiting: 30,
    withoutLane: [],
    oldestReadyAt: before(60_000),
    nearestCutOffAt: new Date('2026-03-02T16:00:00Z'),
    stuck: null,
    ...over,
  };
}

const unlimited: Room = {
  orders: Number.POSITIVE_INFINITY,
  picking: 0,
  pressures: [],
  exceptServices: [],
};

const stop = (code: string, text: string): Room => ({
  ...unlimited,
  orders: 0,
  picking: 50,
  pressures: [{ code, text, facts: {}, effect: 'stop', stage: 'pack', services: [] }],
});

describe('a channel whose waves could not be planned', () => {
  it.each([
    [1, 1],
    [2, 2],
    [4, 8],
    [7, 60],
    [40, 60],
  ])('after %i of them waits %i min', (waves, minutes) => {
    const lastAt = before(0);
    expect(tryAgainAt({ waves, lastAt })).toEqual(new Date(lastAt.getTime() + minutes * 60_000));
  });

  it('says so, and tries again then', () => {
    const stuck = { waves: 3, lastAt: before(90_000) };
    expect(decideRelease(queue({ stuck }), unlimited, now)).toMatchObject({
      release: 0,
      note: 'the waves of its channel could not be planned',
      reasons: [
        {
          code: 'channel-stuck',
          facts: { waves: 3, againAt: '2026-03-02T10:02:30.000Z' },
          text: 'Its last 3 waves could not be planned, it tries again in 3 min.',
        },
      ],
    });
    const later = new Date(now.getTime() + 150_000);
    expect(decideRelease(queue({ stuck }), unlimited, later)).toEqual({ release: 12 });
  });
});

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
    expect(decideRelease(queue(over), unlimited, now)).toEqual({ release });
  });

  it.each([
    ['asleep', { state: 'asleep' as const }, 'channel-asleep', 'asleep'],
    ['locked', { state: 'locked' as const }, 'channel-locked', 'locked by a person'],
    ['nobody waits', { waiting: 0, oldestReadyAt: null }, 'no-order', 'no order waits'],
    ['the floor is full', { inFlight: 39 }, 'channel-full', '39 of at most 40 orders are on the floor'],
    [
      'a few have only just come',
      { waiting: 3, oldestReadyAt: before(2_000) },
      'gathering',
      'gathering: 3 of 12 orders',
    ],
  ])('says why not when %s', (_name, over, code, because) => {
    expect(decideRelease(queue(over), unlimited, now)).toMatchObject({
      release: 0,
      because,
      reasons: [{ code }],
    });
  });

  it.each([
    ['a stage is full', queue(), stop('packing-backlog', 'P.'), 'packing-backlog'],
    ['the pickers have too many', queue(), { ...unlimited, orders: 5, picking: 45 }, 'no-room-to-pick'],
    [
      'only orders without a lane wait',
      queue({ waiting: 0, withoutLane: [{ service: 'post/x', orders: 4 }] }),
      {
        ...unlimited,
        pressures: [
          {
            code: 'lane-full',
            text: 'L.',
            facts: {},
            effect: 'services' as const,
            stage: null,
            services: [{ carrier: 'post', service: 'x' }],
          },
        ],
      },
      'lane-full',
    ],
  ])('is held back when %s', (_name, held, room, code) => {
    expect(decideRelease(held, room, now)).toMatchObject({ release: 0, reasons: [{ code }] });
  });

  it('lets a few orders gather longer while the pickers have a batch before them, but not for ever', () => {
    const few = (waitedMs: number, picking: number) =>
      decideRelease(queue({ waiting: 3, oldestReadyAt: before(waitedMs) }), { ...unlimited, picking }, now);
    expect(few(60_000, 12)).toMatchObject({ release: 0, reasons: [{ code: 'gathering' }] });
    expect(few(60_000, 11)).toEqual({ release: 3 });
    expect(few(5 * 60_000, 12)).toEqual({ release: 3 });
  });

  it('fills a limit that is smaller than a batch', () => {
    expect(decideRelease(queue(), { ...unlimited, orders: 5 }, now)).toEqual({ release: 5 });
  });

  it('never lets more onto the floor than the channel and the site allow', () => {
    const int = fc.integer({ min: 0, max: 200 });
    const some = fc.integer({ min: 1, max: 100 });
    const state = fc.record({
      inFlight: int,
      waiting: int,
      maxInFlight: some,
      batchOrders: some,
      orders: int,
      picking: int,
    });
    fc.assert(
      fc.property(state, ({ orders, picking, ...channel }) => {
        const { release } = decideRelease(queue(channel), { ...unlimited, orders, picking }, now);
        expect(release).toBeLessThanOrEqual(Math.max(0, channel.maxInFlight - channel.inFlight));
        expect(release).toBeLessThanOrEqual(channel.waiting);
        expect(release).toBeLessThanOrEqual(orders);
      }),
    );
  });
});
