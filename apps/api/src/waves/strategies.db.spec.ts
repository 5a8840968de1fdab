import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ReservationStrategy, TemplateStep } from '#lib/contracts';
import { addItem, buildFloor, type FixtureItem, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';
import { WAVE_STEPS } from './wave-steps.js';

let floor: Floor;
let services: FloorServices;
let number = 700;
let nextLocation = 0;

beforeAll(async () => {
  floor = await buildFloor({ locations: 40, totes: 4 });
  services = floorServices(floor);
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

async function stockAt(item: FixtureItem, quantity: number, expiresOn?: string): Promise<string> {
  const { code } = floor.locations[nextLocation++]!;
  await floor.system(() =>
    services.adjustments.adjustStock({
      eventId: newId(),
      merchantCode: 'acme',
      sku: item.sku,
      locationCode: code,
      quantity,
      reason: 'spec',
      ...(expiresOn ? { expiresOn } : {}),
    }),
  );
  return code;
}

async function order(service: string, { sku }: FixtureItem, quantity: number): Promise<void> {
  const body = {
    externalRef: newId(),
    carrier: 'post',
    service,
    consignee: { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
    lines: [{ sku, quantity }],
  };
  await floor.merchant(() =>
    services.intake.acceptOrders([{ row: 1, order: body, externalRef: body.externalRef, faults: [] }]),
  );
}

/** A wave of all orders of a carrier service, planned with these options. */
async function planned(service: string, ...options: TemplateStep[]): Promise<string> {
  const pipeline = WAVE_STEPS.map(
    (name) => options.find((each) => each.name === name) ?? ({ name } as TemplateStep),
  );
  return floor.system(async () => {
    const templateId = await services.templates.createTemplate({
      name: service,
      filter: { services: [service] },
      limits: { ordersMax: 100, linesMax: 100, unitsMax: 1000 },
      pipeline,
    });
    const { waveId } = await services.waves.createWave({ templateId });
    await services.waves.planWave(waveId);
    return waveId;
  });
}

async function freshService(): Promise<string> {
  const service = `s${++number}`;
  await floor.ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', $2, 'S', '17:00')`,
    [newId(), service],
  );
  return service;
}

describe('goods are set aside', () => {
  it.each<[ReservationStrategy, Record<string, number>]>([
    ['fefo', { june: 3, september: 2 }],
    ['fifo', { september: 3, june: 2 }],
    ['fewest-touches', { december: 5 }],
    ['full-containers', { november: 4, june: 1 }],
  ])('by %s', async (strategy, expected) => {
    const item = await addItem(floor.ask, floor.merchantId, ++number, 'expiry');
    const stock = [
      { name: 'june', quantity: 3, expiresOn: '2026-06-30', receivedOn: '2026-02-20' },
      { name: 'september', quantity: 3, expiresOn: '2026-09-30', receivedOn: '2026-02-01' },
      { name: 'november', quantity: 4, expiresOn: '2026-11-30', receivedOn: '2026-02-25' },
      { name: 'december', quantity: 9, expiresOn: '2026-12-31', receivedOn: '2026-02-27' },
    ];
    const nameOf = new Map<string, string>();
    for (const { name, quantity, expiresOn, receivedOn } of stock) {
      nameOf.set(await stockAt(item, quantity, expiresOn), name);
      await floor.ask('update lots set received_at = $3 where item_id = $1 and expires_on = $2', [
        item.id,
        expiresOn,
        receivedOn,
      ]);
    }
    const service = await freshService();
    await order(service, item, 5);
    const waveId = await planned(service, { name: 'reserve', strategy });
    const picks = await floor.ask<{ code: string; quantity: number }>(
      `select a.code, t.quantity from tasks t join locations a on a.id = t.location_id where t.wave_id = $1`,
      [waveId],
    );
    expect(Object.fromEntries(picks.map(({ code, quantity }) => [nameOf.get(code), quantity]))).toEqual(
      expected,
    );
  });
});

describe('orders are put on carts', () => {
  it.each<[string, TemplateStep, number[]]>([
    ['one by one', { name: 'batch', method: 'single' }, [1, 1, 1]],
    [
      'together, as many as the template lets on a cart',
      { name: 'batch', method: 'cluster', slotsMax: 2 },
      [1, 2],
    ],
  ])('%s', async (_how, step, sizes) => {
    const item = await addItem(floor.ask, floor.merchantId, ++number);
    await stockAt(item, 10);
    const service = await freshService();
    for (const quantity of [1, 2, 3]) await order(service, item, quantity);
    const waveId = await planned(service, step);
    const runs = await floor.ask<{ orders: number }>(
      `select count(distinct order_id)::int as orders from run_slots s join runs r on r.site_id = s.site_id and r.id = s.run_id
       where r.wave_id = $1 group by r.id order by 1`,
      [waveId],
    );
    expect(runs.map(({ orders }) => orders)).toEqual(sizes);
  });
});
