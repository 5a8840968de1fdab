import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { TemplateStep } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';
import type { PipelineStep, StepControl } from './pipeline-step.js';
import { WAVE_STEPS } from './wave-steps.js';

const ALL_STEPS = WAVE_STEPS.map((name): TemplateStep => ({ name }));

let floor: Floor;
let services: FloorServices;
let item: FixtureItem;
let number = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 20, totes: 4 });
  services = floorServices(floor);
  item = await addItem(floor.ask, floor.merchantId, 980);
  await stockAt(floor.locations[0]!.code, item.sku, 100);
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

async function stockAt(locationCode: string, sku: string, quantity: number): Promise<void> {
  const adjustment = { eventId: newId(), merchantCode: 'acme', sku, quantity, locationCode, reason: 'spec' };
  await floor.system(() => services.adjustments.adjustStock(adjustment));
}

/** Three orders of one unit, and a wave of them that is not planned yet. */
async function freshWave(
  pipeline = ALL_STEPS,
  sku = item.sku,
): Promise<{ waveId: string; orderIds: string[] }> {
  const service = `a${++number}`;
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  const orderIds: string[] = [];
  for (let at = 0; at < 3; at += 1) {
    const order = {
      externalRef: newId(),
      carrier: 'post',
      service,
      consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
      lines: [{ sku, quantity: 1 }],
    };
    const [made] = await floor.merchant(() =>
      services.intake.acceptOrders([{ row: 1, order, externalRef: order.externalRef, faults: [] }]),
    );
    orderIds.push((made as { orderId: string }).orderId);
  }
  const limits = { ordersMax: 50, linesMax: 100, unitsMax: 100 };
  const templateId = await floor.system(() =>
    services.templates.createTemplate({ name: service, filter: { services: [service] }, limits, pipeline }),
  );
  const { waveId } = await floor.system(() => services.waves.createWave({ templateId }));
  return { waveId, orderIds };
}

/** Resolves once `step` is being decided, with what ends it. */
function decided(step: PipelineStep): Promise<StepControl> {
  const decide = step.decide.bind(step);
  return new Promise((resolve) => {
    jest.spyOn(step, 'decide').mockImplementation((plan, control) => {
      resolve(control);
      return decide(plan, control);
    });
  });
}

/** Does something before this step is kept for the first time, outside of its transaction. */
function beforeKeep(step: PipelineStep, effect: () => Promise<unknown>): void {
  const keeping = step as Required<PipelineStep>;
  const keep = keeping.keep.bind(step);
  jest.spyOn(keeping, 'keep').mockImplementationOnce(async (...args) => {
    await effect();
    return keep(...args);
  });
}

const plan = (waveId: string) => floor.system(() => services.waves.planWave(waveId));
const wave = (waveId: string) => floor.system(() => services.wavesQueries.view(waveId));
const stepsOf = async (waveId: string) =>
  Object.fromEntries(
    (await wave(waveId)).steps.map(({ name, state, attempts }) => [name, [state, attempts]]),
  );
const stopsOf = async (waveId: string) =>
  (
    await floor.ask<{ reservations: number; tasks: number; slots: number; cartons: number }>(
      `select (select count(*)::int from reservations where wave_id = $1 and state = 'open') as reservations,
         (select count(*)::int from tasks where wave_id = $1) as tasks,
         (select count(*)::int from run_slots s join runs r on r.id = s.run_id where r.wave_id = $1) as slots,
         (select count(*)::int from planned_cartons where wave_id = $1) as cartons`,
      [waveId],
    )
  )[0];
const of = (count: number) => ({ reservations: count, tasks: count, slots: count, cartons: count });

describe('a step that cannot be kept while a later one is decided', () => {
  it('fails alone: the later one is given up, was never begun, and nothing of it is kept', async () => {
    const { waveId } = await freshWave();
    Logger.overrideLogger(false);
    const ahead = decided(services.waveRuns.batch);
    beforeKeep(services.stock.reserve, async () => {
      await ahead;
      throw new Error('spec');
    });
    expect(await plan(waveId)).toBe(false);
    expect((await ahead).signal.aborted).toBe(true);
    const failed = await wave(waveId);
    expect(failed).toMatchObject({ state: 'failed', reason: expect.stringMatching('^reserve: ') });
    const steps = await stepsOf(waveId);
    expect(steps).toMatchObject({ promise: ['succeeded', 1], reserve: ['failed', 1] });
    for (const name of WAVE_STEPS.slice(WAVE_STEPS.indexOf('reserve') + 1))
      expect([name, steps[name]]).toEqual([name, ['pending', 0]]);
    expect(await stopsOf(waveId)).toEqual(of(0));
    await floor.system(() => services.waves.resumeWave(waveId));
    await eventually(async () => expect((await wave(waveId)).state).toBe('planned'), { limitMs: 30_000 });
    expect(await stepsOf(waveId)).toMatchObject({ reserve: ['succeeded', 2], batch: ['succeeded', 1] });
    expect(await stopsOf(waveId)).toEqual(of(3));
  });

  it('is the one that failed, though the later one failed first', async () => {
    const { waveId } = await freshWave();
    Logger.overrideLogger(false);
    let broken: () => void = () => undefined;
    const laterFailed = new Promise<void>((resolve) => {
      broken = resolve;
    });
    jest.spyOn(services.waveRuns.batch, 'decide').mockImplementationOnce(async () => {
      broken();
      throw new Error('the later one');
    });
    beforeKeep(services.stock.reserve, async () => {
      await laterFailed;
      throw new Error('spec');
    });
    expect(await plan(waveId)).toBe(false);
    expect(await stepsOf(waveId)).toMatchObject({ reserve: ['failed', 1], batch: ['pending', 0] });
  });
});

