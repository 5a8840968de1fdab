import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { assignWallSlots, shareWalls, type WallOrder, type WallSlot } from './plan-walls.js';

const slot = (wall: string, column: number, volumeMl = 10): WallSlot => ({
  slotId: `${wall}${column}`,
  wallId: wall,
  wall: `S-WALL-${wall}`,
  code: `T-00000${column}`,
  row: 1,
  column,
  volumeMl,
});
const order = (orderId: string, picks = 1, volumeMl = 5): WallOrder => ({ orderId, picks, volumeMl });

describe('put walls', () => {
  it('keep the orders of a wave together while they fit', () => {
    const slots = [slot('A', 1), slot('B', 1), slot('B', 2), slot('B', 3)];
    const walls = shareWalls([order('1'), order('2'), order('3')], slots);
    expect([...walls.values()]).toEqual(['B', 'B', 'B']);
    expect([...shareWalls([order('1'), order('2'), order('3'), order('4')], slots).values()].sort()).toEqual([
      'A',
      'B',
      'B',
      'B',
    ]);
  });

  it('leave out what no slot holds', () => {
    expect([...shareWalls([order('large', 1, 11), order('fits')], [slot('A', 1)]).keys()]).toEqual(['fits']);
  });

  it('give the order with most puts the slot in the middle', () => {
    const slots = [slot('A', 1), slot('A', 2), slot('A', 3)];
    const chosen = assignWallSlots([order('few'), order('many', 9), order('some', 3)], slots);
    expect(chosen.get('many')).toMatchObject({
      slot: { column: 2 },
      because: { code: 'slot-in-reach', picks: 9 },
    });
    expect(chosen.get('few')?.because.code).toBe('slot-gave-way');
  });

  it('give as many orders a slot of their own as can have one, and only such as hold them', () => {
    const volumes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 8 });
    fc.assert(
      fc.property(volumes, volumes, (wanted, held) => {
        const orders = wanted.map((volumeMl, at) => order(`o${at}`, 1 + (at % 3), volumeMl));
        const slots = held.map((volumeMl, at) => slot(at % 2 ? 'A' : 'B', at, volumeMl));
        const chosen = assignWallSlots(orders, slots);
        const used = [...chosen.values()].map((each) => each.slot.slotId);
        expect(new Set(used).size).toBe(used.length);
        for (const { orderId, volumeMl } of orders)
          expect(chosen.get(orderId)?.slot.volumeMl ?? volumeMl).toBeGreaterThanOrEqual(volumeMl);
        expect(shareWalls(orders, slots).size).toBe(chosen.size);
      }),
    );
  });
});
