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
    [
      'the lane of rank 1, the rest in order',
      ranked('A', 'B', 'C'),
      byId(lane('A'), lane('B'), lane('C')),
      'A',
      ['B', 'C'],
      'A has rank 1',
    ],
    [
      'the next rank when people closed the first',
      ranked('A', 'B'),
      byId(lane('A', { closed: true }), lane('B')),
      'B',
      ['A'],
      'B has rank 2; closed before it: A',
    ],
    [
      'a full lane all the same: it may be clear when the parcel arrives',
      ranked('A', 'B'),
      byId(lane('A', { fill: 'full' }), lane('B')),
      'A',
      ['B'],
      'A has rank 1',
    ],
    [
      'the emptier of two equals',
      [
        { laneId: 'A', rank: 1 },
        { laneId: 'B', rank: 1 },
      ],
      byId(lane('A', { underWay: 3 }), lane('B', { underWay: 2 })),
      'B',
      ['A'],
      'B is the emptiest of 2 lanes with rank 1',
    ],
    [
      'a closed lane where all are closed',
      ranked('A'),
      byId(lane('A', { closed: true })),
      'A',
      [],
      'A has rank 1; all lanes of the service are closed',
    ],
  ])('takes %s', (_name, assignments, lanes, first, alternatives, because) => {
    const choice = assignRoute(assignments, lanes);
    expect(choice.kind).toBe('route');
    if (choice.kind !== 'route') return;
    expect([choice.lane.code, choice.alternatives.map(({ code }) => code), choice.because]).toEqual([
      first,
      alternatives,
      because,
    ]);
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
