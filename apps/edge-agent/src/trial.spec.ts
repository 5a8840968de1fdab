import { describe, expect, it } from '@jest/globals';
import {
  hearFault,
  hearState,
  judge,
  newTrial,
  RESTARTS_MAX,
  SETTLED_MS,
  TRIAL_MS,
  type Trial,
} from './trial.js';

type News = [atMs: number, state: 'ready' | 'lost' | 'degraded' | 'fault' | 'not-understood'];

function after(news: News[], atMs: number) {
  const heard = news.reduce<Trial>(
    (trial, [at, state]) =>
      state === 'not-understood'
        ? hearFault(trial, 'gibberish', at)
        : hearState(trial, state, state === 'ready' ? undefined : `is ${state}`, at),
    newTrial(0),
  );
  return judge(heard, atMs);
}

describe('a setup on trial', () => {
  it.each<[string, News[], number, string]>([
    ['is open in the beginning', [], 0, 'open'],
    ['is open until being ready has lasted', [[1_000, 'ready']], 1_000 + SETTLED_MS - 1, 'open'],
    ['is healthy when being ready has lasted', [[1_000, 'ready']], 1_000 + SETTLED_MS, 'healthy'],
    [
      'does not count a ready that is said twice anew',
      [
        [1_000, 'ready'],
        [3_000, 'ready'],
      ],
      4_000,
      'healthy',
    ],
    [
      'counts from the last loss on',
      [
        [0, 'ready'],
        [2_000, 'lost'],
        [2_500, 'ready'],
      ],
      3_000,
      'open',
    ],
    [
      'counts from the last fault on',
      [
        [0, 'ready'],
        [2_900, 'not-understood'],
      ],
      3_000,
      'open',
    ],
    [
      'is healthy when the faults end',
      [
        [0, 'ready'],
        [2_900, 'not-understood'],
      ],
      5_900,
      'healthy',
    ],
    ['is not ready by a fault alone', [[0, 'not-understood']], 5_000, 'open'],
    ['fails in time when it never gets ready', [[0, 'lost']], TRIAL_MS, 'is lost'],
    ['fails in time when it says nothing at all', [], TRIAL_MS, 'it said nothing'],
    [
      'fails in time when it only talks gibberish',
      [
        [0, 'ready'],
        [29_000, 'not-understood'],
      ],
      TRIAL_MS,
      'gibberish',
    ],
    [
      'is not healthy while degraded',
      [
        [0, 'ready'],
        [1_000, 'degraded'],
      ],
      TRIAL_MS,
      'is degraded',
    ],
    [
      'fails at once by a fault of its own',
      [
        [0, 'ready'],
        [100, 'fault'],
      ],
      100,
      'is fault',
    ],
    [
      'stays failed after a fault',
      [
        [0, 'fault'],
        [1, 'ready'],
      ],
      10_000,
      'is fault',
    ],
    ['may be late by no more than its limit', [[TRIAL_MS - SETTLED_MS, 'ready']], TRIAL_MS, 'healthy'],
  ])('%s', (_name, news, atMs, expected) => {
    const verdict = after(news, atMs);
    expect(verdict.is === 'failed' ? verdict.because : verdict.is).toBe(expected);
  });

  it('is given up when the agent ended during it again and again', () => {
    expect(judge(newTrial(0, RESTARTS_MAX), 0).is).toBe('open');
    expect(judge(newTrial(0, RESTARTS_MAX + 1), 0).is).toBe('failed');
  });
});
