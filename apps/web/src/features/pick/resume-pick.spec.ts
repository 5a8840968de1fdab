import type { PickTaskView, RunView } from '#lib/contracts';
import { currentTask, pickNeed, pickStep, startPick } from '#lib/floor';
import { readKept, resumePick, takeRun, tasksOnTheirWay } from './resume-pick.js';

function task(id: string, sequence: number): PickTaskView {
  const location = { code: `A-0${sequence}-1`, zone: 'A', aisle: 1, bay: 1, level: 1, xMm: 0, yMm: 0 };
  const item = {
    id: 'i',
    sku: 'TEE',
    name: 'Tee',
    barcodes: [{ code: '9506000134352', quantity: 1 }],
    tracking: 'none',
  };
  return {
    id,
    sequence,
    state: 'assigned',
    location,
    item,
    merchantCode: 'ACME',
    lot: '',
    expiresOn: null,
    quantity: 1,
    doneQuantity: 0,
    slot: sequence,
    lpn: null,
    because: [],
  };
}

const run: RunView = {
  id: 'r1',
  number: 1,
  state: 'in-progress',
  waveNumber: 1,
  method: 'cluster',
  cart: { code: 'C-0001', slots: 4 },
  walkMm: 0,
  dropStation: { code: 'S-PACK-01', name: 'Bench' },
  slots: [1, 2, 3].map((slot) => ({ slot, orderId: `o${slot}`, lpn: null, state: 'open' })),
  tasks: [task('t1', 1), task('t2', 2), task('t3', 3)],
};
const waiting = [{ path: '/picking/tasks/t1/confirm' }, { path: '/picking/runs/r1/drop' }];

describe('going on after the page was started again', () => {
  it('finds the tasks whose confirmation is on its way', () => {
    expect([...tasksOnTheirWay(waiting)]).toEqual(['t1']);
  });

  it('keeps the scans of the stop in hand, through JSON and back', () => {
    const scanned = pickStep(startPick(run), 'L-A-01-1').state;
    const kept = readKept(JSON.stringify(scanned))!;
    expect(pickNeed(resumePick(kept, new Set()))).toMatchObject({ need: 'item', remaining: 1 });
  });

  it('does not ask again for what is confirmed but not yet answered', () => {
    const kept = pickStep(startPick(run), 'L-A-01-1').state;
    const resumed = resumePick(kept, tasksOnTheirWay(waiting));
    expect(currentTask(resumed)?.id).toBe('t2');
    expect(pickNeed(resumed)).toEqual({ need: 'location', code: 'A-02-1' });
  });

  it.each([
    ['nothing', null],
    ['no JSON', '{"run":'],
    ['something else', '{"run":{"tasks":3}}'],
    ['null', 'null'],
  ])('starts anew from %s', (_name, text) => {
    expect(readKept(text)).toBeNull();
  });
});

describe('takeRun', () => {
  it('lets the core end the run', () => {
    expect(takeRun(startPick(run), null, new Set())).toBeNull();
  });

  it('begins another run at its first stop', () => {
    const other = { ...run, id: 'r2' };
    const now = pickStep(startPick(run), 'L-A-01-1').state;
    expect(pickNeed(takeRun(now, other, new Set())!)).toEqual({ need: 'location', code: 'A-01-1' });
  });

  it('keeps the stop in hand while the core says that it is open', () => {
    const now = pickStep(startPick(run), 'L-A-01-1').state;
    expect(pickNeed(takeRun(now, { ...run }, new Set())!)).toMatchObject({ need: 'item' });
  });
});
