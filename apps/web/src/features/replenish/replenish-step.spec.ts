import type { ReplenishmentTask } from '#lib/contracts';
import {
  declareCount,
  noReplenishments,
  type ReplenishState,
  replenishNeed,
  replenishStep,
  takeReplenishments,
} from './replenish-step.js';

function task(id: string, part: Partial<ReplenishmentTask> = {}): ReplenishmentTask {
  return {
    id,
    state: 'ready',
    sku: 'TEE',
    name: 'Tee',
    barcodes: [{ code: '9506000134352', quantity: 1 }],
    lot: '',
    from: 'R-01-1',
    to: 'A-01-1',
    quantity: 24,
    doneQuantity: 0,
    blockedPicks: 3,
    waveNumber: 1,
    cutOffAt: null,
    person: null,
    mine: false,
    because: null,
    ...part,
  };
}

function after(state: ReplenishState, ...scans: string[]): ReplenishState {
  return scans.reduce((now, scan) => {
    const step = replenishStep(now, scan);
    if (step.kind !== 'good') throw new Error(`${scan}: ${step.kind}`);
    return step.state;
  }, state);
}

const begun = takeReplenishments(noReplenishments, [task('t1'), task('t2', { from: 'R-02-1' })]);

describe('bringing goods to a pick face', () => {
  it('goes from place over item to face, with all that is asked for', () => {
    const ready = after(begun, 'L-R-01-1', '9506000134352');
    const done = replenishStep(ready, 'L-A-01-1');
    expect(done).toMatchObject({ kind: 'confirm', task: { id: 't1' }, confirmation: { quantity: 24 } });
    expect(done).not.toHaveProperty('confirmation.short');
    if (done.kind !== 'confirm') throw new Error(done.kind);
    expect(replenishNeed(done.state)).toMatchObject({ need: 'from', task: { id: 't2' } });
  });

  it('brings what was counted and says that it is short', () => {
    const counted = declareCount(after(begun, 'L-R-01-1', '9506000134352'), 20);
    if (counted.kind !== 'good') throw new Error(counted.kind);
    expect(replenishStep(counted.state, 'L-A-01-1')).toMatchObject({
      confirmation: { quantity: 20, short: { reason: 'fewer' } },
    });
  });

  it('ends at the place where nothing is, and goes on with the next', () => {
    const none = declareCount(after(begun, 'L-R-01-1'), 0);
    expect(none).toMatchObject({
      kind: 'confirm',
      confirmation: { quantity: 0, itemScan: '', toScan: '', short: { reason: 'empty' } },
      state: { tasks: [{ id: 't2' }] },
    });
    expect(declareCount(begun, 0)).toMatchObject({ kind: 'wrong', wrong: { needed: 'R-01-1' } });
  });

  it('takes no count above what is asked for', () => {
    expect(declareCount(begun, 25)).toMatchObject({ kind: 'wrong', wrong: { code: 'too-many' } });
  });

  it('refuses the wrong place, the wrong item and the wrong face', () => {
    expect(replenishStep(begun, 'L-R-02-1')).toMatchObject({
      wrong: { code: 'wrong-location', needed: 'R-01-1' },
    });
    const there = after(begun, 'L-R-01-1');
    expect(replenishStep(there, '4006381333931')).toMatchObject({ wrong: { code: 'wrong-item' } });
    expect(replenishStep(there, 'L-R-01-1')).toEqual({ kind: 'already' });
    expect(replenishStep(after(there, '9506000134352'), 'L-A-09-9')).toMatchObject({
      wrong: { code: 'wrong-location', needed: 'A-01-1' },
    });
  });

  it('keeps what is begun when something more urgent comes', () => {
    const inHand = after(begun, 'L-R-01-1');
    const mine = task('t1', { state: 'assigned', mine: true, person: 'Me' });
    expect(replenishNeed(takeReplenishments(inHand, [task('t3'), mine]))).toMatchObject({
      need: 'item',
      task: { id: 't1' },
    });
    expect(replenishNeed(takeReplenishments(inHand, [task('t3')]))).toMatchObject({ need: 'from' });
  });
});
