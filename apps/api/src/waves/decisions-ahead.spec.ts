import { describe, expect, it } from '@jest/globals';
import { DecisionsAhead } from './decisions-ahead.js';
import { freeControl, type StepControl } from './pipeline-step.js';
import { emptyPlan, type WavePlan } from './wave-plan.js';
import type { WaveStepName } from './wave-steps.js';

const order = { filter: {}, limits: {}, pipeline: [], secondsMax: null, ofChannel: false };
const start = emptyPlan(null, new Date(0), order);
const NAMES: WaveStepName[] = ['select', 'validate', 'promise'];

/** Each step adds one to the orders that were left. */
const count = async (name: WaveStepName, before: WavePlan) => ({
  plan: { ...before, left: before.left + 1 },
  log: [name],
});

const untilAborted = ({ signal }: StepControl) =>
  new Promise<never>((_resolve, reject) =>
    signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
  );

describe('decisions made ahead', () => {
  it('go over the plans as they were decided before, without waiting for anybody', async () => {
    const ahead = new DecisionsAhead(NAMES, start, { decide: count, control: freeControl() });
    const last = await ahead.at(2);
    expect(last).toMatchObject({ plan: { left: 3 }, before: { left: 2 }, log: ['promise'] });
    expect((await ahead.at(0)).before).toBe(start);
    expect((await ahead.at(1)).before).toBe((await ahead.at(0)).plan);
    await ahead.end();
    expect((await ahead.at(2)).plan).toBe(last.plan);
  });

  it('end with the first that fails; those before it stand', async () => {
    const begun: string[] = [];
    const decide = async (name: WaveStepName, before: WavePlan) => {
      begun.push(name);
      if (name === 'validate') throw new Error('spec');
      return count(name, before);
    };
    const ahead = new DecisionsAhead(NAMES, start, { decide, control: freeControl() });
    await expect(ahead.at(2)).rejects.toThrow('spec');
    await expect(ahead.at(1)).rejects.toThrow('spec');
    expect((await ahead.at(0)).plan.left).toBe(1);
    expect(begun).toEqual(['select', 'validate']);
    expect(ahead.underWayMs(1)).toBeGreaterThan(0);
    expect(ahead.underWayMs(2)).toBe(0);
  });

  it.each(['they', 'the whole plan'])(
    'stop when %s are given up, and nothing goes on behind',
    async (who) => {
      const whole = new AbortController();
      const begun: string[] = [];
      let waits: () => void = () => undefined;
      const waiting = new Promise<void>((resolve) => {
        waits = resolve;
      });
      const decide = async (name: WaveStepName, before: WavePlan, control: StepControl) => {
        begun.push(name);
        if (name !== 'validate') return count(name, before);
        waits();
        return untilAborted(control);
      };
      const control = { ...freeControl(), signal: whole.signal };
      const ahead = new DecisionsAhead(NAMES, start, { decide, control });
      await waiting;
      if (who === 'the whole plan') whole.abort();
      await ahead.end();
      await expect(ahead.at(1)).rejects.toMatchObject({ name: 'AbortError' });
      await expect(ahead.at(2)).rejects.toMatchObject({ name: 'AbortError' });
      expect(begun).toEqual(['select', 'validate']);
    },
  );
});
