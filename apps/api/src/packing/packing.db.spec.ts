import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PackView } from '#lib/contracts';
import {
  buildOutbound,
  labelledParcel,
  type Outbound,
  type PickedTote,
} from '../../test/outbound-fixture.js';
import { INVARIANTS } from '../control-tower/invariants.js';
import { newId } from '../platform/ids.js';
import { takeNumber } from '../platform/number-ranges.js';

let world: Outbound;

beforeAll(async () => {
  world = await buildOutbound();
});
afterAll(() => world.floor.close());

const item = (index: number) => world.floor.items[index]!;
const open = (tote: PickedTote, bench = 'S-PACK-1') =>
  world.person(() => world.packing.openParcel(tote.lpn, bench));
const pack = (parcel: PackView, scan: string, eventId = newId()) => {
  world.floor.clock.advance(10);
  return world.person(() => world.packing.packItem(parcel.parcelId, eventId, scan));
};
const close = (parcel: PackView, readingId: string, overrideReason: string | null = null) =>
  world.person(() => world.closing.closeParcel(parcel.parcelId, { readingId, overrideReason }));
const find = (parcel: PackView) => world.person(() => world.packing.find(parcel.parcelId));
const openExceptions = async (parcelId: string) =>
  (
    await world.floor.ask<{ code: string }>(
      'select code from exceptions where parcel_id = $1 and resolved_at is null',
      [parcelId],
    )
  ).map(({ code }) => code);

/** A parcel with one unit, weighed and closed: its label is being printed. */
async function closedParcel(): Promise<PackView> {
  const parcel = await open(await world.pickedTote([[item(0), 1]]));
  await pack(parcel, item(0).barcode);
  return (await close(parcel, await world.weigh(500))).pack;
}

describe('openParcel', () => {
  it('gives two benches that scan one tote at once the same parcel', async () => {
    const tote = await world.pickedTote([[item(0), 1]]);
    const opened = await Promise.all(['S-PACK-1', 'S-PACK-2', 'S-PACK-1'].map((bench) => open(tote, bench)));
    expect(new Set(opened.map(({ parcelId }) => parcelId)).size).toBe(1);
    const parcels = await world.floor.ask('select 1 from parcels where order_id = $1', [tote.orderId]);
    expect(parcels).toHaveLength(1);
  });

  it('works out the carton of a large basket in a thread of its own, with no lock held meanwhile', async () => {
    const tote = await world.pickedTote([
      [item(0), 6],
      [item(1), 3],
    ]);
    // A thread that has yet to start from source would take the packer's patience.
    await world.planner.select({ nowMs: 0, candidates: [], capacity: {} });
    const pack = jest.spyOn(world.planner, 'pack').mockImplementationOnce(async (task, signal) => {
      // Whoever wants the tote while it is worked out gets it.
      await world.floor.ask('update containers set station_id = null where id = $1', [tote.toteId]);
      return world.planner.pack(task, signal);
    });
    const opened = await open(tote);
    expect(pack).toHaveBeenCalledTimes(2);
    expect(opened).toMatchObject({ parcelState: 'open', tote: tote.lpn });
    const [parcel] = await world.floor.ask<{ because: string[] }>(
      'select because from parcels where id = $1',
      [opened.parcelId],
    );
    expect(parcel!.because[0]).toMatch(/^the smallest that fits/);
    pack.mockRestore();
  });

  it.each([
    ['a location', 'L-A-01-01-1', 'packing.not-a-tote'],
    ['a tote nobody has', 'T-999999', 'packing.unknown-tote'],
    ['noise', '\u0007', 'packing.not-a-tote'],
    ['an empty tote', 'T-000030', 'packing.tote-empty'],
  ])('refuses %s', async (_name, scan, code) => {
    const opened = world.person(() => world.packing.openParcel(scan, 'S-PACK-1'));
    await expect(opened).rejects.toMatchObject({ code });
  });

  it('refuses a bench that is none, a held order and a cancelled one', async () => {
    const tote = await world.pickedTote([[item(0), 1]]);
    await expect(open(tote, 'S-DOOR-1')).rejects.toMatchObject({ code: 'packing.not-a-bench' });
    await world.floor.ask(
      `insert into order_holds (site_id, id, order_id, merchant_id, code, reason, placed_by, placed_at)
       values (1, $1, $2, $3, 'fraud', 'payment is checked', 'spec', now())`,
      [newId(), tote.orderId, world.floor.merchantId],
    );
    await expect(open(tote)).rejects.toMatchObject({
      code: 'packing.order-held',
      message: expect.stringContaining('payment'),
    });
    await world.floor.ask('delete from order_holds');
    await world.floor.ask(`update orders set state = 'cancelled' where id = $1`, [tote.orderId]);
    await expect(open(tote)).rejects.toMatchObject({ code: 'packing.order-cancelled' });
  });
});

