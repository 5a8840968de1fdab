import { decidePutUndo, type UndoablePut } from './decide-put-undo.js';

const put = (over: Partial<UndoablePut> = {}): UndoablePut => ({
  isLast: true,
  slot: { code: 'T-900001', state: 'picked' },
  tote: { lpn: 'T-000001', state: 'picked', isHere: true },
  parts: [
    {
      orderLineId: 'line',
      quantity: 3,
      tasks: [
        { id: 'a', sorted: 2 },
        { id: 'b', sorted: 4 },
      ],
    },
  ],
  ...over,
});

describe('the undo of a put', () => {
  it('gives its units back to the picks that they are of', () => {
    expect(decidePutUndo(put())).toEqual({
      decision: 'undo',
      toSort: [
        { taskId: 'a', quantity: 2 },
        { taskId: 'b', quantity: 1 },
      ],
    });
  });

  it.each(['open', 'picked', 'dropped'])(
    'is done while its slot is %s, into an emptied tote too',
    (state) => {
      const tote = { lpn: 'T-000001', state: 'empty', isHere: false };
      expect(decidePutUndo(put({ slot: { code: 'T-900001', state }, tote }))).toMatchObject({
        decision: 'undo',
      });
    },
  );

  it.each<[string, Partial<UndoablePut>, string]>([
    ['that is not the last', { isLast: false }, 'picking.put-not-last'],
    ['that is being packed', { slot: { code: 'T-900001', state: 'packing' } }, 'picking.put-packed'],
    ['that was packed', { slot: { code: 'T-900001', state: null } }, 'picking.put-packed'],
    [
      'whose goods are not all in the slot',
      { parts: [{ orderLineId: 'line', quantity: 3, tasks: [{ id: 'a', sorted: 2 }] }] },
      'picking.put-packed',
    ],
    [
      'whose tote is on a cart',
      { tote: { lpn: 'T-000001', state: 'picking', isHere: false } },
      'picking.tote-taken',
    ],
  ])('refuses one %s', (_what, over, code) => {
    expect(decidePutUndo(put(over))).toMatchObject({ decision: 'refuse', code });
  });
});
