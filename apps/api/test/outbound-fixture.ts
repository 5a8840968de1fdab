import type { LabelsMessage, PackView, RecordKind, RoutesMessage, UplinkRecord } from '#lib/contracts';
import { DeviceCommandsService } from '../src/devices/device-commands.service.js';
import { ReadingsService } from '../src/devices/readings.service.js';
import { type ArrivalKind, ArrivalsService } from '../src/flow-control/arrivals.service.js';
import { FlowControlListener } from '../src/flow-control/flow-control.listener.js';
import { FlowControlService } from '../src/flow-control/flow-control.service.js';
import { LandingsService } from '../src/flow-control/landings.service.js';
import { LanePlanService } from '../src/flow-control/lane-plan.service.js';
import { LanesService } from '../src/flow-control/lanes.service.js';
import { OverridesService } from '../src/flow-control/overrides.service.js';
import { RebalancingService } from '../src/flow-control/rebalancing.service.js';
import { RouteQuestionsService } from '../src/flow-control/route-questions.service.js';
import { RoutesService } from '../src/flow-control/routes.service.js';
import { TravelsService } from '../src/flow-control/travels.service.js';
import { InventoryService } from '../src/inventory/inventory.service.js';
import { PromisesService } from '../src/inventory/promises.service.js';
import { ReservationsService } from '../src/inventory/reservations.service.js';
import { OrderProgressService } from '../src/orders/order-progress.service.js';
import { OrdersService } from '../src/orders/orders.service.js';
import { TakeBackService } from '../src/orders/take-back.service.js';
import { CartonAdviceService } from '../src/packing/carton-advice.service.js';
import { ClosingService } from '../src/packing/closing.service.js';
import { LabelsService } from '../src/packing/labels.service.js';
import { PackingListener } from '../src/packing/packing.listener.js';
import { PackingService } from '../src/packing/packing.service.js';
import { ParcelsService } from '../src/packing/parcels.service.js';
import { PlannedLabelsService } from '../src/packing/planned-labels.service.js';
import { PlannedPapersService } from '../src/packing/planned-papers.service.js';
import { UnpackService } from '../src/packing/unpack.service.js';
import type { Application, Applier, Reading, RecordSource } from '../src/platform/applies.js';
import { rows } from '../src/platform/database.service.js';
import { EdgeDownlink, EdgeRequests } from '../src/platform/edge-requests.js';
import type { HeardEvent } from '../src/platform/events.js';
import { newId, WORLD } from '../src/platform/ids.js';
import { Live } from '../src/platform/live.js';
import { appliersAmong, listenersAmong } from '../src/platform/registry.js';
import { BuiltInCarrier } from '../src/shipping/carriers.service.js';
import { LoadsService } from '../src/shipping/loads.service.js';
import { ManifestsService } from '../src/shipping/manifests.service.js';
import { ShippingListener } from '../src/shipping/shipping.listener.js';
import { ShippingService } from '../src/shipping/shipping.service.js';
import { LeftOutService } from '../src/waves/left-out.service.js';
import { PlannerService } from '../src/waves/planner.service.js';
import { RunGatesService } from '../src/waves/run-gates.service.js';
import { StepLogService } from '../src/waves/step-log.service.js';
import { WaveReleaseService } from '../src/waves/wave-release.service.js';
import { WaveUndoService } from '../src/waves/wave-undo.service.js';
import { WorkInProgressService } from '../src/waves/work-in-progress.service.js';
import { buildFloor, type FixtureItem, type Floor } from './floor-fixture.js';

/** Keeps what would go to the agents; there is no broker in these specs. */
class RecordingDownlink extends EdgeDownlink {
  readonly routes: RoutesMessage[] = [];
  readonly labels: LabelsMessage[] = [];
  readonly commands: { device: string; id: string; args: unknown }[] = [];
  publishRoutes(_siteId: number, _agent: string, message: RoutesMessage): void {
    this.routes.push(message);
  }
  publishLabels(_siteId: number, _agent: string, message: LabelsMessage): void {
    this.labels.push(message);
  }
  publishCommand(
    _siteId: number,
    _agent: string,
    device: string,
    command: { id: string; args: unknown },
  ): void {
    this.commands.push({ device, id: command.id, args: command.args });
  }
}