describe('packItem', () => {
  it('packs one event once, and never more than was picked however many scan at once', async () => {
    const parcel = await open(await world.pickedTote([[item(1), 3]]));
    const eventId = newId();
    await Promise.all([1, 2, 3].map(() => pack(parcel, item(1).barcode, eventId)));
    expect((await find(parcel)).lines).toMatchObject([{ packed: 1, picked: 3, inThisParcel: 1 }]);
    const tries = await Promise.allSettled([1, 2, 3, 4, 5].map(() => pack(parcel, item(1).barcode)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    for (const each of tries)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'packing.too-many' });
    expect((await find(parcel)).lines).toMatchObject([{ packed: 3, picked: 3, inThisParcel: 3 }]);
  });

  it('changes nothing by a wrong item and says what is needed and what was scanned', async () => {
    const parcel = await open(await world.pickedTote([[item(1), 1]]));
    await expect(pack(parcel, item(2).barcode)).rejects.toMatchObject({
      code: 'packing.wrong-item',
      message: `Need 1 of SKU-2, got 0${item(2).barcode}.`,
    });
    expect((await find(parcel)).lines).toMatchObject([{ packed: 0, inThisParcel: 0 }]);
    const moved = await world.floor.ask(`select 1 from movements where to_kind = 'parcel' and to_id = $1`, [
      parcel.parcelId,
    ]);
    expect(moved).toEqual([]);
  });

  it('fills two cartons from one tote and frees the tote with the second', async () => {
    const tote = await world.pickedTote([[item(3), 2]]);
    const first = await open(tote);
    await pack(first, item(3).barcode);
    await close(first, await world.weigh(500));
    const stateOfTote = () => world.floor.ask('select state from containers where id = $1', [tote.toteId]);
    expect(await stateOfTote()).toEqual([{ state: 'packing' }]);
    await world.apply('print.printed', { jobId: (await find(first)).print!.id });
    const second = await open(tote);
    expect(second.parcelId).not.toBe(first.parcelId);
    await pack(second, item(3).barcode);
    await close(second, await world.weigh(500));
    expect(await stateOfTote()).toEqual([{ state: 'empty' }]);
    const orderState = () => world.floor.ask('select state from orders where id = $1', [tote.orderId]);
    expect(await orderState()).toEqual([{ state: 'packing' }]);
    await world.apply('print.printed', { jobId: (await find(second)).print!.id });
    expect(await orderState()).toEqual([{ state: 'packed' }]);
  });
});

