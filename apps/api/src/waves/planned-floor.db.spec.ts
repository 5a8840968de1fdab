import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { TemplateStep } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';
import { WAVE_STEPS } from './wave-steps.js';

/** What plans make of the building: benches, walls, blocks of aisles, carts and totes. */
let floor: Floor;
let services: FloorServices;
let number = 600;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 60, totes: 20 });
  services = floorServices(floor);
  for (const [code, xMm] of [
    ['S-PACK-2', 16_000],
    ['S-PACK-3', 24_000],
  ]) {
    await floor.ask(
      `insert into stations (site_id, id, code, kind, name, x_mm, y_mm) values (1, $1, $2, 'pack-bench', $2, $3, 0)`,
      [newId(), code, xMm],
    );
  }
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

const system = <T>(work: () => Promise<T>) => floor.system(work);

async function freshStock(quantity: number, at = nextLocation++): Promise<FixtureItem> {
  const item = await addItem(floor.ask, floor.merchantId, ++number);
  await system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode: floor.locations[at]!.code,
      quantity,
      reason: 'spec',
    }),
  );
  return item;
}

/** One order for each list of lines, and a template for them alone. */
async function work(
  pipeline: TemplateStep[],
  ...orders: [FixtureItem, number][][]
): Promise<{ templateId: string; orderIds: string[] }> {
  const service = `f${++number}`;
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  const consignee = { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' };
  const results = await floor.merchant(() =>
    services.intake.acceptOrders(
      orders.map((lines, at) => {
        const externalRef = newId();
        const wanted = lines.map(([{ sku }, quantity]) => ({ sku, quantity }));
        const order = { externalRef, carrier: 'post', service, consignee, lines: wanted };
        return { row: at + 1, order, externalRef, faults: [] };
      }),
    ),
  );
  const templateId = await system(() =>
    services.templates.createTemplate({
      name: service,
      filter: { services: [service] },
      limits: { ordersMax: 500, linesMax: 5_000, unitsMax: 50_000 },
      pipeline,
    }),
  );
  return { templateId, orderIds: results.map((result) => (result as { orderId: string }).orderId) };
}

async function planned(templateId: string): Promise<string> {
  return system(async () => {
    const { waveId } = await services.waves.createWave({ templateId });
    await services.waves.planWave(waveId);
    return waveId;
  });
}

/** The usual steps with these options, in the order of these names where they are given. */
const steps = (options: TemplateStep[] = [], names: readonly string[] = WAVE_STEPS): TemplateStep[] =>
  names.map((name) => options.find((each) => each.name === name) ?? ({ name } as TemplateStep));
const runsOf = async (waveId: string) => (await system(() => services.waveRunsQueries.runs(waveId, 0))).items;
const routeOf = (waveId: string, runId: string) =>
  system(() => services.waveRunsQueries.route(waveId, runId));

const ASSIGN_FIRST = WAVE_STEPS.toSpliced(WAVE_STEPS.indexOf('assign'), 1).toSpliced(
  WAVE_STEPS.indexOf('route'),
  0,
  'assign',
);

describe('the bench of a run', () => {
  it.each([
    ['after its route', WAVE_STEPS],
    ['before its route', ASSIGN_FIRST],
  ])('is where its walk ends, in the plan and on the map, with slots assigned %s', async (_what, names) => {
    const items = [await freshStock(50), await freshStock(50), await freshStock(50)];
    const lines = Array.from({ length: 12 }, (_, at): [FixtureItem, number][] => [[items[at % 3]!, 1]]);
    const { templateId } = await work(steps([], names), ...lines);
    const rehearsed = await system(() => services.dryRuns.ofTemplate(templateId));
    const waveId = await planned(templateId);
    const runs = await runsOf(waveId);
    expect(runs).toHaveLength(2);
    const codes = new Set(runs.map(({ dropStation }) => dropStation));
    expect(codes.size).toBe(2);
    for (const run of runs) {
      const route = await routeOf(waveId, run.id);
      expect(route.end.code).toBe(run.dropStation);
      expect(route.path.at(-1)).toEqual({ xMm: route.end.xMm, yMm: route.end.yMm });
      expect(Math.round(route.walkMm / 1000)).toBe(run.walkMetres);
    }
    const metres = runs.reduce((sum, { walkMetres }) => sum + walkMetres, 0);
    expect(Math.abs(rehearsed.walkMetres - metres)).toBeLessThanOrEqual(1);
    await system(() => services.releases.cancelWave(waveId, 'spec'));
  });

  it('is the wall for the runs of its orders', async () => {
    const slots = [1, 2].map((column) => ({ code: `T-90000${column}`, row: 1, column, volumeMl: 20_000 }));
    await system(() => services.wallSetup.configure('S-WALL-1', { name: 'Wall', slots }));
    await floor.ask(`update stations set x_mm = 20000, y_mm = 1000 where code = 'S-WALL-1'`);
    const item = await freshStock(100);
    const { templateId } = await work(steps([{ name: 'batch', method: 'batch' }]), [[item, 1]], [[item, 60]]);
    const waveId = await planned(templateId);
    const runs = await runsOf(waveId);
    expect(runs.map(({ method }) => method).sort()).toEqual(['batch', 'cluster']);
    for (const run of runs) {
      const route = await routeOf(waveId, run.id);
      expect(route.end.code).toBe(run.dropStation);
      expect(run.dropStation === 'S-WALL-1').toBe(run.method === 'batch');
      expect(Math.round(route.walkMm / 1000)).toBe(run.walkMetres);
    }
  });

  it('stays when a plan goes on after a step that failed', async () => {
    const item = await freshStock(50);
    const { templateId } = await work(steps([], ASSIGN_FIRST), [[item, 1]]);
    Logger.overrideLogger(false);
    await floor.ask(`alter table run_slots rename to run_slots_gone`);
    const waveId = await planned(templateId);
    await floor.ask(`alter table run_slots_gone rename to run_slots`);
    const [before] = await runsOf(waveId);
    expect(before!.dropStation).not.toBeNull();
    await system(() => services.waves.resumeWave(waveId));
    await eventually(
      async () => expect((await system(() => services.wavesQueries.view(waveId))).state).toBe('planned'),
      { limitMs: 30_000 },
    );
    const [after] = await runsOf(waveId);
    const route = await routeOf(waveId, after!.id);
    expect([after!.dropStation, route.end.code]).toEqual([before!.dropStation, before!.dropStation]);
    expect(Math.round(route.walkMm / 1000)).toBe(after!.walkMetres);
  });
});

describe('two zones, one behind the other', () => {
  let farItems: FixtureItem[];
  beforeAll(async () => {
    await floor.ask(`insert into zones (site_id, id, code, name) values (1, $1, 'B', 'Behind')`, [newId()]);
    // The same aisles once more, ten metres behind the first ones.
    await floor.ask(
      `insert into locations (site_id, id, code, zone_id, type, aisle, bay, level, x_mm, y_mm)
       select 1, gen_random_uuid(), 'B-' || code, (select id from zones where code = 'B'), type, aisle, bay, level, x_mm,
         y_mm + 20800 from locations where type = 'pick-face'`,
    );
    // The far ends of the first two aisles.
    farItems = [await freshStock(50, 9), await freshStock(50, 19)];
  });

  const layout = (crossAislesMm: number[], oneWayAisles: object[]) =>
    floor.ask('update sites set cross_aisles_mm = $1, one_way_aisles = $2', [
      crossAislesMm,
      JSON.stringify(oneWayAisles),
    ]);

  it.each<[string, number[], object[], [number, number][]]>([
    [
      'over the gap between them',
      [],
      [],
      [
        [4_000, 17_000],
        [8_000, 17_000],
      ],
    ],
    [
      'over the cross aisle that the site knows',
      [13_000],
      [],
      [
        [4_000, 13_000],
        [8_000, 13_000],
      ],
    ],
    [
      'up and down as its aisles may be walked',
      [13_000],
      [
        { zone: 'A', aisle: 1, direction: 'down' },
        { zone: 'A', aisle: 2, direction: 'up' },
      ],
      [
        [8_000, 13_000],
        [4_000, 13_000],
      ],
    ],
  ])('are walked %s, as planned and as drawn', async (_what, crossAislesMm, oneWayAisles, corners) => {
    await layout(crossAislesMm, oneWayAisles);
    const { templateId } = await work(steps(), [
      [farItems[0]!, 1],
      [farItems[1]!, 1],
    ]);
    const waveId = await planned(templateId);
    const [run] = await runsOf(waveId);
    const route = await routeOf(waveId, run!.id);
    const seen = corners.map(([xMm, yMm]) =>
      route.path.findIndex((each) => each.xMm === xMm && each.yMm === yMm),
    );
    expect(seen[0]).toBeGreaterThan(0);
    expect(seen[1]).toBe(seen[0]! + 1);
    expect(Math.round(route.walkMm / 1000)).toBe(run!.walkMetres);
    expect(route.stops).toHaveLength(2);
    const { walkways } = await system(() => services.floorMaps.floorMap());
    const cross = walkways.filter(({ kind }) => kind === 'cross-aisle').map(({ from }) => from.yMm);
    expect(cross).toEqual([200, crossAislesMm[0] ?? 17_000, 33_800]);
    await system(() => services.releases.cancelWave(waveId, 'spec'));
  });
});

describe('an order that no tote holds', () => {
  it('has a cart alone, and stays with the reason in words where no cart takes it', async () => {
    // 0.384 l and 250 g apiece: 110 fill a tote and more, 620 weigh 155 kg.
    const item = await freshStock(1_000);
    const { templateId, orderIds } = await work(
      steps(),
      [[item, 2]],
      [[item, 110]],
      [[item, 3]],
      [[item, 620]],
    );
    const rehearsed = await system(() => services.dryRuns.ofTemplate(templateId));
    const waveId = await planned(templateId);
    const runs = await runsOf(waveId);
    expect(
      runs.map(({ method, slots }) => [method, slots.map(({ orderId }) => orderId).sort()]).sort(),
    ).toEqual([
      ['cluster', [orderIds[0], orderIds[2]].sort()],
      ['single', [orderIds[1]]],
    ]);
    expect(runs.find(({ method }) => method === 'single')!.reasons[0]!.text).toBe(
      'fills 42.2 l, a tote takes 40 l: it has a cart alone',
    );
    const text = 'weighs 155 kg, a cart takes 150 kg';
    expect(rehearsed.runs).toBe(2);
    expect(rehearsed.faults.map(({ orderId, reason }) => [orderId, reason.code, reason.text])).toEqual([
      [orderIds[3], 'larger-than-cart', text],
    ]);
    const { items: left } = await system(() => services.faults.ofWave(waveId));
    expect(left.map(({ orderId, reason }) => [orderId, reason.text])).toEqual([[orderIds[3], text]]);
  });
});
