import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AllocationRequest, allocateFefo, type DemandLine, type StockAt } from './allocate-fefo.js';

const days = fc.constantFrom('2026-01-01', '2026-02-01', '2026-03-01');
const items = fc.constantFrom('tea', 'soap');

const requests: fc.Arbitrary<AllocationRequest> = fc.record({
  onDay: fc.constant('2026-01-15'),
  strategy: fc.constantFrom(
    'fefo' as const,
    'fifo' as const,
    'fewest-touches' as const,
    'full-containers' as const,
  ),
  tieBreak: fc.constantFrom('fewest-touches' as const, 'nearest' as const, 'pick-sequence' as const),
  wholeOrders: fc.boolean(),
  demand: fc
    .array(
      fc.record({
        orderId: fc.constantFrom('o1', 'o2', 'o3'),
        itemId: items,
        quantity: fc.integer({ min: 1, max: 9 }),
        fill: fc.constantFrom('all' as const, 'partial' as const),
        minExpiresOn: fc.option(days, { nil: undefined }),
      }),
      { maxLength: 8 },
    )
    .map((lines) => lines.map((line, at): DemandLine => ({ ...line, lineId: `l${at}` }))),
  stock: fc
    .array(
      fc.record({
        itemId: items,
        lot: fc.constantFrom(null, 'x'),
        expiresOn: fc.option(days),
        receivedOn: fc.option(days),
        available: fc.nat(9),
        pickSequence: fc.nat(50),
        distanceMm: fc.nat(90),
      }),
      { maxLength: 8 },
    )
    .map((stock) => stock.map((at, index): StockAt => ({ ...at, locationId: `b${index}` }))),
});

function stockAt(locationId: string, over: Partial<StockAt> = {}): StockAt {
  const rest = {
    lot: null,
    expiresOn: null,
    receivedOn: null,
    available: 5,
    pickSequence: 1,
    distanceMm: 1000,
  };
  return { itemId: 'tea', ...rest, locationId, ...over };
}

function line(quantity: number, over: Partial<DemandLine> = {}): DemandLine {
  return { lineId: 'l', orderId: 'o', itemId: 'tea', quantity, fill: 'all', ...over };
}

function placesOf(demand: DemandLine[], stock: StockAt[], over: Partial<AllocationRequest> = {}) {
  const { reservations } = allocateFefo({ demand, stock, onDay: '2026-01-15', ...over });
  return reservations.map(({ locationId, quantity }) => `${quantity} of ${locationId}`);
}

describe('allocating stock', () => {
  it('conserves: reserved and missing make what was asked, and no location gives more than it has', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { reservations, shorts } = allocateFefo(request);
        for (const asked of request.demand) {
          const reserved = reservations.reduce(
            (sum, r) => (r.lineId === asked.lineId ? sum + r.quantity : sum),
            0,
          );
          const short = shorts.find((entry) => entry.lineId === asked.lineId);
          expect(reserved + (short?.missing ?? 0)).toBe(asked.quantity);
          expect(short?.reserved ?? asked.quantity).toBe(reserved);
          if (asked.fill === 'all') expect([0, asked.quantity]).toContain(reserved);
        }
        for (const at of request.stock) {
          const taken = reservations.reduce(
            (sum, r) => (r.locationId === at.locationId ? sum + r.quantity : sum),
            0,
          );
          expect(taken).toBeLessThanOrEqual(at.available);
          if (at.expiresOn !== null && at.expiresOn < request.onDay) expect(taken).toBe(0);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('takes a whole order or nothing where that is asked', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const { reservations, shorts } = allocateFefo({ ...request, wholeOrders: true });
        const shortOrders = new Set(shorts.map((short) => short.orderId));
        expect(reservations.filter((reservation) => shortOrders.has(reservation.orderId))).toEqual([]);
      }),
    );
  });

  it('takes what expires first, whatever is nearer', () => {
    const stock = [
      stockAt('near', { expiresOn: '2026-09-01', distanceMm: 1 }),
      stockAt('far', { expiresOn: '2026-02-01', distanceMm: 99_000 }),
    ];
    expect(placesOf([line(7)], stock)).toEqual(['5 of far', '2 of near']);
  });

  it('takes the older receipt first when nothing expires', () => {
    const stock = [
      stockAt('new', { receivedOn: '2026-01-10' }),
      stockAt('old', { receivedOn: '2026-01-02' }),
    ];
    expect(placesOf([line(2)], stock)).toEqual(['2 of old']);
  });

  it('prefers one touch over two among equally old goods', () => {
    const stock = [stockAt('a', { available: 3, distanceMm: 1 }), stockAt('b', { available: 8 })];
    expect(placesOf([line(4)], stock)).toEqual(['4 of b']);
    expect(placesOf([line(4)], stock, { tieBreak: 'nearest' })).toEqual(['3 of a', '1 of b']);
  });

  it.each([
    ['fefo', ['5 of soon', '3 of old'], 'fefo'],
    ['fifo', ['5 of old', '3 of soon'], 'fifo'],
    ['fewest-touches', ['8 of large'], 'fewest-touches'],
    ['full-containers', ['7 of tray', '1 of soon'], 'full-container'],
  ] as const)('chooses by strategy %s', (strategy, places, code) => {
    const stock = [
      stockAt('old', { expiresOn: '2026-04-01', receivedOn: '2026-01-02' }),
      stockAt('soon', { expiresOn: '2026-02-01', receivedOn: '2026-01-10' }),
      stockAt('large', { available: 40, expiresOn: '2026-06-01', receivedOn: '2026-01-12' }),
      stockAt('tray', { available: 7, expiresOn: '2026-05-01', receivedOn: '2026-01-11' }),
    ];
    expect(placesOf([line(8)], stock, { strategy })).toEqual(places);
    const { reservations } = allocateFefo({ demand: [line(8)], stock, onDay: '2026-01-15', strategy });
    expect(reservations[0]!.reasons[0]!.code).toBe(code);
  });

  it.each([
    ['no-stock', line(1), []],
    ['not-enough', line(9), [stockAt('a')]],
    ['expired', line(1), [stockAt('a', { expiresOn: '2026-01-01' })]],
    ['too-short-dated', line(1, { minExpiresOn: '2026-06-01' }), [stockAt('a', { expiresOn: '2026-02-01' })]],
    ['lot-not-here', line(1, { lot: 'x' }), [stockAt('a', { lot: 'y' })]],
  ] as const)('says %s', (code, asked, stock) => {
    const { shorts } = allocateFefo({ demand: [asked], stock: [...stock], onDay: '2026-01-15' });
    expect(shorts[0]?.reason.code).toBe(code);
  });
});
