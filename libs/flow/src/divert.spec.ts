import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EdgeLane, EdgePoint } from '#lib/contracts';
import { chooseLane, type Divert, decideDivert, type Lanes, type Seen } from './divert.js';

const lanesOf = (states: Record<string, EdgeLane['state']>): Lanes =>
  new Map(Object.entries(states).map(([code, state]) => [code, { state }]));

const routed = (lane: string, alternatives: string[] = [], laps = 0): Seen => ({
  kind: 'routed',
  route: { lane, alternatives },
  laps,
});

const loop: EdgePoint = {
  code: 'P1',
  device: 'plc-1',
  exceptionLane: 'EXC',
  noReadLane: 'NOREAD',
  recirculationLane: 'LOOP',
  lapsMax: 2,
  deadlineMs: 600,
};
const straight: EdgePoint = { ...loop, recirculationLane: null };

describe('decideDivert', () => {
  const cases: [string, Seen, Lanes, Divert][] = [
    ['takes the planned lane when it is open', routed('A'), lanesOf({ A: 'open' }), divert('A')],
    [
      'names the other open lanes as alternatives',
      routed('A', ['B', 'C']),
      lanesOf({ A: 'open', B: 'full', C: 'open' }),
      divert('A', ['C']),
    ],
    [
      'takes the first open alternative when the lane is full',
      routed('A', ['B', 'C']),
      lanesOf({ A: 'full', B: 'jam', C: 'open' }),
      divert('C'),
    ],
    ['goes round for a full lane', routed('A'), lanesOf({ A: 'full' }), round('lane-full')],
    ['goes round for a jammed lane', routed('A'), lanesOf({ A: 'jam' }), round('lane-jam')],
    ['goes round for a closed lane', routed('A'), lanesOf({ A: 'closed' }), round('lane-closed')],
    ['does not trust a lane nobody reported', routed('A'), lanesOf({}), round('lane-closed')],
    ['gives up after the last lap', routed('A', [], 2), lanesOf({ A: 'full' }), reject('laps-spent')],
    ['still diverts on the last lap', routed('A', [], 2), lanesOf({ A: 'open' }), divert('A')],
    ['rejects a no-read', { kind: 'no-read' }, lanesOf({ A: 'open' }), reject('no-read')],
    ['rejects an unknown parcel', { kind: 'unknown' }, lanesOf({ A: 'open' }), reject('unknown')],
    ['rejects a conflict', { kind: 'conflict' }, lanesOf({ A: 'open' }), reject('conflict')],
    ['rejects a parcel without a route', { kind: 'no-route' }, lanesOf({ A: 'open' }), reject('no-route')],
  ];

  it.each(cases)('%s', (_name, seen, lanes, expected) => {
    expect(decideDivert(seen, lanes, 2)).toEqual(expected);
  });
});

describe('chooseLane', () => {
  it('sends a no-read to the no-read lane and everything else rejected to the exception lane', () => {
    const lanes = lanesOf({ A: 'open' });
    expect(chooseLane({ kind: 'no-read' }, lanes, loop)).toEqual(rejectedTo('NOREAD', 'no-read'));
    expect(chooseLane({ kind: 'unknown' }, lanes, loop)).toEqual(rejectedTo('EXC', 'unknown'));
    expect(chooseLane({ kind: 'conflict' }, lanes, loop)).toEqual(rejectedTo('EXC', 'conflict'));
  });

  it('uses the recirculation lane on a loop', () => {
    expect(chooseLane(routed('A'), lanesOf({ A: 'full' }), loop)).toEqual({
      action: 'recirculate',
      lane: 'LOOP',
      alternatives: [],
      because: 'lane-full',
    });
  });

  it('sends a blocked parcel out, with the true reason, where there is no loop', () => {
    expect(chooseLane(routed('A'), lanesOf({ A: 'jam' }), straight)).toEqual(rejectedTo('EXC', 'lane-jam'));
    expect(chooseLane(routed('A', [], 9), lanesOf({ A: 'full' }), straight)).toEqual(
      rejectedTo('EXC', 'lane-full'),
    );
  });
});

describe('laws', () => {
  const laneCode = fc.constantFrom('A', 'B', 'C', 'D');
  const lanes = fc
    .dictionary(laneCode, fc.constantFrom<EdgeLane['state']>('open', 'closed', 'full', 'jam'))
    .map(lanesOf);
  const seen: fc.Arbitrary<Seen> = fc.oneof(
    fc.constantFrom<Seen>(
      { kind: 'no-read' },
      { kind: 'unknown' },
      { kind: 'conflict' },
      { kind: 'no-route' },
    ),
    fc
      .record({ lane: laneCode, alternatives: fc.array(laneCode), laps: fc.nat(5) })
      .map(({ lane, alternatives, laps }): Seen => ({ kind: 'routed', route: { lane, alternatives }, laps })),
  );
  const point = fc.record({
    exceptionLane: fc.constant('EXC'),
    noReadLane: fc.constant('NOREAD'),
    recirculationLane: fc.constantFrom('LOOP', null),
    lapsMax: fc.nat(4),
  });

  it('never diverts to a lane that is closed, full, jammed or not on the route', () => {
    fc.assert(
      fc.property(seen, lanes, point, (parcel, states, at) => {
        const choice = chooseLane(parcel, states, at);
        if (choice.action !== 'divert') return;
        for (const lane of [choice.lane, ...choice.alternatives]) {
          expect(states.get(lane)?.state).toBe('open');
          expect(parcel.kind === 'routed' && [parcel.route.lane, ...parcel.route.alternatives]).toContain(
            lane,
          );
        }
      }),
    );
  });

  it('always names a lane, and diverts whenever a lane of the route is open', () => {
    fc.assert(
      fc.property(seen, lanes, point, (parcel, states, at) => {
        const choice = chooseLane(parcel, states, at);
        expect(choice.lane).not.toBe('');
        const open =
          parcel.kind === 'routed' &&
          [parcel.route.lane, ...parcel.route.alternatives].some(
            (lane) => states.get(lane)?.state === 'open',
          );
        expect(choice.action === 'divert').toBe(open);
      }),
    );
  });

  it('sends no parcel round more than lapsMax times', () => {
    fc.assert(
      fc.property(point, fc.array(lanes, { maxLength: 20 }), (at, history) => {
        let laps = 0;
        for (const states of history) {
          const choice = chooseLane(routed('A', ['B'], laps), states, at);
          if (choice.action !== 'recirculate') break;
          laps += 1;
        }
        expect(laps).toBeLessThanOrEqual(at.lapsMax);
      }),
    );
  });
});

function divert(lane: string, alternatives: string[] = []): Divert {
  return { action: 'divert', lane, alternatives };
}

function round(because: Extract<Divert, { action: 'recirculate' }>['because']): Divert {
  return { action: 'recirculate', because };
}

function reject(because: Extract<Divert, { action: 'reject' }>['because']): Divert {
  return { action: 'reject', because };
}

function rejectedTo(lane: string, because: string) {
  return { action: 'reject', lane, alternatives: [], because };
}
