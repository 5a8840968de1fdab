import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildFloor, type Floor } from '../../test/floor-fixture.js';
import { type FloorServices, floorServices } from '../../test/floor-services.js';
import { newId } from '../platform/ids.js';
import type { ReplenishmentsService } from './replenishments.service.js';

let floor: Floor;
let services: FloorServices;
let service: ReplenishmentsService;
let waveId: string;

beforeAll(async () => {
  floor = await buildFloor({ locations: 20, items: 4 });
  services = floorServices(floor);
  service = services.replenishments;
  for (const { sku } of floor.items) {
    await floor.system(() =>
      services.adjustments.adjustStock({
        eventId: newId(),
        merchantCode: 'acme',
        sku,
        locationCode: floor.locations[0]!.code,
        quantity: 10,
        reason: 'spec',
      }),
    );
  }
  const templateId = newId();
  waveId = newId();
  await floor.ask(`insert into wave_templates (site_id, id, name, steps) values (1, $1, 'all', '{}')`, [
    templateId,
  ]);
  await floor.ask(
    `insert into waves (site_id, id, number, template_id, state, created_by, created_at) values (1, $1, 1, $2, 'planned', 'spec', now())`,
    [waveId, templateId],
  );
});
afterAll(async () => {
  await services.planner.onApplicationShutdown();
  await floor.close();
});

const ana = <T>(work: () => Promise<T>) => floor.person(floor.people[0]!.id, work);

/** A wish for `quantity` of an item from the first location to the next but one. */
async function wanted(at: number, quantity: number): Promise<string> {
  const replenishmentId = newId();
  const [from, to] = [floor.locations[0]!, floor.locations[at + 1]!];
  const wish = {
    replenishmentId,
    merchantId: floor.merchantId,
    itemId: floor.items[at]!.id,
    lot: '',
    fromLocationId: from.id,
    toLocationId: to.id,
    quantity,
    need: 'top-up' as const,
  };
  for (let twice = 0; twice < 2; twice++)
    await floor.system(() => floor.db.transaction((tx) => service.want(tx, waveId, [wish])));
  return replenishmentId;
}

const confirmation = (at: number, quantity: number) => ({
  eventId: newId(),
  fromScan: `L-${floor.locations[0]!.code}`,
  itemScan: floor.items[at]!.barcode,
  quantity,
  toScan: `L-${floor.locations[at + 1]!.code}`,
});
const at = async (location: number, item: number) =>
  (
    await floor.ask<{ quantity: number }>(
      `select quantity from levels where account_id = $1 and item_id = $2`,
      [floor.locations[location]!.id, floor.items[item]!.id],
    )
  )[0]?.quantity ?? 0;

describe('a replenishment', () => {
  it('is one task however often it is wanted, taken by one person, and moves its goods once', async () => {
    const id = await wanted(0, 6);
    expect(await ana(() => service.list(null))).toMatchObject([
      { id, quantity: 6, waveNumber: 1, person: null },
    ]);
    expect(await ana(() => service.claim(id))).toMatchObject({ state: 'assigned', mine: true });
    const confirm = confirmation(0, 6);
    const answers = await Promise.all([1, 2, 3, 4].map(() => ana(() => service.confirm(id, confirm))));
    expect(new Set(answers.map(({ state }) => state))).toEqual(new Set(['done']));
    expect([await at(0, 0), await at(1, 0)]).toEqual([4, 6]);
    await expect(ana(() => service.confirm(id, confirmation(0, 6)))).rejects.toMatchObject({
      code: 'picking.task-closed',
    });
  });

  it('never takes what is reserved for picks', async () => {
    const id = await wanted(1, 6);
    await floor.ask(`update levels set reserved = 7 where item_id = $1`, [floor.items[1]!.id]);
    await expect(ana(() => service.confirm(id, confirmation(1, 6)))).rejects.toMatchObject({
      code: 'inventory.not-enough',
    });
    const short = { reason: 'reserved' };
    const outcome = await ana(() => service.confirm(id, { ...confirmation(1, 3), short }));
    expect(outcome).toEqual({ state: 'done', quantity: 3, picksReady: 0 });
    expect([await at(0, 1), await at(2, 1)]).toEqual([7, 3]);
  });

  it('that finds nothing asks for a count', async () => {
    const id = await wanted(2, 6);
    const nothing = { ...confirmation(2, 0), itemScan: '', toScan: '', short: { reason: 'empty' } };
    expect(await ana(() => service.confirm(id, nothing))).toMatchObject({ state: 'failed', quantity: 0 });
    const counts = await floor.ask(`select reason from counts where item_id = $1`, [floor.items[2]!.id]);
    expect(counts).toEqual([{ reason: 'replenishment short: empty' }]);
  });

  it('comes back when who took it forgot it, and is forgotten with its wave', async () => {
    const [taken, free] = [await wanted(3, 2), await wanted(3, 2)];
    await ana(() => service.claim(taken));
    await floor.system(() => floor.db.transaction((tx) => service.forget(tx, waveId)));
    floor.clock.advance(31 * 60_000);
    expect(await floor.system(() => service.returnExpired())).toBe(1);
    const states = await floor.ask(`select id, state from replenishments where id = any($1) order by state`, [
      [taken, free],
    ]);
    expect(states).toEqual([
      { id: free, state: 'cancelled' },
      { id: taken, state: 'ready' },
    ]);
  });
});