class RecordingLive extends Live {
  readonly pushed: { topic: string; data: unknown }[] = [];
  toStation(_site: number, _station: string, topic: string, data: unknown): void {
    this.pushed.push({ topic, data });
  }
  toPerson(): void {}
  toTower(_site: number, topic: string, data: unknown): void {
    this.pushed.push({ topic, data });
  }
  toConsole(): void {}
}

export interface PickedTote {
  orderId: string;
  lpn: string;
  toteId: string;
  lineIds: string[];
}

export type Outbound = Awaited<ReturnType<typeof buildOutbound>>;

/** A building from the pack bench to the dock door, with its services on a real database. */
export async function buildOutbound(sizes: { totes?: number } = {}) {
  const floor = await buildFloor({ items: 6, ...sizes });
  const places = await addOutbound(floor);
  const downlink = new RecordingDownlink();
  const live = new RecordingLive();
  const services = wire(floor, downlink, live);
  const closeFloor = floor.close;
  floor.close = async () => {
    await services.planner.onApplicationShutdown();
    await closeFloor();
  };
  const source: RecordSource = {
    agentId: places.agentId,
    agentCode: 'edge-1',
    deviceId: places.plcId,
    deviceCode: 'plc-1',
    stationId: null,
  };
  let streamSeq = 0;
  const world = { floor, ...places, downlink, live, ...services };
  return {
    ...world,
    /** An order that was picked into a tote and dropped at the bench. */
    pickedTote: (lines: [FixtureItem, number][], carrier = 'post') => pickedTote(world, lines, carrier),
    /** What the scale of the bench says, as the inbox keeps it. @returns the reading's id */
    async weigh(grams: number, device = 'scale-1'): Promise<string> {
      floor.clock.advance(1000);
      const id = newId();
      const data = { weight: { value: grams, decimals: 0, unit: 'g', kind: 'gross' } };
      await insertInbox(floor, {
        id,
        device,
        kind: 'weigh.stable',
        data,
        agentId: places.agentId,
        seq: ++streamSeq,
      });
      floor.clock.advance(1000);
      return id;
    },
    /** Applies a record as the uplink does: in a transaction of the system at the site. */
    apply<K extends RecordKind>(
      kind: K,
      data: Extract<UplinkRecord, { kind: K }>['data'],
    ): Promise<Application> {
      floor.clock.advance(10);
      return floor.system(() =>
        floor.db.transaction((tx) =>
          applierOf(services.listeners, kind)(tx, { kind, data } as never, source),
        ),
      );
    },
    /** Books what is told of arrivals as the uplink does with the records of a batch: in one transaction. */
    tell(words: readonly { kind: ArrivalKind; data: object }[]): Promise<Application[]> {
      floor.clock.advance(10);
      const readings = words.map((record) => ({ record, source }) as unknown as Reading<ArrivalKind>);
      return floor.system(() => floor.db.transaction((tx) => services.arrivals.told(tx, readings)));
    },
    /** Delivers what the relay would deliver. */
    deliver: () => deliverEvents(floor, services.listeners),
    person: <T>(work: () => Promise<T>) => floor.person(floor.people[0]!.id, work),
  };
}

function wire(floor: Floor, downlink: RecordingDownlink, live: RecordingLive) {
  const { db } = floor;
  const planner = new PlannerService();
  const promises = new PromisesService();
  const inventory = new InventoryService();
  const progress = new OrderProgressService(promises);
  const orders = new OrdersService(db, promises);
  const parcels = new ParcelsService();
  const commands = new DeviceCommandsService(downlink);
  const carrier = new BuiltInCarrier();
  const papers = new PlannedPapersService(carrier, commands);
  const plannedLabels = new PlannedLabelsService(carrier, commands, papers, downlink);
  const labels = new LabelsService(db, carrier, commands, parcels, progress, live, papers);
  const packing = new PackingService(db, inventory, progress, parcels, new CartonAdviceService(planner));
  const closing = new ClosingService(db, labels, inventory, progress, new ReadingsService(), papers);
  const manifests = new ManifestsService(db);
  const shipping = new ShippingService(db, parcels, manifests, progress);
  const loads = new LoadsService(db, parcels, shipping, manifests, inventory, progress);
  const routes = new RoutesService(parcels, downlink);
  const travels = new TravelsService();
  const arrivals = new ArrivalsService(parcels, new LandingsService(parcels, routes, travels), travels);
  const lanes = new LanesService(db, routes);
  const flow = new FlowControlService(db, parcels, routes, arrivals, travels);
  const lanePlan = new LanePlanService(db, routes, parcels);
  const requests = new EdgeRequests();
  const questions = new RouteQuestionsService(db, routes);
  const flowListener = new FlowControlListener(flow, arrivals, lanes, routes, requests, questions);
  const packingListener = new PackingListener(labels, closing, packing, orders, papers);
  packingListener.onModuleInit();
  const listeners = [packingListener, new ShippingListener(shipping, loads), flowListener];
  return {
    planner,
    inventory,
    promises,
    progress,
    orders,
    labels,
    plannedLabels,
    packing,
    closing,
    manifests,
    shipping,
    loads,
    routes,
    arrivals,
    flow,
    lanes,
    overrides: new OverridesService(db, lanes, routes, parcels),
    rebalancing: new RebalancingService(db, routes),
    lanePlan,
    questions,
    listeners,
    undos: undoOf(floor, promises, closing),
  };
}