describe('closeParcel', () => {
  it('keeps a parcel open whose weight is wrong, and lets only a supervisor accept it', async () => {
    const parcel = await open(await world.pickedTote([[item(0), 2]]));
    await pack(parcel, item(0).barcode);
    const readingId = await world.weigh(900);
    const outcome = await close(parcel, readingId);
    expect(outcome).toMatchObject({
      outcome: 'weight-mismatch',
      expectedGrams: 500,
      weightGrams: 900,
      toleranceGrams: 22,
    });
    expect(outcome.pack).toMatchObject({ parcelState: 'open', sscc: null });
    expect(await openExceptions(parcel.parcelId)).toEqual(['weight-mismatch']);
    const byCore = world.floor.system(() =>
      world.closing.closeParcel(parcel.parcelId, { readingId, overrideReason: 'because' }),
    );
    await expect(byCore).rejects.toMatchObject({ code: 'packing.supervisor-needed', status: 403 });
    expect((await close(parcel, readingId, 'gift wrap')).outcome).toBe('closed');
    expect(await openExceptions(parcel.parcelId)).toEqual([]);
    const kept = await world.floor.ask('select weight_override_by from parcels where id = $1', [
      parcel.parcelId,
    ]);
    expect(kept[0]!.weight_override_by).toBe(`person:${world.floor.people[0]!.id}`);
  });

  it('takes no weight of another station, none from before the last item, none that is old, none that nobody measured', async () => {
    const parcel = await open(await world.pickedTote([[item(0), 2]]));
    const early = await world.weigh(500);
    await expect(close(parcel, early)).rejects.toMatchObject({ code: 'packing.empty-parcel' });
    await pack(parcel, item(0).barcode);
    const stays = async (readingId: string, code: string) =>
      expect(close(parcel, readingId)).rejects.toMatchObject({ code });
    await stays(early, 'packing.weight-too-old');
    await stays(await world.weigh(500, 'scale-2'), 'packing.unknown-reading');
    await stays(newId(), 'packing.unknown-reading');
    const fresh = await world.weigh(500);
    world.floor.clock.advance(130_000);
    await stays(fresh, 'packing.weight-too-old');
    expect((await close(parcel, await world.weigh(500))).outcome).toBe('closed');
  });

  it('answers a repeated close as the first, with one SSCC, one label and one print', async () => {
    const parcel = await open(await world.pickedTote([[item(0), 1]]));
    await pack(parcel, item(0).barcode);
    const readingId = await world.weigh(500);
    const answers = await Promise.all([1, 2, 3].map(() => close(parcel, readingId)));
    expect(new Set(answers.map(({ pack: { sscc } }) => sscc)).size).toBe(1);
    const made = await world.floor.ask(
      `select (select count(*)::int from labels where parcel_id = $1) as labels, (select count(*)::int from prints where parcel_id = $1) as prints`,
      [parcel.parcelId],
    );
    expect(made).toEqual([{ labels: 1, prints: 1 }]);
  });

  it('says in words when the carrier gives no label, and asks again on a reprint', async () => {
    const tote = await world.pickedTote([[item(0), 1]]);
    await world.floor.ask(`update orders set service = 'overnight' where id = $1`, [tote.orderId]);
    const parcel = await open(tote);
    await pack(parcel, item(0).barcode);
    const closed = await close(parcel, await world.weigh(500));
    expect(closed.pack).toMatchObject({ parcelState: 'verified', trackingNumber: null, print: null });
    expect(await openExceptions(parcel.parcelId)).toEqual(['label-refused']);
    await world.floor.ask(
      `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values (1, $1, 'post', 'overnight', 'Overnight', '20:00')`,
      [newId()],
    );
    const again = await world.person(() => world.labels.reprint(parcel.parcelId, newId(), 'unknown'));
    expect(again.print).toMatchObject({ state: 'queued' });
    expect(await openExceptions(parcel.parcelId)).toEqual([]);
  });
});

