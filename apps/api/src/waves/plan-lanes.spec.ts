import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LaneRank, type PlanLane, planLanes } from './plan-lanes.js';

const lane = (id: string, over: Partial<PlanLane> = {}): PlanLane => ({
  id,
  code: id,
  closed: false,
  fill: 'clear',
  onTheWay: 0,
  ...over,
});
const rank = (laneId: string, value: number, service = 'std'): LaneRank => ({
  laneId,
  carrier: 'post',
  service,
  rank: value,
  cutOffTime: null,
});
const load = (parcels: number, service = 'std', cutOff = '15:00') => ({
  key: service,
  carrier: 'post',
  service,
  cutOff,
  parcels,
});

describe('lanes of a wave', () => {
  it('are those of the truck that the parcels ride', () => {
    const ranks = [
      { ...rank('A', 1), cutOffTime: '15:00' },
      { ...rank('B', 1), cutOffTime: '18:30' },
    ];
    const [early, late] = [load(40), { ...load(60, 'std', '18:30'), key: 'late' }];
    const shares = planLanes([early, late], [lane('A'), lane('B')], ranks);
    expect(shares.get('std')).toMatchObject([{ laneId: 'A', parcels: 40 }]);
    expect(shares.get('late')).toMatchObject([{ laneId: 'B', parcels: 60 }]);
  });

  it.each([
    {
      takes: 'the lane of rank 1',
      lanes: [lane('A'), lane('B')],
      ranks: [rank('A', 1), rank('B', 2)],
      got: { A: 100 },
    },
    {
      takes: 'the next rank where the first is closed',
      lanes: [lane('A', { closed: true }), lane('B')],
      ranks: [rank('A', 1), rank('B', 2)],
      got: { B: 100 },
    },
    {
      takes: 'a clear lane before a full one of its rank',
      lanes: [lane('A', { fill: 'full' }), lane('B')],
      ranks: [rank('A', 1), rank('B', 1)],
      got: { B: 100 },
    },
    {
      takes: 'equals evenly',
      lanes: [lane('A'), lane('B')],
      ranks: [rank('A', 1), rank('B', 1)],
      got: { A: 50, B: 50 },
    },
    {
      takes: 'a closed lane where all are',
      lanes: [lane('A', { closed: true })],
      ranks: [rank('A', 1)],
      got: { A: 100 },
    },
    { takes: 'none where none serves', lanes: [lane('A')], ranks: [rank('A', 1, 'other')], got: {} },
  ])('takes $takes', ({ lanes, ranks, got }) => {
    const shares = planLanes([load(100)], lanes, ranks).get('std') ?? [];
    expect(Object.fromEntries(shares.map(({ laneId, parcels }) => [laneId, parcels]))).toEqual(got);
  });

  it('place every parcel of a service that any lane serves, in serving lanes alone', () => {
    const some = fc.record({
      loads: fc.uniqueArray(
        fc.record({ service: fc.constantFrom('a', 'b', 'c'), parcels: fc.integer({ min: 1, max: 500 }) }),
        {
          selector: ({ service }) => service,
        },
      ),
      lanes: fc.array(
        fc.record({ closed: fc.boolean(), onTheWay: fc.nat(40), serves: fc.subarray(['a', 'b', 'c']) }),
        {
          maxLength: 5,
        },
      ),
    });
    fc.assert(
      fc.property(some, ({ loads, lanes }) => {
        const made = lanes.map(({ closed, onTheWay }, at) => lane(`L${at}`, { closed, onTheWay }));
        const ranks = lanes.flatMap(({ serves }, at) =>
          serves.map((service) => rank(`L${at}`, (at % 2) + 1, service)),
        );
        const shares = planLanes(
          loads.map(({ service, parcels }) => load(parcels, service)),
          made,
          ranks,
        );
        for (const { service, parcels } of loads) {
          const serving = ranks.filter((each) => each.service === service).map(({ laneId }) => laneId);
          const own = shares.get(service) ?? [];
          expect(own.reduce((sum, each) => sum + each.parcels, 0)).toBe(serving.length === 0 ? 0 : parcels);
          for (const { laneId } of own) expect(serving).toContain(laneId);
        }
      }),
    );
  });
});
