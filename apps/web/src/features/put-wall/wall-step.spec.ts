import type { PutInstruction, PutWallView } from '#lib/contracts';
import { takeWall, toteOf, unitsLeft, type WallState, wallStep, withoutLast } from './wall-step.js';

const slot = (code: string, column: number): PutWallView['slots'][number] => ({
  code,
  row: 1,
  column,
  volumeMl: 20_000,
  light: null,
  state: 'free',
  orderId: null,
  externalRef: null,
  wanted: 0,
  put: 0,
  cutOffAt: null,
});
const wall: PutWallView = {
  station: { code: 'S-WALL-01', name: 'Wall' },
  slots: [slot('T-900001', 1), slot('T-900002', 2)],
  totes: [{ lpn: 'T-000001', runNumber: 41, units: 3 }],
  freeSlots: 2,
};
const instruction: PutInstruction = {
  slot: 'T-900002',
  row: 1,
  column: 2,
  sku: 'TEE',
  name: 'Tee',
  quantity: 1,
  wanted: 1,
  externalRef: 'A-1',
  completes: true,
};
const begun = takeWall(null, wall);

function withTote(): WallState {
  const step = wallStep(begun, 'T-000001');
  if (step.kind !== 'good') throw new Error(step.kind);
  return step.state;
}

describe('sorting at a put wall', () => {
  it('wants a tote first', () => {
    expect(wallStep(begun, '9506000134352')).toMatchObject({
      kind: 'wrong',
      wrong: { code: 'wrong-tote', needed: 'T-000001' },
    });
  });

  it('asks the core where an item out of the tote goes', () => {
    expect(wallStep(withTote(), '9506000134352')).toEqual({
      kind: 'sort',
      containerScan: 'T-000001',
      itemScan: '9506000134352',
    });
  });

  it('puts the item into its slot only, and counts down what the tote holds', () => {
    const inHand: WallState = { ...withTote(), hand: { itemScan: '9506000134352', instruction } };
    const put = wallStep(inHand, 'T-900002');
    expect(put).toMatchObject({
      kind: 'put',
      confirmation: { containerScan: 'T-000001', itemScan: '9506000134352', slotScan: 'T-900002' },
    });
    if (put.kind !== 'put') throw new Error(put.kind);
    expect(put.state.hand).toBeNull();
    expect(put.state.wall.slots[1]).toMatchObject({ put: 1, state: 'complete' });
    expect([unitsLeft(inHand), unitsLeft(put.state)]).toEqual([3, 2]);
  });

  it('takes the last put back: into its tote, which is sorted on, and out of a slot that it completed', () => {
    const inHand: WallState = { ...withTote(), hand: { itemScan: '9506000134352', instruction } };
    const put = wallStep(inHand, 'T-900002');
    if (put.kind !== 'put') throw new Error(put.kind);
    const last = { eventId: 'put', put: '1 × TEE, T-900002', toteScan: 'T-000001', instruction };
    const undone = withoutLast({ ...put.state, toteScan: '', last }, last);
    expect(undone).toMatchObject({ last: null, toteScan: 'T-000001' });
    expect(undone.wall.slots[1]).toMatchObject({ put: 0, state: 'waiting' });
    expect(unitsLeft(undone)).toBe(3);
  });

  it.each([
    [
      'another slot of the wall',
      'T-900001',
      { code: 'wrong-slot', needed: { row: 1, column: 2 }, got: { row: 1, column: 1 } },
    ],
    ['a plate from elsewhere', 'T-000009', { code: 'wrong-location', needed: 'T-900002', got: 'T-000009' }],
    ['the next item', '9506000134352', { code: 'in-hand', slot: 'T-900002', sku: 'TEE' }],
  ])('says what is wrong with %s while an item is in the hand', (_what, raw, wrong) => {
    const inHand: WallState = { ...withTote(), hand: { itemScan: '9506000134352', instruction } };
    expect(wallStep(inHand, raw)).toMatchObject({ kind: 'wrong', wrong });
  });

  it('asks the core about a tote that it does not know of, and keeps what is in the hand when the wall changes', () => {
    expect(wallStep(withTote(), 'T-000002')).toEqual({ kind: 'tote', raw: 'T-000002', lpn: 'T-000002' });
    const inHand: WallState = { ...withTote(), hand: { itemScan: '9506000134352', instruction } };
    expect(takeWall(inHand, { ...wall, freeSlots: 1 })).toMatchObject({
      hand: { instruction },
      wall: { freeSlots: 1 },
    });
    expect(toteOf(inHand)).toBe('T-000001');
  });

  it('takes no slot for a tote', () => {
    expect(wallStep(begun, 'T-900001')).toMatchObject({
      kind: 'wrong',
      wrong: { code: 'wrong-tote', needed: 'T-000001', got: 'T-900001' },
    });
  });

  it('gives command barcodes on', () => {
    expect(wallStep(begun, '!undo')).toEqual({ kind: 'command', command: 'undo' });
  });
});