it('a step that fails ahead has the steps before it kept first, and is tried from there', async () => {
  const { waveId } = await freshWave();
  Logger.overrideLogger(false);
  jest.spyOn(services.waveRuns.batch, 'decide').mockRejectedValueOnce(new Error('spec'));
  expect(await plan(waveId)).toBe(false);
  expect(await stepsOf(waveId)).toMatchObject({
    reserve: ['succeeded', 1],
    cartonise: ['succeeded', 1],
    batch: ['failed', 1],
    route: ['pending', 0],
  });
  expect(await stopsOf(waveId)).toEqual({ ...of(0), reservations: 3, cartons: 3 });
});

it.each(['select', 'reserve'] as const)(
  'what was decided over orders that %s did not get is decided again without them',
  async (name) => {
    const { waveId, orderIds } = await freshWave();
    const ahead = decided(services.waveRuns.batch);
    const batch = jest.spyOn(services.waveRuns.batch, 'decide');
    beforeKeep(services.stock[name], async () => {
      await ahead;
      await floor.merchant(() => services.orders.cancelOrder(orderIds[0]!, 'spec'));
    });
    expect(await plan(waveId)).toBe(true);
    expect(batch.mock.calls.map(([{ orders }]) => orders.size)).toEqual([3, 2]);
    expect(await wave(waveId)).toMatchObject({ state: 'planned', orderCount: 2 });
    const attempts = (await wave(waveId)).steps.map((step) => step.attempts);
    expect(attempts).toEqual(WAVE_STEPS.map((step) => (step === 'release' ? 0 : 1)));
    expect(await stopsOf(waveId)).toEqual(of(2));
  },
);

it('a process that stops while one step is kept and another decided leaves the first one done', async () => {
  const { waveId } = await freshWave();
  const ahead = decided(services.waveRuns.batch);
  beforeKeep(services.stock.reserve, async () => {
    await ahead;
    services.runner.onModuleDestroy();
  });
  expect(await plan(waveId)).toBe(false);
  expect((await ahead).signal.aborted).toBe(true);
  expect((await wave(waveId)).state).toBe('planning');
  const left = await stepsOf(waveId);
  expect(left).toMatchObject({
    reserve: ['succeeded', 1],
    replenish: ['running', 1],
    cartonise: ['pending', 0],
    batch: ['pending', 0],
  });
  await services.planner.onApplicationShutdown();
  services = floorServices(floor);
  expect(await plan(waveId)).toBe(true);
  expect(await stepsOf(waveId)).toMatchObject({ reserve: ['succeeded', 1], replenish: ['succeeded', 2] });
  expect(await stopsOf(waveId)).toEqual(of(3));
});

it('a plan that is cancelled while a step is kept gives back what that step set aside', async () => {
  const { waveId } = await freshWave();
  const ahead = decided(services.waveRuns.batch);
  const before = await floor.ask('select reserved from levels where item_id = $1', [item.id]);
  beforeKeep(services.stock.reserve, async () => {
    await ahead;
    await floor.ask(`update waves set stop_asked = 'cancel', reason = 'spec' where id = $1`, [waveId]);
    services.runner.stop(waveId, 'cancel');
  });
  expect(await plan(waveId)).toBe(false);
  expect(await wave(waveId)).toMatchObject({ state: 'cancelled', reason: 'spec', orderCount: 0 });
  expect(await stopsOf(waveId)).toEqual(of(0));
  expect(await floor.ask('select reserved from levels where item_id = $1', [item.id])).toEqual(before);
});

it.each(['before', 'after'])(
  'faces are filled by what the wave leaves on them, decided %s its goods are set aside',
  async (when) => {
    const topped = await addItem(floor.ask, floor.merchantId, 981 + number);
    const [face, store] = floor.locations.slice(2 + 2 * number);
    await floor.ask(`update locations set type = 'reserve' where id = $1`, [store!.id]);
    await stockAt(face!.code, topped.sku, 5);
    await stockAt(store!.code, topped.sku, 50);
    const pipeline = ALL_STEPS.map(
      (step): TemplateStep => (step.name === 'replenish' ? { name: 'replenish', topUp: true } : step),
    );
    const { waveId } = await freshWave(pipeline, topped.sku);
    if (when === 'before') {
      const ahead = decided(services.waveRuns.batch);
      beforeKeep(services.stock.reserve, () => ahead);
      expect(await plan(waveId)).toBe(true);
    } else {
      Logger.overrideLogger(false);
      const end = services.steps.end.bind(services.steps);
      jest.spyOn(services.steps, 'end').mockImplementation((tx, wave, step) => {
        if (step.name === 'replenish' && step.state === 'succeeded') throw new Error('spec');
        return end(tx, wave, step);
      });
      expect(await plan(waveId)).toBe(false);
      jest.restoreAllMocks();
      await floor.system(() => services.waves.resumeWave(waveId));
      await eventually(async () => expect((await wave(waveId)).state).toBe('planned'), { limitMs: 30_000 });
    }
    // Five less three are left; another wave like this one takes three, and the face is filled for two of them.
    expect(
      await floor.ask('select quantity, need from wave_replenishments where wave_id = $1', [waveId]),
    ).toEqual([{ quantity: 4, need: expect.any(String) }]);
  },
);
