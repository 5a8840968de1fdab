import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConfirmPick } from '#lib/contracts';
import { decidePick, type PickTaskFacts } from './confirm-pick.js';

const EAN = '4006381333931';
const PACK = '4006381333948';

const task: PickTaskFacts = {
  state: 'assigned',
  locationCode: 'A-01-01',
  item: {
    sku: 'PEN',
    barcodes: [
      { code: EAN, quantity: 1 },
      { code: PACK, quantity: 3 },
    ],
  },
  lot: '',
  quantity: 3,
  lpn: null,
  otherLpns: ['T-000009'],
};

const confirm: ConfirmPick = {
  eventId: 'e',
  locationScan: 'L-A-01-01',
  itemScans: [EAN, EAN, EAN],
  containerScan: 'T-000001',
  at: '2026-03-02T08:00:00Z',
};

describe('decidePick', () => {
  it.each<[string, Partial<PickTaskFacts>, Partial<ConfirmPick>, object]>([
    ['takes what was scanned', {}, {}, { decision: 'pick', quantity: 3, lpn: 'T-000001' }],
    ['takes a pack as its units', {}, { itemScans: [PACK] }, { decision: 'pick', quantity: 3 }],
    [
      'takes our own item label',
      {},
      { itemScans: ['I-PEN', EAN, 'I-PEN'] },
      { decision: 'pick', quantity: 3 },
    ],
    ['takes the tote that stands in the slot', { lpn: 'T-000001' }, {}, { decision: 'pick' }],
    [
      'takes some and misses the rest',
      {},
      { itemScans: [EAN], short: { reason: 'fewer' } },
      { decision: 'short', quantity: 1, missing: 2, reason: 'fewer', lpn: 'T-000001' },
    ],
    [
      'misses all without a tote',
      {},
      { itemScans: [], containerScan: '', short: { reason: 'empty' } },
      { decision: 'short', quantity: 0, missing: 3, lpn: null },
    ],
    [
      'misses all at a place that nobody can reach',
      {},
      { locationScan: '', itemScans: [], containerScan: '', short: { reason: 'blocked' } },
      { decision: 'short', quantity: 0 },
    ],
    [
      'is a full pick even when a short was declared',
      {},
      { short: { reason: 'fewer' } },
      { decision: 'pick', quantity: 3 },
    ],
  ])('%s', (_name, ...[facts, scans, expected]) => {
    expect(decidePick({ ...task, ...facts }, { ...confirm, ...scans })).toMatchObject(expected);
  });

  it.each<[string, Partial<PickTaskFacts>, Partial<ConfirmPick>, string]>([
    ['a task that is over', { state: 'picked' }, {}, 'picking.task-closed'],
    ['another location', {}, { locationScan: 'L-A-01-02' }, 'picking.wrong-location'],
    [
      'no location for a mere short',
      {},
      { locationScan: '', itemScans: [], short: { reason: 'empty' } },
      'picking.unreadable',
    ],
    ['another item', {}, { itemScans: ['96385074'] }, 'picking.wrong-item'],
    ['one too many', {}, { itemScans: [EAN, PACK] }, 'picking.too-many'],
    ['too few without a word', {}, { itemScans: [EAN] }, 'picking.incomplete'],
    ['nothing at all', {}, { itemScans: [] }, 'picking.incomplete'],
    ['another tote than the one in the slot', { lpn: 'T-000002' }, {}, 'picking.wrong-tote'],
    ['a tote of another slot', {}, { containerScan: 'T-000009' }, 'picking.tote-in-use'],
    ['a location for a tote', {}, { containerScan: 'L-A-01-01' }, 'picking.wrong-tote'],
  ])('refuses %s', (_name, ...[facts, scans, code]) => {
    expect(decidePick({ ...task, ...facts }, { ...confirm, ...scans })).toMatchObject({
      decision: 'refuse',
      code,
    });
  });

  it('never counts more than was asked for, and quantity + missing is always the task', () => {
    const scan = fc.constantFrom(EAN, PACK, 'I-PEN', 'I-INK', 'T-000001', '!short', '');
    fc.assert(
      fc.property(
        fc.array(scan, { maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        fc.boolean(),
        (itemScans, quantity, short) => {
          const decision = decidePick(
            { ...task, quantity },
            { ...confirm, itemScans, ...(short ? { short: { reason: 'fewer' } } : {}) },
          );
          if (decision.decision === 'pick') expect(decision.quantity).toBe(quantity);
          if (decision.decision === 'short') expect(decision.quantity + decision.missing).toBe(quantity);
        },
      ),
    );
  });
});
