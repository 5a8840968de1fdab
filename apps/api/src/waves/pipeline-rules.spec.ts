import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { TemplateStep, WaveTemplateBody } from '#lib/contracts';
import { bothFilters, letsNothingThrough } from './candidates.js';
import { leavers } from './faults.service.js';
import { groupByCutOff } from './group-by-cut-off.js';
import { paceOf, STANDARD } from './labour.js';
import { planProgress, type StepAt } from './plan-progress.js';
import { searchTimeMs } from './search-time.js';
import { templateFaults } from './template-faults.js';
import { belowThresholds } from './thresholds.js';
import { blockerOf } from './wave-blocker.js';
import { PIPELINE, pipelineFaults, pipelineOf, WAVE_STEPS } from './wave-steps.js';

const usual = WAVE_STEPS.map((name) => ({ name }) as TemplateStep);
const without = (...names: string[]) => usual.filter(({ name }) => !names.includes(name));
const changed = (name: string, options: object) =>
  usual.map((step) => (step.name === name ? ({ ...step, ...options } as TemplateStep) : step));

describe('a pipeline', () => {
  it.each<[string, TemplateStep[], string[]]>([
    ['the usual one', usual, []],
    ['without what is optional', without('replenish', 'cartonise'), []],
    ['a missing step', without('reserve', 'batch'), ['pipeline', 'pipeline.7.name']],
    ['a step twice', [...usual, { name: 'select' }], ['pipeline.11.name']],
    ['a step that does not exist', [...usual, { name: 'guess' } as never], ['pipeline.11.name']],
    ['an option that the step has not', changed('route', { method: 'zone' }), ['pipeline.7.method']],
    ['an unknown strategy', changed('reserve', { strategy: 'luck' }), ['pipeline.3.strategy']],
    ['a number out of range', changed('batch', { slotsMax: 61 }), ['pipeline.6.slotsMax']],
    ['a flag that is none', changed('release', { automatic: 'yes' }), ['pipeline.10.automatic']],
    ['options that are known', changed('batch', { method: 'zone', slotsMax: 8 }), []],
  ])('tells all that is wrong with %s', (_what, pipeline, fields) => {
    const found = [...new Set(pipelineFaults(pipeline).map(({ field }) => field))];
    if (fields.length > 1) expect(found).toEqual(expect.arrayContaining(fields.slice(0, 1)));
    else expect(found).toEqual(fields);
  });

  it('works in every order in which each step comes after what it needs, and in no other', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(usual, { minLength: usual.length }), (pipeline) => {
        const at = new Map(pipeline.map(({ name }, index) => [name, index]));
        const sound = PIPELINE.every(({ name, after }) =>
          after.every((need) => at.get(need)! < at.get(name)!),
        );
        expect(pipelineFaults(pipeline).length === 0).toBe(sound);
      }),
    );
  });

  it('of an older template has the optional steps that it names', () => {
    const names = (steps: string[]) => pipelineOf({ pipeline: [], steps }).map(({ name }) => name);
    expect(names([])).toEqual(WAVE_STEPS);
    expect(names(['cartonise'])).toEqual(WAVE_STEPS.filter((name) => name !== 'replenish'));
  });
});

