import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DutyChange, type LaneLoad, rebalanceLanes, type ServiceLoad } from './rebalance-lanes.js';

const now = new Date('2026-03-02T12:00:00Z');
const ago = (ms: number) => new Date(now.getTime() - ms);
const settings = { blockedAfterMs: 5_000, holdMs: 60_000, worthwhile: 20 };
const lane = (id: string, over: Partial<LaneLoad> = {}): LaneLoad => ({
  id,
  code: id,
  closed: false,
  fill: 'clear',
  fillSince: null,
  forcedOpen: false,
  lying: 0,
  capacity: 40,
  ...over,
});
const service = (name: string, lanes: string[], over: Partial<ServiceLoad> = {}): ServiceLoad => ({
  carrier: name,
  service: 'STD',
  truck: null,
  parcels: 10,
  cutOffAt: null,
  lanes: lanes.map((laneId, at) => ({ laneId, rank: at + 1 })),
  duty: null,
  ...over,
});
const moves = (services: ServiceLoad[], lanes: LaneLoad[], at = now) =>
  rebalanceLanes(services, lanes, at, settings).map(
    ({ carrier, fromLaneId, toLaneId }) => `${carrier}: ${fromLaneId} to ${toLaneId}`,
  );

describe('rebalanceLanes', () => {
  it('leaves what works alone', () => {
    expect(moves([service('S', ['A', 'B']), service('P', ['B', 'A'])], [lane('A'), lane('B')])).toEqual([]);
  });

  it('moves a service off a closed lane at once, and says why', () => {
    const lanes = [lane('A', { closed: true }), lane('B')];
    expect(rebalanceLanes([service('S', ['A', 'B'])], lanes, now, settings)).toEqual([
      { carrier: 'S', service: 'STD', truck: null, fromLaneId: 'A', toLaneId: 'B', because: 'A is closed' },
    ]);
  });

  it.each([
    ['full for a moment', { fill: 'full', fillSince: ago(4_000) }, []],
    ['full for long', { fill: 'full', fillSince: ago(6_000) }, ['S: A to B']],
    ['jammed for long', { fill: 'jam', fillSince: ago(6_000) }, ['S: A to B']],
    ['full, but open by a supervisor', { fill: 'full', fillSince: ago(6_000), forcedOpen: true }, []],
    ['nearly full beside an empty one', { lying: 38 }, ['S: A to B']],
    ['half full', { lying: 20 }, []],
  ] as const)('a lane that is %s', (_name, over, expected) => {
    expect(moves([service('S', ['A', 'B'])], [lane('A', over), lane('B')])).toEqual(expected);
  });

  it('shares out lanes: two services take one lane only when no other will do', () => {
    const lanes = [lane('A', { closed: true }), lane('B'), lane('C')];
    const services = [service('S', ['A', 'B', 'C']), service('P', ['B', 'A'])];
    expect(moves(services, lanes)).toEqual(['S: A to C']);
    expect(moves(services.slice(0, 2), [lanes[0]!, lanes[1]!])).toEqual(['S: A to B']);
  });

  it('gives the lane that two want to the one whose cut-off is near', () => {
    const lanes = [lane('A', { closed: true }), lane('B'), lane('C', { lying: 30 })];
    const soon = new Date(now.getTime() + 5 * 60_000);
    const services = (late: string) =>
      ['S', 'P'].map((name) => service(name, ['A', 'B', 'C'], { cutOffAt: name === late ? soon : null }));
    expect(moves(services('S'), lanes)).toContain('S: A to B');
    expect(moves(services('P'), lanes)).toContain('P: A to B');
  });

  it('goes back to the better lane only after the hold', () => {
    const lanes = [lane('A'), lane('B')];
    const onDuty = (sinceMs: number) => [
      service('S', ['A', 'B'], { duty: { laneId: 'B', since: ago(sinceMs) } }),
    ];
    expect(moves(onDuty(59_000), lanes)).toEqual([]);
    expect(moves(onDuty(60_000), lanes)).toEqual(['S: B to A']);
  });

  it('leaves a lane on duty during the hold when it is blocked', () => {
    const lanes = [lane('A'), lane('B', { closed: true })];
    expect(moves([service('S', ['A', 'B'], { duty: { laneId: 'B', since: ago(1) } })], lanes)).toEqual([
      'S: B to A',
    ]);
  });

  it('stays where it is when every lane is blocked', () => {
    const lanes = [lane('A', { closed: true }), lane('B', { closed: true })];
    expect(moves([service('S', ['A', 'B'])], lanes)).toEqual([]);
  });
});

