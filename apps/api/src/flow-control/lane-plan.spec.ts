import { describe, expect, it } from '@jest/globals';
import type { LanePlan, LaneTake } from '#lib/contracts';
import type { AssignableLane } from './assign-route.js';
import { mergedPlan, planDifferences } from './lane-plan-changes.js';
import { movesOf, type Placed, placeAll } from './lane-plan-effect.js';
import { lanePlanFaults, type PlanGround } from './lane-plan-faults.js';

const take = (lane: string, over: Partial<LaneTake> = {}): LaneTake => ({
  ...{ lane, carrier: 'post', service: 'std', rank: 1, cutOffTime: null },
  ...over,
});
const POINTS = [{ point: 'P1', exceptionLane: 'EXC', noReadLane: 'NOREAD' }];
const planOf = (...takes: LaneTake[]): LanePlan => ({ takes, points: POINTS });
const GROUND: PlanGround = {
  lanes: [
    { code: 'L1', kind: 'ship' },
    { code: 'L2', kind: 'ship' },
    { code: 'EXC', kind: 'exception' },
    { code: 'NOREAD', kind: 'no-read' },
    { code: 'LOOP', kind: 'recirculation' },
  ],
  services: [
    { carrier: 'post', service: 'std' },
    { carrier: 'fast', service: 'std' },
  ],
  points: ['P1'],
  before: planOf(take('L1'), take('L2', { carrier: 'fast' })),
};
const FAST = take('L2', { carrier: 'fast' });

describe('a plan of lanes', () => {
  it.each<[string, LanePlan]>([
    ['one lane for each', planOf(take('L1'), FAST)],
    ['equal lanes', planOf(take('L1'), take('L2'), FAST)],
    [
      'a lane that is the first of one truck and an alternative of another',
      planOf(
        take('L1', { cutOffTime: '15:00' }),
        take('L2', { cutOffTime: '15:00', rank: 2 }),
        take('L2', { cutOffTime: '18:00' }),
        FAST,
      ),
    ],
    [
      'one lane for whatever cannot be sorted',
      { ...planOf(take('L1'), FAST), points: [{ ...POINTS[0]!, noReadLane: 'EXC' }] },
    ],
  ])('works with %s', (_name, plan) => {
    expect(lanePlanFaults(plan, GROUND)).toEqual([]);
  });

  it.each<[string, LanePlan, string, RegExp]>([
    ['an unknown lane', planOf(take('L1'), take('L9'), FAST), 'takes.1.lane', /^There is no lane L9\.$/],
    [
      'an unknown service',
      planOf(take('L1'), FAST, take('L1', { service: 'x' })),
      'takes.2.service',
      /no carrier service post x/,
    ],
    [
      'a lane that leads to no truck',
      planOf(take('L1'), FAST, take('NOREAD')),
      'takes.2.lane',
      /^NOREAD is a lane for parcels that nobody could read/,
    ],
    [
      'the same twice',
      planOf(take('L1'), FAST, take('L1', { rank: 2 })),
      'takes.2.service',
      /^L1 takes post std twice/,
    ],
    [
      'the same truck twice',
      planOf(take('L1', { cutOffTime: '15:00' }), FAST, take('L1', { cutOffTime: '15:00', rank: 2 })),
      'takes.2.service',
      /of the truck at 15:00 twice/,
    ],
    [
      'every truck and one of them',
      planOf(take('L1'), FAST, take('L1', { cutOffTime: '15:00' })),
      'takes.2.cutOffTime',
      /of every truck, and of the truck at 15:00/,
    ],
    [
      'one truck and every one',
      planOf(take('L1', { cutOffTime: '15:00' }), FAST, take('L1')),
      'takes.2.cutOffTime',
      /of every truck, and of the truck at 15:00/,
    ],
    [
      'a carrier service that loses its last lane',
      planOf(take('L1')),
      'takes',
      /^No lane would take fast std any more/,
    ],
    [
      'an unknown point',
      { takes: [take('L1'), FAST], points: [{ ...POINTS[0]!, point: 'P9' }] },
      'points.0.point',
      /no scan point P9/,
    ],
    [
      'a point twice',
      { takes: [take('L1'), FAST], points: [...POINTS, ...POINTS] },
      'points.1.point',
      /P1 is there twice/,
    ],
    [
      'exceptions that go to a truck',
      { takes: [take('L1'), FAST], points: [{ ...POINTS[0]!, exceptionLane: 'L1' }] },
      'points.0.exceptionLane',
      /to L1, which leads to a truck/,
    ],
    [
      'no-reads that go round',
      { takes: [take('L1'), FAST], points: [{ ...POINTS[0]!, noReadLane: 'LOOP' }] },
      'points.0.noReadLane',
      /leads round and back/,
    ],
  ])('does not work with %s', (_name, plan, field, message) => {
    expect(lanePlanFaults(plan, GROUND)).toEqual([{ field, message: expect.stringMatching(message) }]);
  });
});