/** The undo of waves with what packing does for it. */
function undoOf({ db }: Floor, promises: PromisesService, closing: ClosingService): WaveUndoService {
  const progress = new OrderProgressService(promises);
  const leftOut = new LeftOutService(new ReservationsService());
  const work = new WorkInProgressService(db);
  const releases = new WaveReleaseService(
    db,
    progress,
    leftOut,
    new StepLogService(db),
    work,
    new RunGatesService(),
  );
  const undos = new WaveUndoService(db, new TakeBackService(promises), releases);
  new UnpackService(undos, closing).onModuleInit();
  return undos;
}

async function addOutbound(floor: Floor) {
  const { ask, siteId, zoneId } = floor;
  const agentId = newId();
  await ask(
    `insert into agents (site_id, id, code, name, online, created_at) values ($1, $2, 'edge-1', 'Edge', true, now())`,
    [siteId, agentId],
  );
  const device = async (code: string, kind: string, stationId: string | null) => {
    const id = newId();
    await ask(
      `insert into devices (site_id, id, agent_id, code, kind, driver, station_id, state) values ($1, $2, $3, $4, $5, 'spec', $6, 'ready')`,
      [siteId, id, agentId, code, kind, stationId],
    );
    return id;
  };
  const secondBench = newId();
  const door = newId();
  await ask(
    `insert into stations (site_id, id, code, kind, name, x_mm, y_mm) values ($1, $2, 'S-PACK-2', 'pack-bench', 'Bench 2', 0, 0),
       ($1, $3, 'S-DOOR-1', 'dock-door', 'Door 1', 0, 0)`,
    [siteId, secondBench, door],
  );
  await device('scale-1', 'scale', floor.stations.packBench);
  await device('printer-1', 'printer', floor.stations.packBench);
  await device('scale-2', 'scale', secondBench);
  await device('printer-2', 'printer', secondBench);
  const plcId = await device('plc-1', 'conveyor-plc', null);
  const lanes: Record<string, string> = {};
  for (const [code, kind] of LANES) {
    lanes[code] = newId();
    await ask('insert into lanes (site_id, id, code, name, kind) values ($1, $2, $3, $3, $4)', [
      siteId,
      lanes[code],
      code,
      kind,
    ]);
  }
  await ask(
    `insert into conveyor_points (site_id, id, code, device_id, exception_lane_id, no_read_lane_id, recirculation_lane_id, laps_max, deadline_ms)
     values ($1, $2, 'P1', $3, $4, $5, $6, 2, 500)`,
    [siteId, newId(), plcId, lanes.EXC, lanes.NOREAD, lanes.LOOP],
  );
  await ask(`insert into carriers (code, name) values ('fast', 'Fast')`);
  await ask(
    `insert into carrier_services (site_id, id, carrier_code, service, name, cut_off_time) values ($1, $2, 'fast', 'standard', 'Next day', '18:00')`,
    [siteId, newId()],
  );
  const assign = (lane: string, carrier: string, rank: number) =>
    ask(
      `insert into lane_assignments (site_id, id, lane_id, carrier_code, service, rank) values ($1, $2, $3, $4, 'standard', $5)`,
      [siteId, newId(), lanes[lane], carrier, rank],
    );
  await assign('L1', 'post', 1);
  await assign('L2', 'post', 2);
  await assign('L3', 'fast', 1);
  for (const [kind, scope, prefix] of RANGES) {
    await ask(
      'insert into number_ranges (site_id, id, kind, scope, prefix, next_value, last_value) values ($1, $2, $3, $4, $5, 1, 99999)',
      [siteId, newId(), kind, scope, prefix],
    );
  }
  for (const code of ['STG-1', 'STG-2']) {
    await ask(
      `insert into locations (site_id, id, code, zone_id, type, x_mm, y_mm) values ($1, $2, $3, $4, 'staging', 0, 0)`,
      [siteId, newId(), code, zoneId],
    );
  }
  return { agentId, plcId, laneIds: lanes };
}

