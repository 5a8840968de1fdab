import { describe, expect, it } from '@jest/globals';
import { faultsOfRun, type RunFacts } from './sorter-verdict.js';

const good: RunFacts = {
  lines: 5,
  fed: 667,
  waiting: 4,
  plannedSeconds: 60,
  seconds: 60.02,
  book: { entered: 667, onBelt: 0, lost: 1, lanes: { A: 600, EXC: 66 } },
  arrivals: 690,
  tooLate: 0,
  silent: 0,
  core: { differing: 0, invariants: { 'stock.balanced': 0, 'parcels.once': 0 }, decidedBy: { edge: 690 } },
  deaths: [],
};

describe('what is wrong with a run of the sorter', () => {
  it('is nothing when everything is accounted for, in time and at the rate', () => {
    expect(faultsOfRun(good)).toEqual([]);
  });

  it.each<[string, Partial<RunFacts>, string]>([
    [
      'a parcel in no lane',
      { book: { ...good.book, lanes: { A: 665 } } },
      '667 parcels entered, 666 are accounted for',
    ],
    [
      'a parcel left on the belt',
      { book: { ...good.book, onBelt: 1, lost: 0 } },
      '1 parcels are still on a belt',
    ],
    ['a core that knows it otherwise', { core: { ...good.core, differing: 2 } }, 'the core differs 2 times'],
    [
      'a violated invariant',
      { core: { ...good.core, invariants: { 'stock.balanced': 0, 'parcels.once': 3 } } },
      'violated: parcels.once 3',
    ],
    [
      'a silent decision',
      { silent: 1 },
      '1 of 690 decisions came too late or not at all, at most 1 in 1000 may',
    ],
    [
      'a late decision',
      { tooLate: 2 },
      '2 of 690 decisions came too late or not at all, at most 1 in 1000 may',
    ],
    [
      'parcels that nobody knew in time',
      { core: { ...good.core, decidedBy: { edge: 600, default: 90 } } },
      '90 of 690 parcels were not known in time and took the exception lane, at most 1 in 1000 may',
    ],
    ['a feeding that was slowed', { seconds: 90 }, 'the rate was not reached: 67 % of it'],
    ['belts that could not take it', { waiting: 100 }, 'the rate was not reached: 87 % of it'],
    ['a process that died', { deaths: ['api ended with 1'] }, 'api ended with 1'],
  ])('is %s', (_name, change, fault) => {
    expect(faultsOfRun({ ...good, ...change })).toEqual([fault]);
  });

  it('lets one late decision in a thousand pass', () => {
    const book = { entered: 2_000, onBelt: 0, lost: 0, lanes: { A: 2_000 } };
    const run = { ...good, fed: 2_000, book, arrivals: 2_000, tooLate: 1, silent: 1 };
    expect(faultsOfRun(run)).toEqual([]);
    expect(faultsOfRun({ ...run, silent: 2 })).toHaveLength(1);
  });

  it('counts no parcel that waits for its gap as one that the belts could not take', () => {
    expect(
      faultsOfRun({
        ...good,
        fed: 33,
        waiting: 12,
        seconds: 3.01,
        plannedSeconds: 3,
        book: { entered: 33, onBelt: 0, lost: 0, lanes: { A: 33 } },
      }),
    ).toEqual([]);
  });
});
