import { describe, expect, it } from '@jest/globals';
import { isNews, type PaperState, whyNotAdopted } from './adopt-label.js';

const paper = (printState: PaperState, weightGrams = 500) => ({
  weightGrams,
  carrierCode: 'post',
  service: 'standard',
  printState,
});
const parcel = {
  numberInOrder: 1,
  carrierCode: 'post',
  service: 'standard',
  weightGrams: 510,
  units: 2,
  leftInTote: 0,
};

describe('whyNotAdopted', () => {
  it.each([
    ['paper that says what the parcel is', paper('printed'), {}, null],
    ['paper in doubt', paper('unknown'), {}, null],
    [
      'paper with another weight',
      paper('printed', 700),
      {},
      'the parcel weighs 510 g and its paper says 700 g',
    ],
    ['another weight, nothing printed yet', paper('queued', 700), {}, null],
    ['another weight, nothing came out', paper('failed', 700), {}, null],
    ['a tote that is not empty', paper('queued'), { leftInTote: 1 }, 'its goods became several parcels'],
    ['a second parcel', paper('printed'), { numberInOrder: 2 }, 'its goods became several parcels'],
    ['another service', paper('queued'), { service: 'express' }, 'the parcel goes by post express'],
  ])('%s', (_name, planned, change, why) => {
    expect(whyNotAdopted(planned, { ...parcel, ...change })).toBe(why);
  });
});

describe('isNews', () => {
  it('takes a print that succeeded after one that failed, and nothing after paper', () => {
    expect(isNews('failed', 'printed')).toBe(true);
    expect(isNews('unknown', 'failed')).toBe(true);
    expect(isNews('sent', 'sent')).toBe(false);
    for (const to of ['sent', 'failed', 'unknown'] as const) expect(isNews('printed', to)).toBe(false);
  });
});