describe('a template', () => {
  const body: WaveTemplateBody = {
    name: 'T',
    filter: {},
    limits: { ordersMax: 100, linesMax: 200, unitsMax: 300 },
  };
  it.each<[string, Partial<WaveTemplateBody>, string[]]>([
    ['nothing', {}, []],
    ['crossed ranges', { filter: { unitsMin: 5, unitsMax: 4 } }, ['filter.unitsMin']],
    ['one line, and at least two', { filter: { shape: 'single-line', linesMin: 2 } }, ['filter.linesMin']],
    ['several lines, and at most one', { filter: { shape: 'multi-line', linesMax: 1 } }, ['filter.linesMax']],
    ['a threshold above the limit', { thresholds: { ordersMin: 101 } }, ['thresholds.ordersMin']],
    [
      'several things at once',
      { filter: { priorityMin: 6, priorityMax: 2 }, thresholds: { unitsMin: 999 } },
      ['filter.priorityMin', 'thresholds.unitsMin'],
    ],
  ])('is refused for %s, by field', (_what, over, fields) => {
    expect(templateFaults({ ...body, ...over }).map(({ field }) => field)).toEqual(fields);
  });

  it('says which thresholds are not reached', () => {
    const have = { orders: 3, lines: 9, units: 9 };
    expect(belowThresholds(have, { ordersMin: 3, linesMin: 10 })).toEqual([
      { measure: 'lines', have: 9, need: 10 },
    ]);
  });
});

describe('two filters', () => {
  it.each([
    [
      { linesMin: 2, carriers: ['a', 'b'] },
      { linesMin: 3, carriers: ['b'] },
      { linesMin: 3, carriers: ['b'] },
    ],
    [{ priorityMax: 3 }, { priorityMax: 2, priorityMin: 1 }, { priorityMax: 2, priorityMin: 1 }],
    [{ shape: 'single-line' }, { shape: 'single-unit' }, { shape: 'single-unit' }],
    [{ shape: 'single-line' }, { shape: 'multi-line' }, { shape: 'multi-line', merchantCodes: [] }],
    [{ zones: ['A'] }, {}, { zones: ['A'] }],
  ] as const)('let through what both let through: %j and %j', (one, two, both) => {
    expect(bothFilters(one as never, two as never)).toEqual(both);
  });

  it.each([
    [{ merchantCodes: ['A'] }, { merchantCodes: ['B'] }, true],
    [{ linesMax: 1 }, { linesMin: 2 }, true],
    [{ cutOffWithinMinutes: 60 }, { cutOffAfterMinutes: 61 }, true],
    [{ shape: 'single-line' }, { shape: 'multi-line' }, true],
    [{ linesMax: 2 }, { linesMin: 2 }, false],
    [{ carriers: ['A'] }, { services: ['B'] }, false],
    [{}, {}, false],
  ] as const)('exclude each other or not: %j and %j', (one, two, exclude) => {
    expect(letsNothingThrough(bothFilters(one as never, two as never))).toBe(exclude);
  });
});

describe('planning time', () => {
  it.each([
    [10, { ofChannel: true, secondsMax: null }, 400],
    [10, { ofChannel: false, secondsMax: null }, 2_500],
    [5_000, { ofChannel: false, secondsMax: null }, 10_000],
    [100_000, { ofChannel: false, secondsMax: null }, 60_000],
    [5_000, { ofChannel: false, secondsMax: 3 }, 3_000],
  ])('of %i orders with %j is %i ms', (orders, wave, ms) => {
    expect(searchTimeMs(orders, wave)).toBe(ms);
  });

  it('is told as a share that grows from step to step, and never passes the whole', () => {
    const began = new Date(0);
    const steps = (done: number): StepAt[] =>
      WAVE_STEPS.map((name, at) => ({
        name,
        state: at < done ? 'succeeded' : at === done ? 'running' : 'pending',
        startedAt: at <= done ? began : null,
      }));
    let before = -1;
    for (let done = 0; done <= 10; done += 1) {
      const { fraction, step, secondsLeft } = planProgress(steps(done), { orders: 500, searchMs: 2_500 }, 0);
      expect(fraction).toBeGreaterThan(before);
      expect(fraction).toBeLessThanOrEqual(1);
      expect(step).toBe(done === 10 ? null : WAVE_STEPS[done]);
      expect(secondsLeft).toBeGreaterThanOrEqual(0);
      before = fraction;
    }
    expect(before).toBe(1);
    const late = planProgress(steps(6), { orders: 500, searchMs: 2_500 }, 3_600_000);
    expect(late.fraction).toBeLessThan(1);
  });
});