describe('laws', () => {
  const ids = ['A', 'B', 'C', 'D'];
  const anyLane = (id: string) =>
    fc
      .record({
        closed: fc.boolean(),
        fill: fc.constantFrom<LaneLoad['fill']>('clear', 'full', 'jam'),
        sinceMs: fc.integer({ min: 0, max: 20_000 }),
        lying: fc.integer({ min: 0, max: 40 }),
      })
      .map(({ sinceMs, ...over }) => lane(id, { ...over, fillSince: ago(sinceMs) }));
  const anyLanes = fc.tuple(...ids.map(anyLane));
  const anyService = (name: string) =>
    fc
      .record({ lanes: fc.shuffledSubarray(ids, { minLength: 1 }), parcels: fc.nat(200) })
      .map(({ lanes, parcels }) => service(name, lanes, { parcels }));
  const anyServices = fc.tuple(...['S', 'P', 'Q', 'R', 'T'].map(anyService));
  const works = (of: LaneLoad) =>
    !of.closed && (of.fill === 'clear' || now.getTime() - of.fillSince!.getTime() < 5_000);
  const after = (services: readonly ServiceLoad[], changes: readonly DutyChange[], since: Date) =>
    services.map((each) => {
      const change = changes.find(({ carrier }) => carrier === each.carrier);
      return change ? { ...each, duty: { laneId: change.toLaneId, since } } : each;
    });

  it('a service moves only to a lane that it may take and that works', () => {
    fc.assert(
      fc.property(anyServices, anyLanes, (services, lanes) => {
        for (const { carrier, toLaneId } of rebalanceLanes(services, lanes, now, settings)) {
          const allowed = services.find((each) => each.carrier === carrier)!.lanes;
          expect(allowed.map(({ laneId }) => laneId)).toContain(toLaneId);
          expect(works(lanes.find(({ id }) => id === toLaneId)!)).toBe(true);
        }
      }),
    );
  });

  it('a service leaves a blocked lane whenever one of its lanes works', () => {
    fc.assert(
      fc.property(anyServices, anyLanes, (services, lanes) => {
        const changes = rebalanceLanes(services, lanes, now, settings);
        for (const each of services) {
          const on = (laneId: string) => works(lanes.find(({ id }) => id === laneId)!);
          const stays = !changes.some(({ carrier }) => carrier === each.carrier);
          if (stays && !on(each.lanes[0]!.laneId)) {
            expect(each.lanes.some(({ laneId }) => on(laneId))).toBe(false);
          }
        }
      }),
    );
  });

  it('nothing moves again while the lanes stay as they are', () => {
    fc.assert(
      fc.property(anyServices, anyLanes, (services, lanes) => {
        const moved = after(services, rebalanceLanes(services, lanes, now, settings), now);
        expect(rebalanceLanes(moved, lanes, now, settings)).toEqual([]);
      }),
    );
  });

  it('lanes that flap, however they flap, move a service at most once a hold while its lane is not blocked', () => {
    const eyes = fc.array(anyLanes, { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(eyes, (history) => {
        let services = [service('S', ['A', 'B', 'C', 'D'])];
        let movedAt = Number.NEGATIVE_INFINITY;
        history.forEach((lanes, second) => {
          const at = new Date(now.getTime() + second * 1_000);
          // Each photo-eye changes too often to be blocked for long; nobody closes a lane.
          const flapping = lanes.map((each) => ({ ...each, closed: false, fillSince: at }));
          const changes = rebalanceLanes(services, flapping, at, settings);
          if (changes.length > 0) {
            expect(at.getTime() - movedAt).toBeGreaterThanOrEqual(settings.holdMs);
            movedAt = at.getTime();
          }
          services = after(services, changes, at) as typeof services;
        });
      }),
    );
  });
});
