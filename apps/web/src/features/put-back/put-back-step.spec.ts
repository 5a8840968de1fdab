import type { PutBackTask } from '#lib/contracts';
import { noPutBacks, putBackNeed, putBackStep, takePutBacks } from './put-back-step.js';

function task(id: string, part: Partial<PutBackTask> = {}): PutBackTask {
  return {
    id,
    state: 'ready',
    lpn: 'T-000001',
    from: 'tote',
    sourceCodes: ['T-000001'],
    runNumber: null,
    sku: 'TEE',
    name: 'Tee',
    barcodes: [{ code: '9506000134352', quantity: 1 }],
    lot: '',
    quantity: 2,
    location: 'A-01-1',
    person: null,
    mine: false,
    ...part,
  };
}

const begun = takePutBacks(noPutBacks, [
  task('t1'),
  task('t2', { quantity: 1, location: 'A-02-1' }),
  task('t3', { lpn: '106141412345678908', from: 'parcel', sourceCodes: ['106141412345678908'] }),
]);

describe('putting goods back', () => {
  it('goes from the tote over each unit to the place, and on with the same tote', () => {
    let state = begun;
    for (const scan of ['T-000001', '9506000134352', '9506000134352']) {
      const step = putBackStep(state, scan);
      expect(['taken', 'good']).toContain(step.kind);
      state = 'state' in step ? step.state : state;
    }
    expect(putBackNeed(state)).toMatchObject({ need: 'location', task: { id: 't1' } });
    const done = putBackStep(state, 'L-A-01-1');
    expect(done).toMatchObject({
      kind: 'confirm',
      confirmation: { containerScan: 'T-000001', itemScans: ['9506000134352', '9506000134352'] },
    });
    if (done.kind !== 'confirm') throw new Error(done.kind);
    expect(putBackNeed(done.state)).toMatchObject({ need: 'item', task: { id: 't2' }, remaining: 1 });
  });

  it('takes whichever tote or parcel is scanned', () => {
    expect(putBackStep(begun, ']C100106141412345678908')).toMatchObject({
      kind: 'taken',
      task: { id: 't3' },
    });
  });

  it.each([
    ['a tote without goods to put back', 'T-000009', 'wrong-tote'],
    ['an item before its tote', '9506000134352', 'wrong-tote'],
  ])('refuses %s and changes nothing', (_what, scan, code) => {
    expect(putBackStep(begun, scan)).toMatchObject({ kind: 'wrong', wrong: { code, needed: 'T-000001' } });
  });

  it('refuses the wrong item, a unit too many and the wrong place', () => {
    const first = putBackStep(begun, 'T-000001');
    if (first.kind !== 'taken') throw new Error(first.kind);
    expect(putBackStep(first.state, '4006381333931')).toMatchObject({ wrong: { code: 'wrong-item' } });
    expect(putBackStep(first.state, 'T-000001')).toEqual({ kind: 'already' });
    const full = { ...first.state, itemScans: ['9506000134352', '9506000134352'], units: 2 };
    expect(putBackStep(full, 'L-A-09-9')).toMatchObject({
      wrong: { code: 'wrong-location', needed: 'A-01-1', got: 'A-09-9' },
    });
  });

  it('leaves to others what is in their hands, and keeps what is in its own', () => {
    const taken = putBackStep(begun, 'T-000001');
    if (taken.kind !== 'taken') throw new Error(taken.kind);
    const others = takePutBacks(taken.state, [task('t1', { state: 'assigned', person: 'Somebody' })]);
    expect(putBackNeed(others)).toEqual({ need: 'nothing' });
    const mine = takePutBacks(taken.state, [task('t1', { state: 'assigned', person: 'Me', mine: true })]);
    expect(putBackNeed(mine)).toMatchObject({ need: 'item', remaining: 2 });
  });
});
