import { describe, expect, it } from '@jest/globals';
import type { CutOffOutlook, DryRunView } from '#lib/contracts';
import { differenceOf } from './dry-run-report.js';

const cutOff = (projectedAt: string, over: Partial<CutOffOutlook> = {}): CutOffOutlook => ({
  carrier: 'post',
  service: 'express',
  cutOffAt: '2026-03-02T17:00:00.000Z',
  orders: 3,
  startBy: '2026-03-02T12:00:00.000Z',
  projectedAt,
  cautiousAt: projectedAt,
  risk: 'safe',
  bottleneck: 'pick',
  stages: [],
  ...over,
});

const view = (over: Partial<DryRunView> = {}): DryRunView => ({
  id: '1',
  at: '2026-03-02T09:00:00.000Z',
  templateId: 't',
  template: 'T',
  waveId: null,
  tookMs: 5,
  orders: 3,
  lines: 3,
  units: 3,
  runs: 1,
  walkMetres: 40,
  naiveWalkMetres: 50,
  left: 0,
  shortLines: 0,
  shorts: [],
  faults: [],
  cartons: [{ code: 'M', name: 'Medium', count: 3 }],
  unfitOrders: 0,
  labour: { pickMinutes: 4, packMinutes: 3, basis: 'standard' },
  lanes: [{ code: '1', name: 'One', parcels: 3, onTheWay: 0 }],
  replenishments: [],
  cutOffs: [cutOff('2026-03-02T15:00:00.000Z')],
  steps: [],
  difference: null,
  ...over,
});

const difference = (before: Partial<DryRunView>, now: Partial<DryRunView>) =>
  differenceOf({ view: view(before), orderIds: ['a'] }, { view: view(now), orderIds: ['a'] });

describe('what changed since the last dry run', () => {
  it('is nothing where all is as it was, even if the clock has gone on a little', () => {
    const now = { at: '2026-03-02T09:03:00.000Z', cutOffs: [cutOff('2026-03-02T15:03:00.000Z')] };
    expect(difference({}, now)).toEqual({
      since: '2026-03-02T09:00:00.000Z',
      figures: [],
      lanes: [],
      cutOffs: [],
      ordersAdded: 0,
      ordersGone: 0,
    });
  });

  it('tells the figures that changed, and how many orders came and went', () => {
    const before = { view: view(), orderIds: ['a', 'b', 'c'] };
    const now = { view: view({ orders: 4, walkMetres: 35 }), orderIds: ['a', 'b', 'd', 'e'] };
    expect(differenceOf(before, now)).toMatchObject({
      figures: [
        { name: 'orders', before: 3, after: 4 },
        { name: 'walkMetres', before: 40, after: 35 },
      ],
      ordersAdded: 2,
      ordersGone: 1,
    });
  });

  it('tells cartons, minutes of work, lanes and the projected finish', () => {
    const now = {
      cartons: [
        { code: 'M', name: 'Medium', count: 2 },
        { code: 'L', name: 'Large', count: 2 },
      ],
      labour: { pickMinutes: 6, packMinutes: 3, basis: 'standard' as const },
      lanes: [
        { code: '1', name: 'One', parcels: 1, onTheWay: 4 },
        { code: '2', name: 'Two', parcels: 2, onTheWay: 0 },
      ],
      cutOffs: [cutOff('2026-03-02T16:30:00.000Z', { risk: 'at-risk' })],
    };
    expect(difference({}, now)).toMatchObject({
      figures: [
        { name: 'cartons', before: 3, after: 4 },
        { name: 'pickMinutes', before: 4, after: 6 },
        { name: 'labourMinutes', before: 7, after: 9 },
      ],
      lanes: [
        { code: '1', before: 3, after: 1 },
        { code: '2', before: 0, after: 2 },
      ],
      cutOffs: [
        {
          service: 'express',
          before: '2026-03-02T15:00:00.000Z',
          after: '2026-03-02T16:30:00.000Z',
          risk: 'at-risk',
        },
      ],
    });
  });
});
