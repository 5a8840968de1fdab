import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PackView } from '#lib/contracts';
import { buildOutbound, type Outbound, type PickedTote } from '../../test/outbound-fixture.js';
import { newId } from '../platform/ids.js';

/** Labels sent ahead of their parcels, printed by an agent while there was no core to hear of it. */

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound({ totes: 40 });
  const { ask, stations } = world.floor;
  await ask(
    `insert into devices (site_id, id, agent_id, code, kind, driver, station_id, state)
     values (1, $1, $2, 'scan-1', 'scanner', 'spec', $3, 'ready')`,
    [newId(), world.agentId, stations.packBench],
  );
});
afterAll(() => world.floor.close());

interface Planned {
  id: string;
  commandId: string;
  state: string;
  printState: string;
  nonce: string;
  sscc: string;
}

const item = (index: number) => world.floor.items[index]!;
const turn = () => world.floor.system(() => world.floor.db.transaction((tx) => world.plannedLabels.turn(tx)));
const snapshot = () =>
  world.floor.system(() =>
    world.floor.db.transaction((tx) => world.plannedLabels.snapshot(tx, world.agentId)),
  );
const told = () => world.downlink.labels.at(-1)!;
const exceptions = async (orderId: string) =>
  (
    await world.floor.ask<{ code: string }>(
      'select code from exceptions where order_id = $1 and resolved_at is null order by code',
      [orderId],
    )
  ).map(({ code }) => code);
const planOf = async (tote: PickedTote): Promise<Planned> => {
  const found = await world.floor.ask<Planned>(
    `select id, command_id as "commandId", state, print_state as "printState", nonce, sscc from planned_labels where order_id = $1 order by created_at desc, id desc`,
    [tote.orderId],
  );
  return found[0]!;
};
const printsOf = (parcelId: string) =>
  world.floor.ask<{ id: string; state: string; nonce: string }>(
    'select id, state, nonce from prints where parcel_id = $1',
    [parcelId],
  );

/** An order that lies in one tote at the bench, for which its wave has planned one carton. */
async function waitingTote(quantity = 1, planned = 1): Promise<PickedTote> {
  const { ask } = world.floor;
  const tote = await world.pickedTote([[item(0), quantity]]);
  const [wave] = await ask<{ id: string }>('select id from waves limit 1');
  const [carton] = await ask<{ id: string }>(
    'select id from carton_types where active order by code limit 1',
  );
  await ask('update orders set wave_id = $2 where id = $1', [tote.orderId, wave!.id]);
  await ask(
    `insert into planned_cartons (site_id, id, wave_id, order_id, merchant_id, number_in_order, carton_type_id, contents, gross_grams)
     values (1, $1, $2, $3, $4, 1, $5, $6, 500)`,
    [
      newId(),
      wave!.id,
      tote.orderId,
      world.floor.merchantId,
      carton!.id,
      JSON.stringify([{ itemId: item(0).id, quantity: planned }]),
    ],
  );
  return tote;
}

async function packed(tote: PickedTote, grams?: number, override: string | null = null): Promise<PackView> {
  const parcel = await world.person(() => world.packing.openParcel(tote.lpn, 'S-PACK-1'));
  world.floor.clock.advance(10);
  const full = await world.person(() => world.packing.packItem(parcel.parcelId, newId(), item(0).barcode));
  const readingId = await world.weigh(grams ?? full.expectedGrams);
  const closed = await world.person(() =>
    world.closing.closeParcel(parcel.parcelId, { readingId, overrideReason: override }),
  );
  return closed.pack;
}

/** The agent printed it alone; its record comes up when the core is back. */
const drained = (plan: Planned, kind: 'print.printed' | 'print.sent' = 'print.printed') =>
  world.apply(kind, { jobId: plan.id });

describe('planning', () => {
  it('sends the label of a waiting tote to the agent of its bench, once', async () => {
    const tote = await waitingTote();
    await turn();
    const sent = world.downlink.labels.length;
    await turn();
    expect(world.downlink.labels).toHaveLength(sent);
    const plan = await planOf(tote);
    const label = told().set.find(({ codes }) => codes.includes(tote.lpn))!;
    expect(label).toMatchObject({
      printer: 'printer-1',
      scanners: ['scan-1'],
      args: { jobId: plan.id, zpl: expect.stringContaining('^XA') },
    });
    expect(told().commandIds).toContain(label.commandId);
    expect((await snapshot()).set.map(({ commandId }) => commandId)).toContain(label.commandId);
    const commands = await world.floor.ask('select state from device_commands where id = $1', [
      label.commandId,
    ]);
    expect(commands).toEqual([{ state: 'planned' }]);
    expect(world.downlink.commands.map(({ id }) => id)).not.toContain(label.commandId);
  });

  it.each([
    [
      'an order on hold',
      async (tote: PickedTote) => {
        await world.floor.ask(
          `insert into order_holds (site_id, id, order_id, merchant_id, code, reason, placed_by, placed_at)
         values (1, $1, $2, $3, 'fraud', 'checked', 'spec', now())`,
          [newId(), tote.orderId, world.floor.merchantId],
        );
      },
    ],
    [
      'an order that is still being picked',
      (tote: PickedTote) =>
        world.floor.ask(`update orders set state = 'picking' where id = $1`, [tote.orderId]),
    ],
  ])('leaves out %s', async (_name, change) => {
    const tote = await waitingTote();
    await change(tote);
    await turn();
    expect(await planOf(tote)).toBeUndefined();
  });

  it('leaves out a tote that holds something else than its wave has planned', async () => {
    const tote = await waitingTote(1, 2);
    await turn();
    expect(await planOf(tote)).toBeUndefined();
  });
});

