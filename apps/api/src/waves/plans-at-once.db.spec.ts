import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '#lib/testkit';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { holdThread } from '../../test/hold-thread.js';
import { newId } from '../platform/ids.js';

let floor: Floor;
let services: FloorServices;
let item: FixtureItem;
let number = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 20, totes: 4 });
  services = floorServices(floor);
  item = await addItem(floor.ask, floor.merchantId, 990);
  await floor.system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode: floor.locations[0]!.code,
      quantity: 100,
      reason: 'spec',
    }),
  );
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

/** Orders of a carrier service of their own, and the template that takes them. */
async function queue(orders = 2): Promise<string> {
  const service = `q${++number}`;
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  for (let at = 0; at < orders; at += 1) {
    const order = {
      externalRef: newId(),
      carrier: 'post',
      service,
      consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
      lines: [{ sku: item.sku, quantity: 1 }],
    };
    await floor.merchant(() =>
      services.intake.acceptOrders([{ row: 1, order, externalRef: order.externalRef, faults: [] }]),
    );
  }
  return floor.system(() =>
    services.templates.createTemplate({
      name: service,
      filter: { services: [service] },
      limits: { ordersMax: 50, linesMax: 100, unitsMax: 100 },
    }),
  );
}

const startAll = (templates: readonly string[]) =>
  Promise.all(templates.map((id) => floor.system(() => services.waves.startWave(id))));
const statesOf = async (waveIds: readonly string[]) =>
  (
    await floor.ask<{ state: string }>(
      `select w.state from unnest($1::uuid[]) with ordinality as x (id, at) join waves w on w.id = x.id order by x.at`,
      [waveIds],
    )
  ).map(({ state }) => state);
/** Plans under way: each holds the lock that says so with a connection of its own. */
const underWay = async () =>
  (
    await floor.ask<{ plans: number }>(
      `select count(*)::int as plans from pg_locks where locktype = 'advisory' and classid = 7301966 and granted
         and database = (select oid from pg_database where datname = current_database())`,
    )
  )[0]!.plans;
const planned = (waveIds: readonly string[]) =>
  eventually(
    async () => {
      expect(await underWay()).toBeLessThanOrEqual(3);
      expect(new Set(await statesOf(waveIds))).toEqual(new Set(['planned']));
    },
    { limitMs: 60_000 },
  );

describe('many waves that are started together', () => {
  it('are planned three at a time; one that waits for its turn can be given up at once', async () => {
    const templates = [await queue(), await queue(), await queue(), await queue(), await queue()];
    const thread = holdThread(services.planner);
    const waveIds = await startAll(templates);
    await eventually(async () => expect(await underWay()).toBe(3));
    const last = waveIds.at(-1)!;
    await floor.system(() => services.waves.cancelWave(last, { reason: 'spec', keepBest: false }));
    const rest = waveIds.slice(0, -1);
    expect(await statesOf([...rest, last])).toEqual([...rest.map(() => 'planning'), 'cancelled']);
    expect(await underWay()).toBe(3);
    await thread.letGo();
    await planned(rest);
    expect(await statesOf([last])).toEqual(['cancelled']);
  });
});

describe('a process that stops', () => {
  it('leaves its plans where they are, and the next one goes on with them', async () => {
    const templates = [await queue(), await queue(), await queue(), await queue()];
    const thread = holdThread(services.planner);
    const waveIds = await startAll(templates);
    await eventually(async () => expect(await underWay()).toBe(3));
    services.waves.onModuleDestroy();
    services.runner.onModuleDestroy();
    await services.waves.onApplicationShutdown();
    expect(thread.held()).toBe(true);
    expect(await statesOf(waveIds)).toEqual(waveIds.map(() => 'planning'));
    expect(await underWay()).toBe(0);
    const steps = await floor.ask(
      `select distinct state, log::text from wave_steps where wave_id = any($1::uuid[]) order by state`,
      [waveIds],
    );
    expect(steps).toEqual([
      { state: 'pending', log: '[]' },
      { state: 'running', log: '[]' },
    ]);
    // What comes late, such as a look at waiting work, begins nothing any more.
    await floor.system(() => services.waves.goOnWithWaiting(floor.siteId));
    expect(await underWay()).toBe(0);
    await thread.letGo();
    await services.planner.onApplicationShutdown();
    services = floorServices(floor);
    await floor.system(() => services.waves.goOnWithWaiting(floor.siteId));
    await planned(waveIds);
  });
});
