import { describe, expect, it } from '@jest/globals';
import { type DraftTake, ordersOf, planOf, windowOf } from './lane-plan-draft.js';

const take = (
  lane: string,
  rank: number | null,
  cutOffTime = '',
  service: string | null = 'POST STD',
): DraftTake => ({
  ...{ lane, service, rank, cutOffTime },
});

describe('a draft of what lanes take', () => {
  it.each([
    ['', null],
    [' ', null],
    ['15:00', '15:00'],
    ['9:30', '09:30'],
    ['9.30', '09:30'],
    ['0930', '09:30'],
    ['noon', 'noon'],
  ])('reads the cut-off %p as %p', (typed, cutOffTime) => {
    expect(planOf({ takes: [take('L1', 1, typed)], points: [] }).takes[0]).toMatchObject({ cutOffTime });
  });

  it('sends what is not filled in, so that the core refuses it at its field', () => {
    expect(planOf({ takes: [take('L1', null, '', null)], points: [] }).takes).toEqual([
      { lane: 'L1', carrier: '', service: '', rank: 0, cutOffTime: null },
    ]);
  });

  it('says which orders ride which truck', () => {
    const takes = [take('L1', 1, '15:00'), take('L2', 1, '18:00'), take('L3', 1, '20:00'), take('L4', 2)];
    expect(takes.map((each) => windowOf(takes, each))).toEqual([
      { from: null, before: '18:00' },
      { from: '18:00', before: '20:00' },
      { from: '20:00', before: null },
      null,
    ]);
    expect(windowOf([takes[0]!], takes[0]!)).toEqual({ from: null, before: null });
  });

  it('shows the lanes of each truck in the order in which they are asked, equals together', () => {
    const takes = [
      take('L1', 1, '15:00'),
      take('L2', 1, '18:00'),
      take('L3', 2),
      take('L4', 2),
      take('L1', 3, '18:00'),
    ];
    expect(ordersOf(takes, ['POST STD', 'FAST STD'])).toEqual([
      { service: 'POST STD', truck: '15:00', lanes: [['L1'], ['L3', 'L4']] },
      { service: 'POST STD', truck: '18:00', lanes: [['L2'], ['L3', 'L4'], ['L1']] },
      { service: 'FAST STD', truck: null, lanes: [] },
    ]);
  });
});