describe('differences', () => {
  it('are told by lane and by point, and nothing else is', () => {
    const after: LanePlan = {
      takes: [take('L1', { rank: 2 }), take('L2'), FAST],
      points: [{ ...POINTS[0]!, noReadLane: 'EXC' }],
    };
    expect(planDifferences(planOf(take('L1'), FAST), after)).toEqual([
      { kind: 'take', lane: 'L1', carrier: 'post', service: 'std', cutOffTime: null, from: 1, to: 2 },
      { kind: 'take', lane: 'L2', carrier: 'post', service: 'std', cutOffTime: null, from: null, to: 1 },
      { kind: 'no-read-lane', point: 'P1', from: 'NOREAD', to: 'EXC' },
    ]);
    expect(planDifferences(after, { ...after, points: [] })).toEqual([]);
  });

  it('of a file that is laid over a plan leave alone what the file does not name', () => {
    const present = planOf(take('L1', { cutOffTime: '15:00' }), take('L1', { cutOffTime: '18:00' }), FAST);
    const merged = mergedPlan(present, { takes: [take('L1', { rank: 3 })], points: [] });
    expect(merged).toEqual({ takes: [FAST, take('L1', { rank: 3 })], points: POINTS });
  });
});

describe('the effect of a plan', () => {
  const lane = (code: string, over: Partial<AssignableLane> = {}): AssignableLane => ({
    ...{ id: code, code, closed: false, fill: 'clear', underWay: 0 },
    ...over,
  });
  const lanes = new Map([lane('L1', { underWay: 4 }), lane('L2'), lane('L3')].map((each) => [each.id, each]));
  const parcel = (laneId: string | null, over: Partial<Placed> = {}): Placed => ({
    ...{ carrier: 'post', service: 'std', cutOff: '16:00', laneId },
    ...over,
  });
  const serving = (...of: [string, number, string?][]) =>
    new Map([
      [
        'post std',
        of.map(([laneId, rank, cutOffTime = null]) => ({ laneId, rank, cutOffTime, duties: null })),
      ],
    ]);
  const to = (placed: Placed[], by: ReturnType<typeof serving>) =>
    placeAll(placed, by, lanes).map((each) => each?.lane.code ?? null);

  it.each<[string, Placed, ReturnType<typeof serving>, string | null]>([
    ['leaves a parcel in the first lane', parcel('L1'), serving(['L1', 1], ['L2', 2]), 'L1'],
    [
      'leaves a parcel in one of equal lanes, though another is emptier',
      parcel('L1'),
      serving(['L1', 1], ['L2', 1]),
      'L1',
    ],
    ['sends it to the lane before', parcel('L1'), serving(['L1', 2], ['L2', 1]), 'L2'],
    ['sends it away from a lane that does not take it', parcel('L1'), serving(['L2', 5]), 'L2'],
    ['sends it to its truck', parcel('L1'), serving(['L1', 1, '18:00'], ['L2', 1, '15:00']), 'L2'],
    ['gives a lane to one that had none', parcel(null), serving(['L2', 1]), 'L2'],
    [
      'has nothing for a service without a lane',
      parcel('L1', { carrier: 'other' }),
      serving(['L2', 1]),
      null,
    ],
  ])('%s', (_name, placed, by, expected) => {
    expect(to([placed], by)).toEqual([expected]);
  });

  it('shares parcels among equal lanes that none of them is in', () => {
    const placed = Array.from({ length: 4 }, () => parcel('L1'));
    expect(to(placed, serving(['L2', 1], ['L3', 1])).sort()).toEqual(['L2', 'L2', 'L3', 'L3']);
  });

  it('is counted by carrier service, lane and lane', () => {
    const underWay = [parcel('L1'), parcel('L1'), parcel('L2')];
    const planned = [parcel('L1')];
    const by = serving(['L2', 1]);
    const count = (placed: Placed[], as: 'underWay' | 'planned') => ({
      placed,
      to: placeAll(placed, by, lanes),
      as,
    });
    expect(movesOf([count(underWay, 'underWay'), count(planned, 'planned')], (id) => id)).toEqual([
      { carrier: 'post', service: 'std', from: 'L1', to: 'L2', underWay: 2, planned: 1 },
    ]);
  });
});
