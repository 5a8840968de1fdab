import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EdgeLane, EdgePoint } from '#lib/contracts';
import { chooseLane, type Divert, decideDivert, type Lanes, type Seen, safeChoice } from './divert.js';

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

describe('a lane that parcels are sent out by and that takes none', () => {
  const checked: EdgePoint = {
    ...loop,
    check: { scale: 's', dimensioner: null, lane: 'CHECK', windowMs: 100, waitMs: 100, whenMissing: 'check' },
  };
  const heavy = (laps: number): Seen => ({ ...routed('A', [], laps), checkFault: 'weight-out' }) as Seen;
  const round = (lane: string, because: string) => ({
    action: 'recirculate',
    lane,
    alternatives: [],
    because,
  });
  const [unread, unknown]: Seen[] = [{ kind: 'no-read' }, { kind: 'unknown' }];

  const cases: [string, Seen, Record<string, EdgeLane['state']>, EdgePoint, object][] = [
    ['takes all while nobody reports it', unknown!, {}, checked, rejectedTo('EXC', 'unknown')],
    ['jammed: the next one', unknown!, { EXC: 'jam' }, checked, rejectedTo('NOREAD', 'unknown')],
    [
      'full: the next one',
      unknown!,
      { EXC: 'full', NOREAD: 'full' },
      checked,
      rejectedTo('CHECK', 'unknown'),
    ],
    [
      'no-read lane full: the exception lane',
      unread!,
      { NOREAD: 'full' },
      loop,
      rejectedTo('EXC', 'no-read'),
    ],
    ['no-read lane closed', unread!, { NOREAD: 'closed' }, loop, rejectedTo('EXC', 'no-read')],
    ['all: the safe lane', unread!, { NOREAD: 'jam', EXC: 'full' }, loop, rejectedTo('EXC', 'safe-state')],
    [
      'all: the safe lane that is declared',
      unknown!,
      { EXC: 'jam', NOREAD: 'jam' },
      { ...loop, safe: { lane: 'END', forced: null, coreGoneAfterMs: null } },
      rejectedTo('END', 'safe-state'),
    ],
    ['check lane jammed, laps left', heavy(1), { CHECK: 'jam' }, checked, round('LOOP', 'lane-jam')],
    ['check lane jammed, laps spent', heavy(2), { CHECK: 'jam' }, checked, rejectedTo('EXC', 'weight-out')],
    [
      'check lane jammed, no loop',
      heavy(0),
      { CHECK: 'jam' },
      { ...checked, recirculationLane: null },
      rejectedTo('EXC', 'weight-out'),
    ],
    [
      'check lane and loop full',
      heavy(0),
      { CHECK: 'full', LOOP: 'full' },
      checked,
      rejectedTo('EXC', 'weight-out'),
    ],
    ['loop full', routed('A'), { A: 'full', LOOP: 'full' }, loop, rejectedTo('EXC', 'lane-full')],
    [
      'loop and exception lane full',
      routed('A'),
      { A: 'jam', LOOP: 'jam', EXC: 'full' },
      loop,
      rejectedTo('NOREAD', 'lane-jam'),
    ],
    ['laps spent', routed('A', [], 2), { A: 'full', EXC: 'jam' }, loop, rejectedTo('NOREAD', 'laps-spent')],
    ['no loop', routed('A'), { A: 'full', EXC: 'jam' }, straight, rejectedTo('NOREAD', 'lane-full')],
    ['but the lane of the route is open', routed('A'), { A: 'open', EXC: 'jam' }, loop, divert('A')],
  ];

  it.each(cases.map(([name, ...facts]) => [name, facts] as const))(
    '%s',
    (_name, [seen, states, at, expected]) => {
      expect(chooseLane(seen, lanesOf(states), at)).toEqual(expected);
    },
  );
});

describe('laws', () => {
  const laneCode = fc.constantFrom('A', 'B', 'C', 'D');
  const aside = ['EXC', 'NOREAD', 'CHECK', 'LOOP', 'SAFE'];
  const lanes = fc
    .dictionary(
      fc.oneof(laneCode, fc.constantFrom(...aside)),
      fc.constantFrom<EdgeLane['state']>('open', 'closed', 'full', 'jam'),
    )
    .map(lanesOf);
  const seen: fc.Arbitrary<Seen> = fc.oneof(
    fc.constantFrom<Seen>(
      { kind: 'no-read' },
      { kind: 'unknown' },
      { kind: 'conflict' },
      { kind: 'no-route' },
    ),
    fc
      .record({
        lane: laneCode,
        alternatives: fc.array(laneCode),
        laps: fc.nat(5),
        checkFault: fc.constantFrom(null, 'weight-out' as const),
      })
      .map(
        ({ lane, alternatives, ...of }): Seen => ({ kind: 'routed', route: { lane, alternatives }, ...of }),
      ),
  );
  const point = fc.record({
    exceptionLane: fc.constant('EXC'),
    noReadLane: fc.constant('NOREAD'),
    recirculationLane: fc.constantFrom('LOOP', null),
    lapsMax: fc.nat(4),
    check: fc.constantFrom(
      null,
      ...(['pass', 'check'] as const).map((whenMissing) => ({
        ...{ scale: 's', dimensioner: null, lane: 'CHECK', windowMs: 1, waitMs: 1, whenMissing },
      })),
    ),
    safe: fc.constantFrom(undefined, { lane: 'SAFE', forced: null, coreGoneAfterMs: null }),
  });
  const takesNone = (state: EdgeLane['state'] | undefined) => state !== undefined && state !== 'open';

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
          !parcel.checkFault &&
          [parcel.route.lane, ...parcel.route.alternatives].some(
            (lane) => states.get(lane)?.state === 'open',
          );
        expect(choice.action === 'divert').toBe(open);
      }),
    );
  });

  it('commands no parcel into a lane that takes none while another way out is open', () => {
    fc.assert(
      fc.property(seen, lanes, point, (parcel, states, at) => {
        const choice = chooseLane(parcel, states, at);
        const blocked = (lane: string) => takesNone(states.get(lane)?.state);
        if (choice.because === 'safe-state') {
          const out = [at.exceptionLane, at.noReadLane, ...(at.check ? [at.check.lane] : [])];
          expect(out.filter((lane) => !blocked(lane))).toEqual([]);
          expect(choice).toEqual(safeChoice(at));
        } else expect(blocked(choice.lane)).toBe(false);
      }),
    );
  });

  it('keeps a known parcel on the loop before it takes another way out than its own', () => {
    fc.assert(
      fc.property(seen, lanes, point, (parcel, states, at) => {
        const choice = chooseLane(parcel, states, at);
        if (parcel.kind !== 'routed' || choice.action !== 'reject') return;
        const own = parcel.checkFault ? (at.check?.lane ?? at.exceptionLane) : at.exceptionLane;
        if (choice.lane === own && choice.because !== 'safe-state') return;
        const canGoRound =
          at.recirculationLane !== null && !takesNone(states.get(at.recirculationLane)?.state);
        expect(canGoRound && parcel.laps < at.lapsMax).toBe(false);
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
