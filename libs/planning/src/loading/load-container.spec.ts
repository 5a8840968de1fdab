import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type LoadPlan, type LoadRequest, loadContainer } from './load-container.js';

const sides = fc.integer({ min: 2, max: 14 });
const requests: fc.Arbitrary<LoadRequest> = fc.record({
  container: fc.constant({ lengthMm: 30, widthMm: 20, heightMm: 16 }),
  kinds: fc.array(
    fc.record({
      size: fc.record({ lengthMm: sides, widthMm: sides, heightMm: sides }),
      vertical: fc.record({ length: fc.boolean(), width: fc.boolean(), height: fc.constant(true) }),
      count: fc.integer({ min: 1, max: 12 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
});

function filledMm3({ boxes }: LoadPlan): number {
  return boxes.reduce((sum, box) => sum + box.dxMm * box.dyMm * box.dzMm, 0);
}

describe('loading a container', () => {
  it('keeps boxes inside and apart, stands them as they may, and accounts for every box', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const plan = loadContainer(request, { maxIterations: 15 });
        const room = request.container;
        const cells = new Uint8Array(room.lengthMm * room.widthMm * room.heightMm);
        for (const { kind, xMm, yMm, zMm, dxMm, dyMm, dzMm } of plan.boxes) {
          const { size, vertical } = request.kinds[kind]!;
          const upright = [
            ...(vertical.height ? [size.heightMm] : []),
            ...(vertical.width ? [size.widthMm] : []),
            ...(vertical.length ? [size.lengthMm] : []),
          ];
          expect(upright).toContain(dzMm);
          expect([dxMm, dyMm, dzMm].sort()).toEqual([size.lengthMm, size.widthMm, size.heightMm].sort());
          for (let x = xMm; x < xMm + dxMm; x++) {
            for (let y = yMm; y < yMm + dyMm; y++) {
              for (let z = zMm; z < zMm + dzMm; z++) cells[(x * room.widthMm + y) * room.heightMm + z]!++;
            }
          }
          expect(
            Math.max(xMm + dxMm - room.lengthMm, yMm + dyMm - room.widthMm, zMm + dzMm - room.heightMm),
          ).toBeLessThanOrEqual(0);
        }
        expect(cells.every((taken) => taken <= 1)).toBe(true);
        request.kinds.forEach(({ count }, kind) => {
          expect(plan.boxes.filter((box) => box.kind === kind).length + plan.leftCounts[kind]!).toBe(count);
        });
        expect(plan.fillRatio).toBeCloseTo(filledMm3(plan) / cells.length, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('gives the same plan for the same limits and never less for more of them', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const short = loadContainer(request, { maxIterations: 5 });
        expect(loadContainer(request, { maxIterations: 5 })).toEqual(short);
        expect(loadContainer(request, { maxIterations: 60 }).fillRatio).toBeGreaterThanOrEqual(
          short.fillRatio,
        );
      }),
      { numRuns: 30 },
    );
  });

  it('fills a container without a gap where equal boxes allow it', () => {
    const kinds = [
      {
        size: { lengthMm: 10, widthMm: 10, heightMm: 8 },
        vertical: { length: false, width: false, height: true },
        count: 12,
      },
    ];
    const plan = loadContainer({ container: { lengthMm: 30, widthMm: 20, heightMm: 16 }, kinds });
    expect(plan.fillRatio).toBe(1);
    expect(plan.supportedShare).toBe(1);
    expect(plan.leftCounts).toEqual([0]);
  });

  it('answers an empty plan when nothing fits', () => {
    const kinds = [
      {
        size: { lengthMm: 99, widthMm: 99, heightMm: 99 },
        vertical: { length: true, width: true, height: true },
        count: 1,
      },
    ];
    expect(loadContainer({ container: { lengthMm: 9, widthMm: 9, heightMm: 9 }, kinds }).boxes).toEqual([]);
    expect(loadContainer({ container: { lengthMm: 9, widthMm: 9, heightMm: 9 }, kinds: [] }).fillRatio).toBe(
      0,
    );
  });
});
