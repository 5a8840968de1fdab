import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AssignableLane, assignRoute } from './assign-route.js';

const lane = (code: string, over: Partial<AssignableLane> = {}): AssignableLane => ({
  id: code,
  code,
  closed: false,
  fill: 'clear',
  underWay: 0,
  ...over,
});
const byId = (...lanes: AssignableLane[]) => new Map(lanes.map((each) => [each.id, each]));
const ranked = (...ids: string[]) => ids.map((laneId, index) => ({ laneId, rank: index + 1 }));

describe('assignRoute', () => {
  it.each([
    {
      takes: 'the lane of rank 1, the rest in order',
      assignments: ranked('A', 'B', 'C'),
      lanes: byId(lane('A'), lane('B'), lane('C')),
      route: ['A', 'B', 'C'],
      because: 'A has rank 1',
    },
    {
      takes: 'the next rank when people closed the first',
      assignments: ranked('A', 'B'),
      lanes: byId(lane('A', { closed: true }), lane('B')),
      route: ['B', 'A'],
      because: 'B has rank 2; closed before it: A',
    },
    {
      takes: 'a full lane all the same: it may be clear when the parcel arrives',
      assignments: ranked('A', 'B'),
      lanes: byId(lane('A', { fill: 'full' }), lane('B')),
      route: ['A', 'B'],
      because: 'A has rank 1',
    },
    {
      takes: 'the emptier of two equals',
      assignments: [
        { laneId: 'A', rank: 1 },
        { laneId: 'B', rank: 1 },
      ],
      lanes: byId(lane('A', { underWay: 3 }), lane('B', { underWay: 2 })),
      route: ['B', 'A'],
      because: 'B is the emptiest of 2 lanes with rank 1',
    },
    {
      takes: 'a closed lane where all are closed',
      assignments: ranked('A'),
      lanes: byId(lane('A', { closed: true })),
      route: ['A'],
      because: 'A has rank 1; all lanes of the service are closed',
    },
  ])('takes $takes', ({ assignments, lanes, route, because }) => {
    const choice = assignRoute(assignments, lanes);
    if (choice.kind !== 'route') throw new Error(choice.because);
    expect([choice.lane, ...choice.alternatives].map(({ code }) => code)).toEqual(route);
    expect(choice.because).toBe(because);
  });

  const duty = 'L1 is nearly full';
  it.each([
    {
      goes: 'where the wave planned it, before the rank',
      planned: 'B',
      lanes: byId(lane('A'), lane('B'), lane('C')),
      route: ['B', 'A', 'C'],
      because: 'B as its wave planned',
    },
    {
      goes: 'elsewhere when that lane is closed',
      planned: 'B',
      lanes: byId(lane('A'), lane('B', { closed: true }), lane('C')),
      route: ['A', 'C', 'B'],
      because: 'A has rank 1; its wave planned B, which is closed',
    },
    {
      goes: 'elsewhere when that lane is full',
      planned: 'C',
      lanes: byId(lane('A'), lane('B'), lane('C', { fill: 'full' })),
      route: ['A', 'B', 'C'],
      because: 'A has rank 1; its wave planned C, which is full',
    },
    {
      goes: 'there although its photo-eye is dark, where a supervisor says that it is open',
      planned: 'C',
      lanes: byId(lane('A'), lane('B'), lane('C', { fill: 'jam', forcedOpen: true })),
      route: ['C', 'A', 'B'],
      because: 'C as its wave planned',
    },
    {
      goes: 'elsewhere when rebalancing has put another lane on duty since',
      planned: 'A',
      duty: 'C',
      lanes: byId(lane('A'), lane('B'), lane('C')),
      route: ['C', 'A', 'B'],
      because: `C is on duty: ${duty}; its wave planned A, but C is on duty since`,
    },
    {
      goes: 'by rank when the planned lane does not serve its carrier any more',
      planned: 'X',
      lanes: byId(lane('A'), lane('B'), lane('C'), lane('X')),
      route: ['A', 'B', 'C'],
      because: 'A has rank 1',
    },
  ])('goes $goes', ({ planned, duty: onDuty, lanes, route, because }) => {
    const assignments = ranked('A', 'B', 'C').map((each) => ({
      ...each,
      duty: each.laneId === onDuty ? duty : null,
    }));
    const choice = assignRoute(assignments, lanes, planned);
    if (choice.kind !== 'route') throw new Error(choice.because);
    expect([choice.lane, ...choice.alternatives].map(({ code }) => code)).toEqual(route);
    expect(choice.because).toBe(because);
  });

  it('has none where no lane serves the carrier service, or only lanes that are gone', () => {
    expect(assignRoute([], byId(lane('A'))).kind).toBe('none');
    expect(assignRoute(ranked('GONE'), byId(lane('A'))).kind).toBe('none');
  });

  it('names each serving lane once and never a closed one before an open one', () => {
    const some = fc.array(fc.record({ rank: fc.nat(3), closed: fc.boolean(), underWay: fc.nat(5) }), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(some, (specs) => {
        const lanes = specs.map(({ closed, underWay }, index) => lane(`L${index}`, { closed, underWay }));
        const choice = assignRoute(
          specs.map(({ rank }, index) => ({ laneId: `L${index}`, rank })),
          byId(...lanes),
        );
        if (choice.kind !== 'route') throw new Error('there is a lane');
        const order = [choice.lane, ...choice.alternatives];
        expect(new Set(order).size).toBe(lanes.length);
        expect(order.map(({ closed }) => closed)).toEqual(order.map(({ closed }) => closed).sort());
      }),
    );
  });
});