describe('prints', () => {
  it('are unknown until the label is scanned; another label does not end the doubt', async () => {
    const parcel = await closedParcel();
    await world.apply('print.unknown', { jobId: parcel.print!.id, reason: 'reset after the first byte' });
    expect((await find(parcel)).print).toMatchObject({
      state: 'unknown',
      reason: 'reset after the first byte',
    });
    expect(await openExceptions(parcel.parcelId)).toEqual(['print-unknown']);
    const other = await closedParcel();
    const confirm = (scan: string) => world.person(() => world.labels.confirmLabel(parcel.parcelId, scan));
    await expect(confirm(`]C100${other.sscc}`)).rejects.toMatchObject({ code: 'packing.wrong-label' });
    expect(await confirm(`]C100${parcel.sscc}`)).toMatchObject({
      parcelState: 'labelled',
      print: { state: 'printed' },
    });
    expect(await openExceptions(parcel.parcelId)).toEqual([]);
  });

  it('make every paper before a reprint void', async () => {
    const parcel = await closedParcel();
    await world.apply('print.failed', { jobId: parcel.print!.id, reason: 'paper out' });
    const nonce = async () =>
      (
        await world.floor.ask('select nonce from labels where parcel_id = $1 and active', [parcel.parcelId])
      )[0]!.nonce;
    const before = await nonce();
    const eventId = newId();
    const reprint = () => world.person(() => world.labels.reprint(parcel.parcelId, eventId, 'media'));
    await Promise.all([reprint(), reprint()]);
    expect(
      await world.floor.ask('select 1 from prints where parcel_id = $1', [parcel.parcelId]),
    ).toHaveLength(2);
    const paper = (of: unknown) => `]d200${parcel.sscc}97${of}`;
    const confirm = (scan: string) => world.person(() => world.labels.confirmLabel(parcel.parcelId, scan));
    await expect(confirm(paper(before))).rejects.toMatchObject({ code: 'packing.old-label' });
    await expect(confirm(parcel.trackingNumber!)).rejects.toMatchObject({ code: 'packing.scan-square-code' });
    expect(await confirm(paper(await nonce()))).toMatchObject({ parcelState: 'labelled' });
    const stage = world.person(() => world.shipping.stage(paper(before), 'L-STG-1'));
    await expect(stage).rejects.toMatchObject({ code: 'packing.old-label' });
  });

  it('that no printer took in time have failed', async () => {
    const parcel = await closedParcel();
    const command = world.downlink.commands.at(-1)!;
    await world.floor.system(() =>
      world.floor.db.transaction((tx) => world.labels.commandEnded(tx, command.id, 'expired', null)),
    );
    expect((await find(parcel)).print).toMatchObject({
      state: 'failed',
      reason: 'the printer could not be reached in time',
    });
  });

  it('refuse a job that is no print of ours', async () => {
    expect(await world.apply('print.printed', { jobId: newId() })).toMatchObject({ outcome: 'refused' });
    expect(await world.apply('print.printed', { jobId: `'; drop table prints` })).toMatchObject({
      outcome: 'refused',
    });
  });

  /** The commands of a printed label, without what its fields say. */
  async function commandsWith(words: (harmless: string) => string): Promise<string[]> {
    const { ask, merchantId } = world.floor;
    const tote = await world.pickedTote([[item(0), 1]]);
    const consignee = {
      name: words('^XZ^XA^FDx <b>Ann</b> ~JA'),
      company: words(`^FS'; drop table orders;`),
      street: words('_5E^FX \\& Main 1'),
      street2: words('~DGR:A,1'),
      city: words('^XZ Lille'),
      region: words('~HS Nord'),
      postcode: '59000',
      country: 'FR',
    };
    await ask('update orders set consignee = $2 where id = $1', [tote.orderId, JSON.stringify(consignee)]);
    await ask('update merchants set name = $2 where id = $1', [merchantId, words('^XZ~JR Acme')]);
    await ask('update items set name = $2 where id = $1', [item(0).id, words('^XZ^XA thing')]);
    const parcel = await open(tote);
    await pack(parcel, item(0).barcode);
    await close(parcel, await world.weigh(500));
    const printed = await ask<{ zpl: string }>('select zpl from labels where parcel_id = $1', [
      parcel.parcelId,
    ]);
    // As a printer reads: a caret or a tilde begins a command wherever it stands.
    const tokens = printed[0]!.zpl.replaceAll('\n', '').split(/(?=[\^~])/);
    return tokens.map((token) => (/^\^(FD|FX)/.test(token) ? token.slice(0, 3) : token));
  }

  it('carry whatever consignee, merchant and item are called as text: the same commands as for harmless names', async () => {
    const hostile = await commandsWith((words) => words);
    const harmless = await commandsWith((words) => words.replaceAll(/[\^~_\\]/g, 'x'));
    expect(hostile).toEqual(harmless);
    expect(hostile.filter((token) => token === '^XA' || token === '^XZ')).toEqual(['^XA', '^XZ']);
    await world.floor.ask(`update merchants set name = 'Acme' where id = $1`, [world.floor.merchantId]);
  });
});

describe('reopening and cancelling', () => {
  it('makes the label void first, and gives new numbers when it is closed again', async () => {
    const parcel = await labelledParcel(world, [[item(4), 1]]);
    const opened = await world.person(() => world.closing.reopenParcel(parcel.parcelId, 'wrong carton'));
    expect(opened).toMatchObject({ parcelState: 'open', sscc: null, trackingNumber: null });
    await expect(world.person(() => world.shipping.stage(parcel.sscc!, 'L-STG-1'))).rejects.toMatchObject({
      code: 'packing.not-a-parcel',
    });
    await world.deliver();
    expect(world.downlink.routes.at(-1)).toMatchObject({ removedParcelIds: [parcel.parcelId] });
    const closed = await close(opened, await world.weigh(500));
    expect(closed.pack.sscc).not.toBe(parcel.sscc);
    expect(closed.pack.trackingNumber).not.toBe(parcel.trackingNumber);
  });

  it('takes the parcels of a cancelled order with it, and their goods back to a shelf', async () => {
    const parcel = await labelledParcel(world, [[item(4), 1]]);
    await world.person(() => world.orders.cancelOrder(parcel.orderId, 'changed mind'));
    expect(await find(parcel)).toMatchObject({ parcelState: 'cancelled' });
    expect(await openExceptions(parcel.parcelId)).toEqual(['cancelled-parcel']);
    const back = () => world.person(() => world.closing.returnGoods(parcel.parcelId, newId(), 'L-A-01-02-1'));
    await back();
    await back();
    const level = await world.floor.ask(
      `select l.quantity from levels l join locations c on c.id = l.account_id where c.code = 'A-01-02-1' and l.item_id = $1`,
      [item(4).id],
    );
    expect(level).toEqual([{ quantity: 1 }]);
    expect(await openExceptions(parcel.parcelId)).toEqual([]);
  });
});