describe('a label that was printed while the core was gone', () => {
  it('is its parcel’s print: one paper, one print, however often its record comes', async () => {
    const tote = await waitingTote();
    await turn();
    const plan = await planOf(tote);
    const commands = world.downlink.commands.length;
    expect(await drained(plan, 'print.sent')).toMatchObject({ outcome: 'applied' });
    expect(await drained(plan)).toMatchObject({ outcome: 'applied' });
    expect(await drained(plan)).toMatchObject({ outcome: 'applied' });
    expect(await exceptions(tote.orderId)).toEqual(['label-ahead']);
    const parcel = await packed(tote);
    expect(parcel).toMatchObject({ parcelState: 'labelled', sscc: plan.sscc, print: { state: 'printed' } });
    expect(await printsOf(parcel.parcelId)).toEqual([{ id: plan.id, state: 'printed', nonce: plan.nonce }]);
    expect(world.downlink.commands).toHaveLength(commands);
    expect(await exceptions(tote.orderId)).toEqual([]);
    await turn();
    expect(told().commandIds).not.toContain(plan.commandId);
    const staged = world.person(() => world.shipping.stage(`]d200${plan.sscc}97${plan.nonce}`, 'L-STG-1'));
    await expect(staged).resolves.toBeDefined();
  });

  it('whose record comes after its parcel was closed is the same print, under the same command', async () => {
    const tote = await waitingTote();
    await turn();
    const plan = await planOf(tote);
    const parcel = await packed(tote);
    expect(parcel).toMatchObject({ parcelState: 'verified', sscc: plan.sscc, print: { state: 'queued' } });
    expect(world.downlink.commands.at(-1)).toMatchObject({ args: { jobId: plan.id } });
    await drained(plan);
    expect(await printsOf(parcel.parcelId)).toEqual([{ id: plan.id, state: 'printed', nonce: plan.nonce }]);
  });

  it('that nobody took in time is in doubt, not failed: the agent may have printed it', async () => {
    const tote = await waitingTote();
    await turn();
    const plan = await planOf(tote);
    const parcel = await packed(tote);
    const command = world.downlink.commands.at(-1)!;
    await world.floor.system(() =>
      world.floor.db.transaction((tx) => world.labels.commandEnded(tx, command.id, 'expired', null)),
    );
    expect(await exceptions(tote.orderId)).toEqual(['print-unknown']);
    await drained(plan);
    expect(await printsOf(parcel.parcelId)).toMatchObject([{ state: 'printed' }]);
    expect(await exceptions(tote.orderId)).toEqual([]);
  });

  it('is void when its order was cancelled meanwhile: an exception names the paper, and no scan passes it', async () => {
    const tote = await waitingTote();
    await turn();
    const plan = await planOf(tote);
    await world.person(() => world.orders.cancelOrder(tote.orderId, 'changed mind'));
    await turn();
    expect(await planOf(tote)).toMatchObject({ state: 'void' });
    expect(await exceptions(tote.orderId)).toEqual([]);
    await drained(plan);
    expect(await exceptions(tote.orderId)).toEqual(['void-paper']);
    const staged = world.person(() => world.shipping.stage(`]d200${plan.sscc}97${plan.nonce}`, 'L-STG-1'));
    await expect(staged).rejects.toMatchObject({ code: 'packing.not-a-parcel' });
  });

  it('is void when its order is cancelled after the record came', async () => {
    const tote = await waitingTote();
    await turn();
    await drained(await planOf(tote));
    await world.person(() => world.orders.cancelOrder(tote.orderId, 'changed mind'));
    await turn();
    expect(await exceptions(tote.orderId)).toEqual(['void-paper']);
  });

  it('is void when the parcel weighs something else than it says', async () => {
    const tote = await waitingTote();
    await turn();
    const plan = await planOf(tote);
    await drained(plan);
    await world.floor.ask('update planned_labels set weight_grams = weight_grams + 5000 where id = $1', [
      plan.id,
    ]);
    const parcel = await packed(tote);
    expect(parcel.sscc).not.toBe(plan.sscc);
    expect(await exceptions(tote.orderId)).toEqual(['void-paper']);
    expect(await printsOf(parcel.parcelId)).toMatchObject([{ state: 'queued' }]);
  });

  it('that the printer refused stays planned, and is printed anew with its parcel', async () => {
    const tote = await waitingTote();
    await turn();
    const plan = await planOf(tote);
    await world.apply('print.failed', { jobId: plan.id, reason: 'out of labels' });
    expect(await planOf(tote)).toMatchObject({ state: 'planned', printState: 'failed' });
    expect(await exceptions(tote.orderId)).toEqual([]);
    const parcel = await packed(tote);
    const [print] = await printsOf(parcel.parcelId);
    expect(parcel.sscc).toBe(plan.sscc);
    expect(print).toMatchObject({ state: 'queued' });
    expect(print!.nonce).not.toBe(plan.nonce);
    await drained(plan);
    expect(await exceptions(tote.orderId)).toEqual(['void-paper']);
  });
});
