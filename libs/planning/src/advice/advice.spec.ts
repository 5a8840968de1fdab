import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adviseReplenishment, type ReplenishmentRequest } from './advise-replenishment.js';
import { adviseSlotting, type SlottingRequest } from './advise-slotting.js';

const itemIds = fc.constantFrom('tea', 'soap');

const replenishments: fc.Arbitrary<ReplenishmentRequest> = fc.record({
  faces: fc
    .array(
      fc.record({
        itemId: itemIds,
        available: fc.nat(10),
        capacity: fc.integer({ min: 10, max: 20 }),
        minimum: fc.nat(5),
      }),
      { maxLength: 4 },
    )
    .map((rows) => rows.map((row, at) => ({ ...row, locationId: `f${at}` }))),
  reserves: fc
    .array(
      fc.record({
        itemId: itemIds,
        expiresOn: fc.constantFrom(null, '2026-02-01', '2026-03-01'),
        available: fc.nat(30),
        distanceMm: fc.nat(99),
      }),
      { maxLength: 5 },
    )
    .map((rows) => rows.map((row, at) => ({ ...row, lot: null, locationId: `r${at}` }))),
  plannedUnits: fc.record({ tea: fc.nat(40), soap: fc.nat(40) }),
});

describe('replenishment advice', () => {
  it('brings what the waves lack as far as there is any, and never more than a reserve has', () => {
    fc.assert(
      fc.property(replenishments, (request) => {
        const { moves, missing } = adviseReplenishment(request);
        for (const reserve of request.reserves) {
          const taken = moves.filter((move) => move.fromLocationId === reserve.locationId);
          expect(taken.reduce((sum, move) => sum + move.quantity, 0)).toBeLessThanOrEqual(reserve.available);
        }
        for (const itemId of ['tea', 'soap'] as const) {
          const faces = request.faces.filter((face) => face.itemId === itemId);
          const onFaces = faces.reduce((sum, face) => sum + face.available, 0);
          const brought = moves.reduce(
            (sum, move) => (move.itemId === itemId ? sum + move.quantity : sum),
            0,
          );
          const short = missing.find((entry) => entry.itemId === itemId)?.units ?? 0;
          expect(onFaces + brought + short).toBeGreaterThanOrEqual(request.plannedUnits[itemId]!);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('takes the reserve that expires first, and what a wave waits for comes before a top-up', () => {
    const face = (itemId: string, available: number) => ({
      locationId: `f-${itemId}`,
      itemId,
      available,
      capacity: 20,
      minimum: 5,
    });
    const reserve = (locationId: string, itemId: string, expiresOn: string) => {
      return { locationId, itemId, lot: null, expiresOn, available: 50, distanceMm: 1 };
    };
    const { moves } = adviseReplenishment({
      faces: [face('soap', 3), face('tea', 4)],
      reserves: [
        reserve('new', 'tea', '2026-09-01'),
        reserve('old', 'tea', '2026-02-01'),
        reserve('s', 'soap', '2027-01-01'),
      ],
      plannedUnits: { tea: 10 },
    });
    expect(moves.map((move) => [move.fromLocationId, move.quantity, move.need])).toEqual([
      ['old', 26, 'before-wave'],
      ['s', 17, 'top-up'],
    ]);
    expect(moves[0]?.reason).toEqual({ code: 'wave-short', missing: 6 });
  });
});

const slottings: fc.Arbitrary<SlottingRequest> = fc
  .tuple(
    fc.array(fc.nat(50), { minLength: 1, maxLength: 7 }),
    fc.array(fc.nat(90), { minLength: 7, maxLength: 9 }),
  )
  .map(([picks, trips]) => ({
    places: trips.map((metres, at) => ({
      locationId: `b${at}`,
      sizeClass: 'shelf',
      roundTripMm: metres * 1000,
    })),
    items: picks.map((picksPerDay, at) => ({
      itemId: `i${at}`,
      locationId: `b${at}`,
      picksPerDay,
      sizeClass: 'shelf',
    })),
    moveCostMm: 50_000,
    horizonDays: 10,
  }));

describe('slotting advice', () => {
  it('saves the walk it claims, and leaves every item in a place of its own', () => {
    fc.assert(
      fc.property(slottings, (request) => {
        const { chains, savedMmPerDay } = adviseSlotting(request);
        const trip = new Map(request.places.map((place) => [place.locationId, place.roundTripMm]));
        const at = new Map(request.items.map((item) => [item.itemId, item.locationId]));
        const walk = () =>
          request.items.reduce((sum, item) => sum + item.picksPerDay * trip.get(at.get(item.itemId)!)!, 0);
        const before = walk();
        for (const move of chains.flatMap((chain) => chain.moves)) at.set(move.itemId, move.toLocationId);
        expect(new Set(at.values()).size).toBe(request.items.length);
        expect(before - walk()).toBe(savedMmPerDay);
        for (const chain of chains)
          expect(chain.savedMmPerDay * 10).toBeGreaterThan(50_000 * chain.moves.length);
      }),
      { numRuns: 200 },
    );
  });

  it('moves a busy item into an empty place near the start, alone', () => {
    const { chains } = adviseSlotting({
      items: [{ itemId: 'tea', locationId: 'far', picksPerDay: 10, sizeClass: 'shelf' }],
      places: [
        { locationId: 'far', sizeClass: 'shelf', roundTripMm: 90_000 },
        { locationId: 'near', sizeClass: 'shelf', roundTripMm: 10_000 },
        { locationId: 'nearer', sizeClass: 'pallet', roundTripMm: 1000 },
      ],
      moveCostMm: 100_000,
      horizonDays: 1,
    });
    const move = { itemId: 'tea', fromLocationId: 'far', toLocationId: 'near', savedMmPerDay: 800_000 };
    expect(chains).toEqual([{ moves: [move], savedMmPerDay: 800_000 }]);
  });
});
