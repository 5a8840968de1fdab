import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LoadRequest, loadContainer } from './load-container.js';
import { loadContainers } from './load-containers.js';

const sides = fc.integer({ min: 3, max: 12 });
const requests: fc.Arbitrary<LoadRequest> = fc.record({
  container: fc.constant({ lengthMm: 24, widthMm: 16, heightMm: 14 }),
  kinds: fc.array(
    fc.record({
      size: fc.record({ lengthMm: sides, widthMm: sides, heightMm: sides }),
      vertical: fc.record({ length: fc.boolean(), width: fc.boolean(), height: fc.constant(true) }),
      count: fc.integer({ min: 1, max: 15 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  requireSupportShare: fc.constantFrom(0, 0.6, 1),
});

const cube = (sideMm: number, count: number) => ({
  size: { lengthMm: sideMm, widthMm: sideMm, heightMm: sideMm },
  vertical: { length: true, width: true, height: true },
  count,
});

/** Share of the underside that rests on the floor or on the other boxes of the plan. */
function restingShare(box: Box, boxes: Box[]): number {
  if (box.zMm === 0) return 1;
  let resting = 0;
  for (let x = box.xMm; x < box.xMm + box.dxMm; x++) {
    for (let y = box.yMm; y < box.yMm + box.dyMm; y++) {
      if (boxes.some((under) => under.zMm + under.dzMm === box.zMm && covers(under, x, y))) resting++;
    }
  }
  return resting / (box.dxMm * box.dyMm);
}

type Box = ReturnType<typeof loadContainer>['boxes'][number];

function covers(box: Box, x: number, y: number): boolean {
  return x >= box.xMm && x < box.xMm + box.dxMm && y >= box.yMm && y < box.yMm + box.dyMm;
}

describe('splitting goods over containers', () => {
  it('puts every box into one container or says that none holds it, and lets all rest as asked', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { containers, leftCounts, leastContainers } = loadContainers(request, { maxIterations: 120 });
        request.kinds.forEach(({ count }, kind) => {
          const loaded = containers.flatMap(({ boxes }) => boxes.filter((box) => box.kind === kind)).length;
          expect(loaded + leftCounts[kind]!).toBe(count);
        });
        expect(containers.length).toBeGreaterThanOrEqual(leastContainers);
        for (const { boxes } of containers) {
          for (const box of boxes)
            expect(restingShare(box, boxes)).toBeGreaterThanOrEqual(request.requireSupportShare! - 1e-9);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same plan for the same limits, and never more containers for more of them', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plans = [0, 30, 120, 500].map((maxIterations) => loadContainers(request, { maxIterations }));
        const counts = plans.map(({ containers }) => containers.length);
        expect(counts).toEqual(counts.toSorted((one, two) => two - one));
        expect(loadContainers(request, { maxIterations: 30 })).toEqual(plans[1]);
      }),
      { numRuns: 15 },
    );
  });

  it('needs no more containers than the volume does where boxes fill them, and tells what none holds', () => {
    const container = { lengthMm: 20, widthMm: 20, heightMm: 20 };
    const plan = loadContainers({ container, kinds: [cube(10, 24), cube(21, 2)] });
    expect(plan).toMatchObject({ leastContainers: 3, leftCounts: [0, 2] });
    expect(plan.containers.map(({ boxes }) => boxes.length)).toEqual([8, 8, 8]);
    expect(loadContainers({ container, kinds: [] }).containers).toEqual([]);
  });

  it('loads one container with full support where that is asked, and refuses a share that is none', () => {
    const request = {
      container: { lengthMm: 10, widthMm: 10, heightMm: 10 },
      kinds: [cube(6, 1), { ...cube(8, 1), size: { lengthMm: 8, widthMm: 8, heightMm: 4 } }],
    };
    expect(loadContainer({ ...request, requireSupportShare: 1 }).supportedShare).toBe(1);
    expect(() => loadContainer({ ...request, requireSupportShare: 2 })).toThrow('between 0 and 1');
  });
});
