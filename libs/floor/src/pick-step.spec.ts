import { describe, expect, it } from '@jest/globals';
import type { PickTaskView, RunView } from '#lib/contracts';
import {
  declareShort,
  type PickState,
  type PickStep,
  pickNeed,
  pickStep,
  refreshPick,
  startPick,
} from './pick-step.js';

const EAN = '4006381333931';
const PACK = '4006381333948';

function task(id: string, over: Partial<PickTaskView> = {}): PickTaskView {
  return {
    id,
    sequence: 1,
    state: 'assigned',
    location: { code: 'A-03-2', zone: 'A', aisle: 3, bay: 2, level: 1, xMm: 0, yMm: 0 },
    item: {
      id: 'item',
      sku: 'PEN',
      name: 'Pen',
      barcodes: [
        { code: EAN, quantity: 1 },
        { code: PACK, quantity: 3 },
      ],
      tracking: 'none',
    },
    merchantCode: 'acme',
    lot: '',
    expiresOn: null,
    quantity: 2,
    doneQuantity: 0,
    slot: 1,
    lpn: null,
    because: [],
    ...over,
  };
}

function run(tasks: PickTaskView[]): RunView {
  return {
    id: 'run',
    number: 1,
    state: 'assigned',
    waveNumber: 1,
    method: 'cluster',
    cart: { code: 'C-0001', slots: 2 },
    walkMm: 0,
    dropStation: { code: 'S-PACK-1', name: 'Bench 1' },
    slots: [
      { slot: 1, orderId: 'o1', lpn: null, state: 'open' },
      { slot: 2, orderId: 'o2', lpn: 'T-000009', state: 'open' },
    ],
    tasks,
  };
}

function play(state: PickState, ...scans: string[]): PickStep {
  let step: PickStep = { kind: 'good', state };
  for (const scan of scans) step = pickStep(step.state, scan);
  return step;
}

describe('pickStep', () => {
  it('goes location, item, tote, and confirms with exactly what was scanned', () => {
    const step = play(startPick(run([task('t1')])), 'L-A-03-2', EAN, `]E0${EAN}`, 'T-000001');
    expect(step).toMatchObject({
      kind: 'confirm',
      taskId: 't1',
      confirmation: { locationScan: 'L-A-03-2', itemScans: [EAN, `]E0${EAN}`], containerScan: 'T-000001' },
    });
    expect(pickNeed(step.state)).toEqual({ need: 'station', code: 'S-PACK-1' });
    expect(play(step.state, 'S-PACK-1')).toMatchObject({ kind: 'drop', runId: 'run' });
  });

  const started = startPick(run([task('t1')]));
  it.each([
    ['another location', ['L-A-03-1'], { code: 'wrong-location', needed: 'A-03-2', got: 'A-03-1' }],
    ['an item before the location', [EAN], { code: 'wrong-location', needed: 'A-03-2', got: `0${EAN}` }],
    ['another item', ['L-A-03-2', '96385074'], { code: 'wrong-item', needed: 'PEN', got: '00000096385074' }],
    ['a pack that is too large', ['L-A-03-2', PACK], { code: 'too-many', needed: '2', got: '3' }],
    ['a third unit', ['L-A-03-2', EAN, EAN, EAN], { code: 'too-many', needed: '2', got: '3' }],
    ['a tote too early', ['L-A-03-2', 'T-000001'], { code: 'wrong-item', needed: 'PEN', got: 'T-000001' }],
    [
      'the tote of another slot',
      ['L-A-03-2', EAN, EAN, 'T-000009'],
      { code: 'tote-in-use', needed: 'slot 1', got: 'slot 2' },
    ],
    ['control characters', ['L-A-03-2\u0007'], { code: 'unreadable', needed: 'A-03-2' }],
  ])('refuses %s, says why and changes nothing', (_name, scans, wrong) => {
    const before = scans.length > 1 ? play(started, ...scans.slice(0, -1)).state : started;
    const step = pickStep(before, scans.at(-1)!);
    expect(step).toMatchObject({ kind: 'wrong', wrong });
    expect(step.state).toBe(before);
  });

  it('takes a pack as its units and the same location again as no mistake', () => {
    const three = startPick(run([task('t1', { quantity: 3 })]));
    expect(play(three, 'L-A-03-2', 'L-A-03-2')).toMatchObject({ kind: 'already' });
    expect(pickNeed(play(three, 'L-A-03-2', PACK).state)).toEqual({ need: 'tote', slot: 1, lpn: null });
  });

  it('stays at the location for the next task there and asks for the tote bound before', () => {
    const two = startPick(run([task('t1'), task('t2', { sequence: 2, quantity: 1 })]));
    const step = play(two, 'L-A-03-2', EAN, EAN, 'T-000001', EAN);
    expect(pickNeed(step.state)).toEqual({ need: 'tote', slot: 1, lpn: 'T-000001' });
    expect(play(step.state, 'T-000002')).toMatchObject({
      kind: 'wrong',
      wrong: { code: 'wrong-tote', needed: 'T-000001' },
    });
  });

  it('refuses another lot than the one reserved', () => {
    const state = startPick(run([task('t1', { lot: 'L1' })]));
    expect(play(state, 'L-A-03-2', `]C1010${EAN}10L2`)).toMatchObject({
      kind: 'wrong',
      wrong: { code: 'wrong-lot', needed: 'L1', got: 'L2' },
    });
  });
});

