import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignLanes } from './assign-lanes.js';
import { solveAssignment } from './solve-assignment.js';

const matrices = fc
  .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }))
  .chain(([rows, columns]) =>
    fc.array(fc.array(fc.integer({ min: -9, max: 30 }), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  );

function cheapestByTrying(costs: number[][]): number {
  const pairs = Math.min(costs.length, costs[0]!.length);
  const tryFrom = (row: number, used: number, left: number): number => {
    if (left === 0) return 0;
    if (row === costs.length) return Number.POSITIVE_INFINITY;
    let best = costs.length - row > left ? tryFrom(row + 1, used, left) : Number.POSITIVE_INFINITY;
    costs[row]!.forEach((cost, column) => {
      if ((used & (1 << column)) === 0)
        best = Math.min(best, cost + tryFrom(row + 1, used | (1 << column), left - 1));
    });
    return best;
  };
  return tryFrom(0, 0, pairs);
}

describe('the assignment problem', () => {
  it('costs as little as trying everything', () => {
    fc.assert(
      fc.property(matrices, (costs) => {
        const { columnOfRow, totalCost } = solveAssignment(costs);
        const used = columnOfRow.filter((column) => column >= 0);
        expect(new Set(used).size).toBe(used.length);
        expect(used.length).toBe(Math.min(costs.length, costs[0]!.length));
        expect(totalCost).toBe(cheapestByTrying(costs));
      }),
      { numRuns: 400 },
    );
  });

  it('is exact where all rows compete for the same columns', () => {
    const weights = fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 4, maxLength: 40 });
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 99 }), (rows, factor) => {
        const columns = rows.map((_, at) => factor * (at + 1));
        const costs = rows.map((weight) => columns.map((column) => weight * column));
        // The dearest row takes the cheapest column (rearrangement inequality).
        const falling = rows.toSorted((one, two) => two - one);
        const least = falling.reduce((sum, weight, at) => sum + weight * columns[at]!, 0);
        expect(solveAssignment(costs).totalCost).toBe(least);
      }),
    );
  });

  it('refuses ragged rows and costs that are not numbers', () => {
    expect(() => solveAssignment([[1, 2], [3]])).toThrow('Row 1 has 1 costs instead of 2.');
    expect(() => solveAssignment([[Number.NaN]])).toThrow('Cost 0 of row 0 is not finite.');
  });
});

describe('assigning lanes', () => {
  it('gives as many seekers as possible a lane before it saves cost', () => {
    const plan = assignLanes(
      [
        { seekerId: 'a', costByLane: { one: 1, two: 900 } },
        { seekerId: 'b', costByLane: { one: 1 } },
        { seekerId: 'c', costByLane: {} },
      ],
      [{ laneId: 'one' }, { laneId: 'two' }],
    );
    expect(plan.assigned).toEqual([
      {
        seekerId: 'a',
        laneId: 'two',
        cost: 900,
        reason: { code: 'gave-way', cheapestLaneId: 'one', extraCost: 899 },
      },
      { seekerId: 'b', laneId: 'one', cost: 1, reason: { code: 'cheapest-lane' } },
    ]);
    expect(plan.unassigned).toEqual([{ seekerId: 'c', reason: { code: 'no-lane-allowed' } }]);
    expect(plan.totalCost).toBe(901);
  });

  it('fills the places of a lane and tells who found none', () => {
    const seekers = ['a', 'b', 'c'].map((seekerId, at) => ({ seekerId, costByLane: { one: at } }));
    const plan = assignLanes(seekers, [{ laneId: 'one', places: 2 }]);
    expect(plan.assigned.map(({ seekerId }) => seekerId)).toEqual(['a', 'b']);
    expect(plan.unassigned).toEqual([{ seekerId: 'c', reason: { code: 'lanes-full' } }]);
  });
});