describe('the undo of a wave', () => {
  const waveOf = async (orderIds: string[]) => {
    const [wave] = await world.floor.ask<{ id: string }>(`select id from waves limit 1`);
    await world.floor.ask(`update orders set wave_id = null`);
    await world.floor.ask(`update orders set wave_id = $1 where id = any($2)`, [wave!.id, orderIds]);
    await world.floor.ask(`update waves set state = 'in-progress' where id = $1`, [wave!.id]);
    return wave!.id;
  };
  const linesOf = (orderId: string) =>
    world.floor.ask(`select state, reserved, picked, packed from order_lines where order_id = $1`, [orderId]);

  it('takes parcels back from the bench, voids their labels, and keeps what has left it', async () => {
    const atBench = await labelledParcel(world, [[item(4), 1]]);
    const gone = await labelledParcel(world, [[item(5), 1]]);
    await world.person(() => world.shipping.stage(gone.sscc!, 'L-STG-1'));
    await world.floor.ask(`update orders set state = 'packed' where id = $1`, [gone.orderId]);
    const waveId = await waveOf([atBench.orderId, gone.orderId]);
    const view = await world.person(() => world.undos.undoWave(waveId, { dryRun: false, reason: 'spec' }));
    expect(view).toMatchObject({ state: 'in-progress', ordersBack: 1, ordersKept: 1 });
    expect(view.effects.map(({ code, count }) => `${code} ${count}`)).toEqual([
      'label-voided 1',
      'parcel-unpacked 1',
      'order-waits-again 1',
    ]);
    expect(view.kept).toMatchObject([{ code: 'order-kept', items: [{ code: 'parcel-staged' }] }]);
    expect(await find(atBench)).toMatchObject({ parcelState: 'cancelled' });
    expect(await linesOf(atBench.orderId)).toEqual([{ state: 'open', reserved: 0, picked: 0, packed: 0 }]);
    expect(await linesOf(gone.orderId)).toMatchObject([{ packed: 1 }]);
    const [order] = await world.floor.ask(`select state, waiting_for from orders where id = $1`, [
      atBench.orderId,
    ]);
    expect(order).toEqual({
      state: 'ready',
      waiting_for: `1 of ${item(4).sku} to be put back from a parcel`,
    });
    await world.deliver();
    expect(world.downlink.routes.at(-1)).toMatchObject({ removedParcelIds: [atBench.parcelId] });
    await world.person(() => world.closing.returnGoods(atBench.parcelId, newId(), 'L-A-01-03-1'));
    expect(await openExceptions(atBench.parcelId)).toEqual([]);
    const chain = INVARIANTS.filter(
      ({ name }) => name === 'line-chain-holds' || name === 'one-label-one-shipment',
    );
    for (const { sql, atRest } of chain.flatMap(({ checks }) => checks))
      if (!atRest) expect(await world.floor.ask(sql)).toEqual([]);
  });
});

describe('a printer of another language', () => {
  it('gets the label in its own words beside the ZPL', async () => {
    const speaks = (driver: string) =>
      world.floor.ask(`update devices set driver = $1 where kind = 'printer'`, [driver]);
    await speaks('tsc/tspl');
    await labelledParcel(world, [[item(0), 1]]);
    await speaks('spec');
    const [command] = await world.floor.ask<{ args: object }>(
      `select args from device_commands where op = 'print' order by created_at desc, id desc limit 1`,
    );
    expect(command!.args).toMatchObject({
      zpl: expect.stringContaining('^XA'),
      tspl: expect.stringMatching(/^SIZE 100 mm,150 mm[\s\S]*\r\nPRINT 1,1\r\n$/),
    });
  });
});

describe('number ranges', () => {
  const take = () =>
    world.floor.system(() =>
      world.floor.db.transaction((tx) => takeNumber(tx, { kind: 'sscc', scope: 'spec' })),
    );
  const addRange = (prefix: string, last: number) =>
    world.floor.ask(
      `insert into number_ranges (site_id, id, kind, scope, prefix, next_value, last_value) values (1, $1, 'sscc', 'spec', $2, 1, $3)`,
      [newId(), prefix, last],
    );

  it('give 50 who ask at once 50 different numbers, go on with the next range, and end', async () => {
    await addRange('A', 30);
    await addRange('B', 20);
    const taken = await Promise.all(Array.from({ length: 50 }, take));
    expect(new Set(taken.map(({ prefix, value }) => `${prefix}${value}`)).size).toBe(50);
    await expect(take()).rejects.toMatchObject({ code: 'platform.range-exhausted' });
  });
});