describe('declareShort', () => {
  it('ends the task at once when nothing is in hand', () => {
    const at = play(startPick(run([task('t1')])), 'L-A-03-2').state;
    expect(declareShort(at, 'empty')).toMatchObject({
      kind: 'confirm',
      confirmation: { itemScans: [], containerScan: '', short: { reason: 'empty' } },
    });
  });

  it('asks for the tote when some are in hand', () => {
    const one = play(startPick(run([task('t1')])), 'L-A-03-2', EAN).state;
    const declared = declareShort(one, 'fewer');
    expect(pickNeed(declared.state)).toEqual({ need: 'tote', slot: 1, lpn: null });
    expect(pickStep(declared.state, 'T-000001')).toMatchObject({
      kind: 'confirm',
      confirmation: { short: { reason: 'fewer' } },
    });
  });

  it('wants the location scanned first, unless nobody can reach it', () => {
    const state = startPick(run([task('t1')]));
    expect(declareShort(state, 'empty')).toMatchObject({ kind: 'wrong' });
    expect(declareShort(state, 'blocked')).toMatchObject({ kind: 'confirm' });
  });
});

describe('a batch run', () => {
  const batch = (...tasks: PickTaskView[]): RunView => ({ ...run(tasks), method: 'batch', slots: [] });
  const stop = (id: string, over: Partial<PickTaskView> = {}) => task(id, { slot: 0, quantity: 1, ...over });

  it('takes any tote for any stop: no order is chosen', () => {
    const first = play(
      startPick(batch(stop('t1'), stop('t2', { sequence: 2 }))),
      'L-A-03-2',
      EAN,
      'T-000001',
    );
    expect(first).toMatchObject({ kind: 'confirm', state: { taskId: 't2', locationScan: 'L-A-03-2' } });
    expect(pickNeed(play(first.state, EAN).state)).toEqual({ need: 'tote', slot: 0, lpn: null });
    expect(play(first.state, EAN, 'T-000001')).toMatchObject({ kind: 'confirm', taskId: 't2' });
    expect(play(first.state, EAN, 'T-000002')).toMatchObject({ kind: 'confirm', taskId: 't2' });
  });

  it('keeps lots of one item apart, for nobody could tell them apart in the tote', () => {
    const lots = batch(stop('t1', { lot: 'L1' }), stop('t2', { lot: 'L2', sequence: 2 }));
    const first = play(startPick(lots), 'L-A-03-2', EAN, 'T-000001');
    expect(play(first.state, EAN, 'T-000001')).toMatchObject({
      kind: 'wrong',
      wrong: { code: 'tote-in-use', needed: 'another tote', got: 'lot L1' },
    });
    expect(play(first.state, EAN, 'T-000002')).toMatchObject({ kind: 'confirm' });
  });
});

describe('refreshPick', () => {
  it('keeps the work in hand while its task is open and drops it when the task is gone', () => {
    const state = play(startPick(run([task('t1'), task('t2', { sequence: 2 })])), 'L-A-03-2', EAN).state;
    expect(refreshPick(state, run([task('t1'), task('t2', { sequence: 2 })])).units).toBe(1);
    const gone = refreshPick(state, run([task('t1', { state: 'cancelled' }), task('t2', { sequence: 2 })]));
    expect(gone).toMatchObject({ taskId: 't2', units: 0, locationScan: null });
  });
});
