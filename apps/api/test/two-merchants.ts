import type { PackView, PutAwayView, ReceiptView, RunView, WaveView } from '#lib/contracts';
import { eventually } from '#lib/testkit';
import { PlannedLabelsJob } from '../src/packing/planned-labels.job.js';
import { newId } from '../src/platform/ids.js';
import type { Answer, BootedApp } from './booted-app.js';
import { ean } from './floor-fixture.js';
import { type SeededSite, seedSite, tokenOf } from './seed-site.js';

export type MerchantCode = 'ACME' | 'OTHER';

/** What one merchant has in the building, as ids and words that another merchant could try. */
export interface MerchantGoods {
  code: MerchantCode;
  key: string;
  merchantId: string;
  itemId: string;
  sku: string;
  barcode: string;
  lot: string;
  receiptId: string;
  reference: string;
  putAwayId: string;
  /** Ready, with a hold on it. */
  heldOrderId: string;
  heldRef: string;
  /** Packed into the parcel. */
  orderId: string;
  externalRef: string;
  countId: string;
  waveId: string;
  runId: string;
  taskId: string;
  toteLpn: string;
  parcelId: string;
  sscc: string;
  consignee: string;
}

/** A building in which two merchants' goods went all the way from the announcement to the label. */
export interface TwoMerchants {
  site: SeededSite;
  templateId: string;
  channelId: string;
  loadId: string;
  supervisor: string;
  operator: string;
  acme: MerchantGoods;
  other: MerchantGoods;
}

/** Walks the goods of both merchants through the booted application, over HTTP wherever a person or a key would. */
export async function twoMerchants(booted: BootedApp): Promise<TwoMerchants> {
  // A turn while a tote waits at its bench would plan a label, and nobody here tells that it is known.
  await booted.app.get(PlannedLabelsJob).onApplicationShutdown();
  const site = await seedSite(booted);
  const { templateId, channelId } = await addBuilding(booted, site);
  const supervisor = await tokenOf(booted, 'supervisor');
  const operator = await tokenOf(booted, 'operator');
  const world: Walk = { booted, site, templateId, supervisor, operator };
  const acme = await goodsOf(world, 'ACME', 1);
  const other = await goodsOf(world, 'OTHER', 2);
  const load = await send(world, '/shipping/loads', { carrier: 'post' });
  await settled(booted);
  return { site, templateId, channelId, loadId: load.id, supervisor, operator, acme, other };
}

/** Waits until every event has been delivered and agents know their labels: from then on nothing moves but for a request. */
export function settled({ sql }: BootedApp): Promise<unknown> {
  const underWay = `select 1 from events where published_at is null
    union all select 1 from planned_labels where case when state = 'planned' then fresh else at_agent end limit 1`;
  return eventually(async () => (await sql(underWay)).length === 0, { limitMs: 60_000, everyMs: 100 });
}

interface Walk {
  booted: BootedApp;
  site: SeededSite;
  templateId: string;
  supervisor: string;
  operator: string;
}