const LANES = [
  ['L1', 'ship'],
  ['L2', 'ship'],
  ['L3', 'ship'],
  ['EXC', 'exception'],
  ['NOREAD', 'no-read'],
  ['LOOP', 'recirculation'],
] as const;

const RANGES = [
  ['sscc', '', '39521234'],
  ['s10', 'post', 'CPFR'],
  ['s10', 'fast', 'EEFR'],
] as const;

let orderNumber = 0;

async function pickedTote(
  world: { floor: Floor; inventory: InventoryService },
  lines: [FixtureItem, number][],
  carrier: string,
): Promise<PickedTote> {
  const { floor } = world;
  const number = ++orderNumber;
  const lpn = floor.totes[number % floor.totes.length]!;
  const tote = (await floor.ask<{ id: string }>('select id from containers where lpn = $1', [lpn]))[0]!;
  const { orderId, lineIds } = await pickedOrder(floor, { number, lines, carrier });
  await fillTote(world, { orderId, toteId: tote.id, lines });
  await dropTote(floor, { number, orderId, toteId: tote.id });
  return { orderId, lpn, toteId: tote.id, lineIds };
}

async function pickedOrder(
  { ask, siteId, merchantId, clock }: Floor,
  { number, lines, carrier }: { number: number; lines: [FixtureItem, number][]; carrier: string },
): Promise<{ orderId: string; lineIds: string[] }> {
  const orderId = newId();
  const lineIds = lines.map(() => newId());
  const quantities = lines.map(([, quantity]) => quantity);
  const consignee = { name: 'Ann', street: 'Main 1', city: 'Lille', postcode: '59000', country: 'FR' };
  await ask(
    `insert into orders (site_id, id, merchant_id, external_ref, body_hash, body, state, carrier_code, service, cut_off_at, consignee,
       line_count, unit_count, received_at, state_at)
     values ($1, $2, $3, $4, '', '{}', 'picked', $5, 'standard', '2026-03-02T16:00:00Z', $6, $7, $8, $9, $9)`,
    [
      siteId,
      orderId,
      merchantId,
      `ORD-${number}`,
      carrier,
      JSON.stringify(consignee),
      lines.length,
      quantities.reduce((sum, quantity) => sum + quantity, 0),
      clock.now(),
    ],
  );
  await ask(
    `insert into order_lines (site_id, id, order_id, merchant_id, line_no, item_id, ordered, promised, reserved, picked, state)
     select $1, l.id, $2, $3, l.no, l.item, l.quantity, l.quantity, l.quantity, l.quantity, 'picked'
     from unnest($4::uuid[], $5::uuid[], $6::int[]) with ordinality as l (id, item, quantity, no)`,
    [siteId, orderId, merchantId, lineIds, lines.map(([item]) => item.id), quantities],
  );
  return { orderId, lineIds };
}

async function fillTote(
  { floor, inventory }: { floor: Floor; inventory: InventoryService },
  { orderId, toteId, lines }: { orderId: string; toteId: string; lines: [FixtureItem, number][] },
): Promise<void> {
  const { siteId, merchantId } = floor;
  await floor.system(() =>
    floor.db.transaction(async (tx) => {
      await inventory.move(
        tx,
        lines.map(([item, quantity], lineNo) => ({
          merchantId,
          itemId: item.id,
          lot: '',
          quantity,
          from: { kind: 'supplier', id: WORLD },
          to: { kind: 'container', id: toteId },
          reason: 'spec',
          eventId: orderId,
          lineNo,
        })),
      );
      for (const [item, quantity] of lines) {
        const sql = 'update stock_totals set promised = promised + $3 where site_id = $1 and item_id = $2';
        await rows(tx, sql, [siteId, item.id, quantity]);
      }
    }),
  );
}