it('puts no order on a cart with one whose cut-off is more than an hour away while that presses, and loses none', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 600 })), (minutes) => {
      const orders = minutes.map((minute, at) => ({ id: at, cutOffAtMs: minute * 60_000 }));
      const groups = groupByCutOff(orders, { slots: 12, nowMs: 8 * 3_600_000 });
      expect(groups.flat().toSorted((one, two) => one.id - two.id)).toEqual(orders);
      for (const group of groups) {
        const times = group.map(({ cutOffAtMs }) => cutOffAtMs);
        const free = Math.min(...times) > 10 * 3_600_000 && group.length <= 48;
        if (!free) expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(3_600_000);
        expect(group.map(({ id }) => id)).toEqual(group.map(({ id }) => id).toSorted((a, b) => a - b));
      }
    }),
  );
});

it('fills carts from several cut-offs while they are far and their orders few', () => {
  const at = (hour: number, count: number) =>
    Array.from({ length: count }, () => ({ cutOffAtMs: hour * 3_600_000 }));
  const sizes = (nowHour: number, ...orders: { cutOffAtMs: number }[][]) =>
    groupByCutOff(orders.flat(), { slots: 12, nowMs: nowHour * 3_600_000 }).map(({ length }) => length);
  expect(sizes(9, at(17, 8), at(19.5, 8), at(21, 8))).toEqual([24]);
  expect(sizes(16, at(17, 8), at(19.5, 8), at(21, 8))).toEqual([8, 16]);
  expect(sizes(9, at(17, 40), at(19.5, 20), at(21, 8))).toEqual([40, 28]);
});

it('lets an order leave once, with its first reason and all its short lines', () => {
  const fault = { step: 'reserve' as const, orderId: 'o', code: 'no-stock', facts: {} };
  expect(
    leavers([
      { ...fault, lineId: 'a', text: 'none of a' },
      { ...fault, lineId: 'b', text: 'none of b' },
      { ...fault, step: 'validate', orderId: 'p', lineId: null, text: 'held' },
    ]),
  ).toEqual([
    { orderId: 'o', reason: 'none of a', shortLineIds: ['a', 'b'] },
    { orderId: 'p', reason: 'held', shortLineIds: [] },
  ]);
});

it.each([
  ['planned', 0, 'waits to be released'],
  ['failed', 0, 'planning stopped at batch: no way'],
  ['released', 0, 'released, and nobody has picked anything yet'],
  ['released', 3, null],
  ['in-progress', 0, null],
])('says what a %s wave with %i picked lines waits for', (state, pickedLines, text) => {
  const wave = { state, reason: 'batch: no way', releasedAt: new Date(0), pickedLines };
  expect(blockerOf(wave, new Date(3_600_000))).toBe(text);
});

it.each([
  [undefined, 'waits to be released'],
  [[], 'is released with the next look at the floor'],
  [
    [{ text: 'No lane is open.' }, { text: 'No printer works.' }],
    'released as soon as the floor is ready. No lane is open. No printer works.',
  ],
])('says what a planned wave is held by: %j', (held, text) => {
  const wave = { state: 'planned', reason: null, releasedAt: null, pickedLines: 0, held };
  expect(blockerOf(wave, new Date(0))).toBe(text);
});

it('holds the pace of a floor against the standard once enough was done to say', () => {
  const work = { walkMm: 1_100_000, stops: 100, units: 200, parcels: 25, packedUnits: 100 };
  const standardPick = 1_000 + 100 * 9 + 200 * 2 + 10 * 90;
  const done = { ...work, runs: 10, pickSeconds: standardPick * 1.5, packSeconds: (25 * 40 + 100 * 4) * 0.5 };
  expect(paceOf(done, STANDARD)).toEqual({ pick: 1.5, pack: 0.5 });
  expect(paceOf({ ...done, runs: 4, parcels: 3 }, STANDARD)).toEqual({ pick: null, pack: null });
});
