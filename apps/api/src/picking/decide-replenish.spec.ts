import { describe, expect, it } from '@jest/globals';
import { decideReplenish, type ReplenishFacts } from './decide-replenish.js';

const task: ReplenishFacts = {
  state: 'ready',
  from: 'R-01-01-1',
  to: 'A-01-01-1',
  item: { sku: 'SKU-1', barcodes: [{ code: '4000000000013', quantity: 1 }] },
  lot: '',
  quantity: 6,
};
const confirm = {
  fromScan: 'L-R-01-01-1',
  itemScan: '4000000000013',
  quantity: 6,
  toScan: 'L-A-01-01-1',
};
const short = { reason: 'empty' };

describe('decideReplenish', () => {
  it.each([
    ['all of it', {}, { decision: 'done', quantity: 6 }],
    [
      'less, and says so',
      { quantity: 4, short },
      { decision: 'short', quantity: 4, missing: 2, state: 'done' },
    ],
    [
      'nothing, with only the place scanned',
      { quantity: 0, itemScan: '', toScan: '', short },
      { decision: 'short', quantity: 0, missing: 6, state: 'failed' },
    ],
  ])('takes %s', (_name, over, expected) => {
    expect(decideReplenish(task, { ...confirm, ...over })).toMatchObject(expected);
  });

  it.each([
    ['the wrong source', {}, { fromScan: 'L-R-09-09-9' }, 'picking.wrong-location'],
    ['the wrong item', {}, { itemScan: '4000000000020' }, 'picking.wrong-item'],
    ['the wrong pick face', {}, { toScan: 'L-A-09-09-9' }, 'picking.wrong-location'],
    ['more than asked for', {}, { quantity: 7 }, 'picking.too-many'],
    ['less without a word', {}, { quantity: 5 }, 'picking.incomplete'],
    ['what is done already', { state: 'done' }, {}, 'picking.task-closed'],
  ])('refuses %s', (_name, facts, over, code) => {
    expect(decideReplenish({ ...task, ...facts }, { ...confirm, ...over })).toMatchObject({
      decision: 'refuse',
      code,
    });
  });
});