async function addBuilding({ sql }: BootedApp, { stationId }: SeededSite) {
  const [zone, templateId, channelId, lane] = [newId(), newId(), newId(), newId()];
  await sql(`insert into zones (site_id, id, code, name) values (1, $1, 'A', 'Shelves')`, [zone]);
  await sql(
    `insert into locations (site_id, id, code, zone_id, type, aisle, bay, x_mm, y_mm, pick_sequence)
     select 1, gen_random_uuid(), 'A-01-0' || n, $1, 'pick-face', 1, n, 1000, n * 1000, n from generate_series(1, 6) n`,
    [zone],
  );
  await sql(
    `insert into locations (site_id, id, code, zone_id, type, x_mm, y_mm)
     values (1, gen_random_uuid(), 'RCV-1', $1, 'receiving', 0, 0), (1, gen_random_uuid(), 'STG-1', $1, 'staging', 0, 0)`,
    [zone],
  );
  await sql(`insert into carts (site_id, id, code, slots) values (1, gen_random_uuid(), 'C-0001', 6)`);
  await sql(
    `insert into containers (site_id, id, lpn, type) select 1, gen_random_uuid(), 'T-00000' || n, 'tote' from generate_series(1, 9) n`,
  );
  await sql(
    `insert into carton_types (site_id, id, code, name, length_mm, width_mm, height_mm, tare_grams, max_grams)
     values (1, gen_random_uuid(), 'M', 'Medium', 400, 300, 250, 250, 20000)`,
  );
  await sql(`insert into carriers (code, name) values ('post', 'Post')`);
  await sql(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time)
     values (1, gen_random_uuid(), 'post', 'standard', 'Standard', '17:00')`,
  );
  await sql(
    `insert into number_ranges (site_id, id, kind, scope, prefix, next_value, last_value)
     values (1, gen_random_uuid(), 'sscc', '', '39521234', 1, 9999), (1, gen_random_uuid(), 's10', 'post', 'CPFR', 1, 9999)`,
  );
  await sql(
    `insert into wave_templates (site_id, id, name, filter, limits, steps) values (1, $1, 'All', '{}', '{}', '{}')`,
    [templateId],
  );
  await sql(
    `insert into release_channels (site_id, id, name, state, template_id, max_in_flight, batch_orders)
     values (1, $1, 'Asleep', 'asleep', $2, 1, 1)`,
    [channelId, templateId],
  );
  await sql(`insert into lanes (site_id, id, code, name, kind) values (1, $1, 'L1', 'Lane 1', 'ship')`, [
    lane,
  ]);
  await sql(
    `insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank) values (1, $1, $2, 'post', 'standard', 1)`,
    [newId(), lane],
  );
  await sql(`update devices set state = 'ready' where station_id = $1`, [stationId]);
  return { templateId, channelId };
}

async function send(
  { booted, supervisor }: Walk,
  path: string,
  body?: unknown,
  token = supervisor,
): Promise<Answer['body']> {
  const answer = await booted.request('POST', `/api/v1${path}`, { body, token });
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

async function goodsOf(walk: Walk, code: MerchantCode, number: number): Promise<MerchantGoods> {
  const { site } = walk;
  const key = site.keys[code];
  const sku = `SKU-OF-${code}`;
  const named = {
    code,
    key,
    merchantId: site.merchantIds[code],
    sku,
    barcode: ean(number),
    lot: `LOT-${code}`,
  };
  const item = await send(
    walk,
    '/items',
    {
      sku,
      name: `The thing of ${code}`,
      lengthMm: 100,
      widthMm: 80,
      heightMm: 40,
      weightGrams: 250,
      tracking: 'lot',
      barcodes: [{ code: named.barcode }],
    },
    key,
  );
  const inbound = await receive(walk, named);
  const orders = await order(walk, named);
  const outbound = await packed(walk, named, orders.orderId);
  await send(walk, '/inventory/counts', {
    locationCode: 'A-01-01',
    merchantCode: code,
    sku,
    lot: named.lot,
  });
  const [count] = await walk.booted.sql<{ id: string }>('select id from counts where item_id = $1', [
    item.id,
  ]);
  return { ...named, itemId: item.id, ...inbound, ...orders, ...outbound, countId: count!.id };
}

type Named = Pick<MerchantGoods, 'code' | 'key' | 'merchantId' | 'sku' | 'barcode' | 'lot'>;

async function receive(walk: Walk, { code, key, sku, barcode, lot }: Named) {
  const reference = `RECEIPT-OF-${code}`;
  const lines = [{ sku, quantity: 20, lot }];
  const receipt: ReceiptView = await send(walk, '/receiving/receipts', { reference, lines }, key);
  const arrival = { eventId: newId(), sku, quantity: 20, lot };
  await send(walk, `/receiving/receipts/${receipt.id}/receive`, arrival, walk.operator);
  const { body } = await walk.booted.request('GET', '/api/v1/receiving/put-aways', { token: walk.operator });
  const putAway = (body.items as PutAwayView[]).find((each) => JSON.stringify(each).includes(sku))!;
  const place = { eventId: newId(), itemScan: barcode, locationScan: 'L-A-01-01' };
  await send(walk, `/receiving/put-aways/${putAway.id}/confirm`, place, walk.operator);
  await settled(walk.booted);
  return { receiptId: receipt.id, reference, putAwayId: putAway.id };
}

async function order(walk: Walk, { code, key, sku }: Named) {
  const consignee = `Consignee of ${code}`;
  const body = (externalRef: string, quantity: number) => ({
    externalRef,
    carrier: 'post',
    service: 'standard',
    consignee: { name: consignee, street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' },
    lines: [{ sku, quantity }],
  });
  const [heldRef, externalRef] = [`HELD-OF-${code}`, `ORDER-OF-${code}`];
  const held = await send(walk, '/orders', body(heldRef, 2), key);
  await send(walk, `/orders/${held.id}/holds`, { code: 'fraud', reason: `Doubts of ${code}` }, key);
  const taken = await send(walk, '/orders', body(externalRef, 1), key);
  await settled(walk.booted);
  return { heldOrderId: held.id as string, heldRef, orderId: taken.id as string, externalRef, consignee };
}

async function packed(walk: Walk, { barcode, code, sku }: Named, orderId: string) {
  const { booted, operator, templateId } = walk;
  const wave: WaveView = await send(walk, '/waves', { templateId });
  await eventually(
    async () => {
      const { body } = await booted.request('GET', `/api/v1/waves/${wave.id}`, { token: walk.supervisor });
      return body.state === 'planned';
    },
    { limitMs: 30_000 },
  );
  await send(walk, `/waves/${wave.id}/release`);
  const run: RunView = await send(walk, '/picking/runs/claim', { cartScan: 'C-0001' }, operator);
  const task = run.tasks[0]!;
  const toteLpn = code === 'ACME' ? 'T-000001' : 'T-000002';
  const confirm = {
    eventId: newId(),
    locationScan: `L-${task.location.code}`,
    itemScans: [barcode],
    containerScan: toteLpn,
    at: new Date().toISOString(),
  };
  await send(walk, `/picking/tasks/${task.id}/confirm`, confirm, operator);
  const drop = { eventId: newId(), stationScan: 'S-PACK-01' };
  await send(walk, `/picking/runs/${run.id}/drop`, drop, operator);
  await settled(booted);
  const parcel = await close(walk, toteLpn, barcode);
  await addConveyorPast(walk, parcel.parcelId, orderId);
  await addReplenishments(walk, wave.id, sku);
  await addVoidPaper(walk, orderId, toteLpn);
  return {
    waveId: wave.id,
    runId: run.id,
    taskId: task.id,
    toteLpn,
    parcelId: parcel.parcelId,
    sscc: parcel.sscc!,
  };
}

async function close(walk: Walk, toteLpn: string, barcode: string): Promise<PackView> {
  const { operator, booted, site } = walk;
  const opened: PackView = await send(
    walk,
    '/packing/open',
    { containerScan: toteLpn, stationCode: 'S-PACK-01' },
    operator,
  );
  const path = `/packing/parcels/${opened.parcelId}`;
  await send(walk, `${path}/items`, { eventId: newId(), itemScan: barcode }, operator);
  const readingId = newId();
  const data = { weight: { value: 500, decimals: 0, unit: 'g', kind: 'gross' } };
  await booted.sql(
    `insert into inbox (site_id, agent_id, stream, seq, record_id, kind, device_code, at, received_at, data, trace, outcome)
     select 1, id, $1, 1, $2, 'weigh.stable', 'SCALE-1', $3, $3, $4, 'spec', 'applied' from agents`,
    [`SCALE-1~${toteLpn}`, readingId, new Date(), JSON.stringify(data)],
  );
  await send(walk, `${path}/close`, { eventId: newId(), readingId }, operator);
  await settled(booted);
  const { body } = await booted.request('GET', `/api/v1${path}`, { token: operator });
  if (!body.sscc) throw new Error(`${site.siteId}: no label: ${JSON.stringify(body)}`);
  return body;
}

/** A label that was planned while the tote waited longer than any here does. */
async function addVoidPaper({ booted: { sql } }: Walk, orderId: string, toteLpn: string): Promise<void> {
  await sql(
    `insert into planned_labels (site_id, id, command_id, order_id, merchant_id, container_id, tote, station_id, device_id, agent_id,
       carrier_code, service, sscc, tracking_number, nonce, weight_grams, units, state, print_state, reason, at_agent, fresh,
       created_at, valid_until, ended_at)
     select 1, gen_random_uuid(), gen_random_uuid(), o.id, o.merchant_id, c.id, c.lpn, s.id, d.id, d.agent_id, o.carrier_code, o.service,
       'SPEC-' || c.lpn, 'SPEC', 'SPEC', 500, 1, 'void', 'queued', 'seen by a spec', false, false, now(), now(), now()
     from orders o, containers c, stations s, devices d
     where o.id = $1 and c.lpn = $2 and s.code = 'S-PACK-01' and d.code = 'PRN-1'`,
    [orderId, toteLpn],
  );
}

/** What a conveyor would have told: these rows come from devices and from the watch over them alone. */
async function addConveyorPast({ booted: { sql } }: Walk, parcelId: string, orderId: string): Promise<void> {
  await sql(
    `insert into routes (site_id, id, parcel_id, merchant_id, codes, lane_id, alternative_ids, active, version, at)
     select p.site_id, gen_random_uuid(), p.id, p.merchant_id, array[p.sscc], l.id, '{}', false, 0, now()
     from parcels p, lanes l where p.id = $1 on conflict do nothing`,
    [parcelId],
  );
  await sql(
    `insert into point_decisions (site_id, id, agent_id, point, track_id, seq, parcel_id, merchant_id, codes, result, state, seen_at)
     select p.site_id, gen_random_uuid(), a.id, 'P1', ('x' || left(md5(p.id::text), 8))::bit(32)::bigint, 1, p.id, p.merchant_id,
       array[p.sscc], 'read', 'lost', now() from parcels p, agents a where p.id = $1`,
    [parcelId],
  );
  await sql(
    `insert into travels (site_id, id, parcel_id, merchant_id, agent_id, from_point, lane, to_point, state, left_at, due_at, ended_at)
     select p.site_id, gen_random_uuid(), p.id, p.merchant_id, a.id, 'P1', 'L1', 'P2', 'arrived', now(), now(), now()
     from parcels p, agents a where p.id = $1`,
    [parcelId],
  );
  await sql(
    `insert into exceptions (site_id, id, code, subject_kind, subject_id, order_id, parcel_id, merchant_id, owner_queue, detail, opened_at)
     select site_id, gen_random_uuid(), 'spec-exception', 'parcel', id, $2, id, merchant_id, 'packing', 'seen by a spec', now()
     from parcels where id = $1`,
    [parcelId, orderId],
  );
}

/** What a wave whose pick faces ran low would have asked for. */
async function addReplenishments({ booted: { sql } }: Walk, waveId: string, sku: string): Promise<void> {
  for (const [table, more, values] of [
    ['wave_replenishments', '', ''],
    ['replenishments', ', state', `, 'ready'`],
  ]) {
    await sql(
      `insert into ${table} (site_id, id, wave_id, merchant_id, item_id, from_location_id, to_location_id, quantity, need, created_at${more})
       select 1, gen_random_uuid(), $1, i.merchant_id, i.id, min(l.id::text)::uuid, max(l.id::text)::uuid, 1, 'top-up', now()${values}
       from items i, locations l where i.sku = $2 and l.site_id = 1 group by i.merchant_id, i.id`,
      [waveId, sku],
    );
  }
}