async function dropTote(
  floor: Floor,
  { number, orderId, toteId }: { number: number; orderId: string; toteId: string },
): Promise<void> {
  const { ask, siteId, merchantId, stations } = floor;
  const runId = newId();
  await ask(
    `insert into runs (site_id, id, number, wave_id, state, drop_station_id, created_at) values ($1, $2, $3, $4, 'done', $5, now())`,
    [siteId, runId, number, await anyWave(floor), stations.packBench],
  );
  await ask(
    `insert into run_slots (site_id, id, run_id, slot, order_id, merchant_id, container_id, state)
     values ($1, $2, $3, 1, $4, $5, $6, 'dropped')`,
    [siteId, newId(), runId, orderId, merchantId, toteId],
  );
  await ask(`update containers set state = 'picked', station_id = $2 where id = $1`, [
    toteId,
    stations.packBench,
  ]);
}

async function anyWave({ ask, siteId }: Floor): Promise<string> {
  const known = await ask<{ id: string }>('select id from waves limit 1');
  if (known[0]) return known[0].id;
  const [templateId, waveId] = [newId(), newId()];
  await ask(`insert into wave_templates (site_id, id, name, steps) values ($1, $2, 'all', '{}')`, [
    siteId,
    templateId,
  ]);
  await ask(
    `insert into waves (site_id, id, number, template_id, state, created_by, created_at) values ($1, $2, 1, $3, 'in-progress', 'spec', now())`,
    [siteId, waveId, templateId],
  );
  return waveId;
}

async function insertInbox(
  { ask, siteId, clock }: Floor,
  reading: { id: string; device: string; kind: string; data: unknown; agentId: string; seq: number },
): Promise<void> {
  await ask(
    `insert into inbox (site_id, agent_id, stream, seq, record_id, kind, device_code, at, received_at, data, trace, outcome)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, 'spec', 'applied')`,
    [
      siteId,
      reading.agentId,
      `${reading.device}~1`,
      reading.seq,
      reading.id,
      reading.kind,
      reading.device,
      clock.now(),
      JSON.stringify(reading.data),
    ],
  );
}

function applierOf(listeners: object[], kind: RecordKind): Applier {
  const found = appliersAmong(listeners).get(kind);
  if (!found) throw new Error(`nobody applies ${kind}`);
  return found;
}

async function deliverEvents(floor: Floor, listeners: object[]): Promise<void> {
  for (;;) {
    const waiting = await floor.ask<HeardEvent & { order_id: string; parcel_id: string }>(
      'select * from events where published_at is null order by seq',
    );
    if (waiting.length === 0) return;
    for (const event of waiting) {
      for (const listener of listeners) await offer(floor, listener, event);
      await floor.ask('update events set published_at = now() where id = $1', [event.id]);
    }
  }
}

async function offer(floor: Floor, listener: object, event: HeardEvent): Promise<void> {
  for (const { hear } of listenersAmong([listener]).get(event.type) ?? []) {
    await floor.system(() => floor.db.transaction((tx) => hear(tx, event)));
  }
}

/** Packs everything in the tote, weighs, closes, and lets the printer print: a labelled parcel with its route. */
export async function labelledParcel(
  world: Outbound,
  lines: [FixtureItem, number][],
  carrier = 'post',
): Promise<PackView> {
  const tote = await world.pickedTote(lines, carrier);
  const opened = await world.person(() => world.packing.openParcel(tote.lpn, 'S-PACK-1'));
  for (const [item, quantity] of lines) {
    for (let unit = 0; unit < quantity; unit++) {
      world.floor.clock.advance(10);
      await world.person(() => world.packing.packItem(opened.parcelId, newId(), item.barcode));
    }
  }
  const grams = lines.reduce((sum, [, quantity]) => sum + quantity * 250, 250);
  const readingId = await world.weigh(grams);
  const closed = await world.person(() =>
    world.closing.closeParcel(opened.parcelId, { readingId, overrideReason: null }),
  );
  await world.apply('print.printed', { jobId: closed.pack.print!.id });
  await world.deliver();
  return world.person(() => world.packing.find(opened.parcelId));
}
