import { setMaxListeners } from 'node:events';
import { encodeHouseCode } from '#lib/barcodes';
import type { ItemView } from '#lib/contracts';
import { Belt, type BeltParcel } from './belt.js';
import { CompleteSlots } from './complete-slots.js';
import { allOf, CoreClient } from './core-client.js';
import { Dock } from './dock.js';
import type { FaultRates } from './faults.js';
import { type FloorDevice, FloorDevices } from './floor-devices.js';
import { FloorPlan } from './floor-plan.js';
import type { Measures } from './measures.js';
import { Packer } from './packer.js';
import { PaperTray } from './paper.js';
import type { PaperReader } from './paper-reader.js';
import { Picker } from './picker.js';
import type { Seeded } from './seeded.js';
import { Supervisor } from './supervisor.js';
import type { Tally } from './tally.js';
import { WalkLog } from './walk-log.js';
import { WallSorter } from './wall-sorter.js';

/** A floor person's credentials, as the demo's import made them. */
export interface FloorPerson {
  badge: string;
  pin: string;
}

export interface FloorOptions {
  apiUrl: string;
  office: { email: string; password: string };
  people: FloorPerson[];
  site: string;
  agent: string;
  dir: string;
  mqtt: { url: string; username: string; password: string } | null;
  dice: Seeded;
  rates: FaultRates;
  measures: Measures;
  tally: Tally;
  readPaper: PaperReader;
  /** How long a hand movement takes and a belt travels; small for a simulation, human for the demo. */
  pace: {
    handMs: number;
    /** Per metre of walk. */
    metreMs: number;
    travelMs: number;
    gapMs: number;
    labelMs: number;
    settleMs: number;
    idleMs: number;
  };
  truckParcels: number;
  /** People at lanes and doors. */
  dockers: number;
  /** People at each put wall. */
  sorters: number;
  /** The supervisor also plans and releases waves by click, beside the channels. */
  releaseByClick: boolean;
  patienceMs: number;
}

interface Point {
  code: string;
  device: string;
  exceptionLane: string;
  noReadLane: string;
  recirculationLane: string | null;
  deadlineMs: number;
}

interface Layout {
  carts: { code: string }[];
  containers: { lpn: string; state: string }[];
  lanes: { code: string; kind: string; stagingLocation: string | null }[];
  points: Point[];
}

/** What a hand scans on one unit of an item. */
function unitCodeOf({ sku, barcodes }: ItemView): string {
  return barcodes.find(({ quantity }) => quantity === 1)?.code ?? encodeHouseCode('item', sku);
}

/** A site at work: its hardware and its people. */
export class SimulatedFloor {
  private readonly ending = new AbortController();
  private readonly works: Promise<unknown>[] = [];
  private readonly belts: Belt[] = [];
  private readonly trays = new Map<string, PaperTray>();
  private readonly emptyTotes: string[] = [];
  private totes: ReadonlySet<string> = new Set();
  private readonly slots = new CompleteSlots();
  private devices: FloorDevices | null = null;
  /** Numbers of the waves that the supervisor released. */
  private readonly waves = new Set<number>();
  private nextBelt = 0;
  /** What the pickers walked. */
  readonly walks = new WalkLog();
  /** The first thing that broke a person's work for good. */
  failure: Error | null = null;

  constructor(private readonly options: FloorOptions) {
    // Everybody at work listens for the end of the shift.
    setMaxListeners(0, this.ending.signal);
  }

  get signal(): AbortSignal {
    return this.ending.signal;
  }

  /** Starts the simulated hardware and writes the agent's configuration. The core must run. */
  async plugIn(): Promise<string> {
    const { options } = this;
    const office = await this.office();
    const listed = await office.get<{ items: FloorDevice[] }>('/devices');
    this.devices = await FloorDevices.start({
      site: options.site,
      agent: options.agent,
      devices: listed.items,
      dir: options.dir,
      mqtt: options.mqtt,
      labelMs: options.pace.labelMs,
      settleMs: options.pace.settleMs,
      divertDeadlineMs: 400,
      onPrinted: (device, zpl) => this.printed(device, zpl),
    });
    for (const code of this.devices.printers.keys()) this.trays.set(code, new PaperTray());
    return this.devices.configFile;
  }

  private printed(device: string, zpl: string): void {
    const { readPaper, tally } = this.options;
    tally.count('labels printed');
    readPaper(zpl)
      .then((paper) => {
        tally.count('labels read');
        tally.papers.push({ sscc: paper.sscc, nonce: paper.nonce });
        this.trays.get(device)?.put(paper);
      })
      .catch((error: Error) => tally.fault('label-unreadable', `${device}: ${error.message}`));
  }

  private async office(): Promise<CoreClient> {
    const core = new CoreClient(this.options.apiUrl, { patienceMs: this.options.patienceMs });
    await core.signInByPassword(this.options.office.email, this.options.office.password);
    return core;
  }

  /** Sends everybody to work. Returns at once; `failure` tells when somebody could not go on. */
  async open(): Promise<void> {
    const { options, devices } = this;
    if (!devices) throw new Error('plug in first');
    const office = await this.office();
    const items = await allOf<ItemView>(office, '/items');
    const layout = await office.get<Layout>('/sites/layout');
    const plan = await FloorPlan.load(office);
    this.totes = new Set(layout.containers.map((each) => each.lpn));
    this.emptyTotes.push(
      ...layout.containers.filter((each) => each.state === 'empty').map((each) => each.lpn),
    );
    const crew = [...options.people];
    const dock = this.openBelts(layout, devices, crew.splice(-options.dockers));
    await this.takeUp(office, layout, dock);
    await this.openBenches(plan, crew, items);
    await this.openPicking(
      plan,
      crew,
      layout.carts.map((cart) => cart.code),
    );
    await this.openWalls(plan, crew, items);
    this.openSupervisor(office);
  }

  private async openWalls(plan: FloorPlan, crew: FloorPerson[], items: ItemView[]): Promise<void> {
    const { options, signal } = this;
    const unitCodes = new Map(items.map((item) => [item.sku, unitCodeOf(item)]));
    const inWork = new Set<string>();
    for (const station of plan.walls.flatMap((wall) => Array<string>(options.sorters).fill(wall))) {
      const person = crew.shift();
      if (!person) continue;
      const core = new CoreClient(options.apiUrl, { patienceMs: options.patienceMs });
      await core.signInByBadge(person.badge, person.pin, station);
      const sorter = new WallSorter({
        core,
        stationCode: station,
        inWork,
        unitCode: (sku) => unitCodes.get(sku) ?? encodeHouseCode('item', sku),
        onSlots: (plates) => this.slots.seen(station, plates),
        onEmptyTote: (lpn) => this.toteIsEmpty(lpn),
        handMs: options.pace.handMs,
        rates: options.rates,
        dice: options.dice.fork(`sorter ${person.badge}`),
        measures: options.measures,
        tally: options.tally,
        signal,
      });
      this.work(`sorter ${person.badge} at ${station}`, () => sorter.work());
    }
  }

  /** A slot of a put wall that was packed stays where it is: it is no tote for a picker. */
  private toteIsEmpty(lpn: string): void {
    if (this.totes.has(lpn)) this.emptyTotes.push(lpn);
  }

  private openBelts({ points, lanes }: Layout, devices: FloorDevices, dockers: FloorPerson[]): Dock {
    const { options, signal } = this;
    const shipLanes = lanes.filter((lane) => lane.kind === 'ship').map((lane) => lane.code);
    const stagingOf = new Map(lanes.map((lane) => [lane.code, lane.stagingLocation ?? '']));
    const cores = dockers.map(() => new CoreClient(options.apiUrl, { patienceMs: options.patienceMs }));
    const dock = new Dock({
      cores,
      stagingOf: (lane) => stagingOf.get(lane) ?? '',
      handMs: options.pace.handMs,
      truckParcels: options.truckParcels,
      idleMs: options.pace.idleMs,
      measures: options.measures,
      tally: options.tally,
      signal,
    });
    for (const point of points) {
      const plc = devices.conveyors.get(point.device);
      if (!plc) continue;
      const belt: Belt = new Belt({
        plc,
        point: point.code,
        deadlineMs: point.deadlineMs,
        exceptionLane: point.exceptionLane,
        noReadLane: point.noReadLane,
        recirculationLane: point.recirculationLane,
        shipLanes,
        travelMs: options.pace.travelMs,
        gapMs: options.pace.gapMs,
        rates: options.rates,
        dice: options.dice.fork(`belt ${point.code}`),
        measures: options.measures,
        tally: options.tally,
        onLane: (parcel, lane) => dock.take(parcel, lane),
        onTrouble: (parcel) => belt.put(parcel),
        signal,
      });
      this.belts.push(belt);
      this.work(`belt ${point.code}`, () => belt.run());
    }
    this.work('dock', async () => {
      for (const [at, { badge, pin }] of dockers.entries()) await cores[at]!.signInByBadge(badge, pin, '');
      await dock.work();
    });
    return dock;
  }

  /** What an earlier day left on the conveyor and in the lanes goes on from there. */
  private async takeUp(office: CoreClient, layout: Layout, dock: Dock): Promise<void> {
    const kinds = new Map(layout.lanes.map((lane) => [lane.code, lane.kind]));
    const left = await office.get<{
      items: { parcelId: string; sscc: string; state: string; lane: string | null }[];
    }>('/flow/parcels');
    for (const { parcelId, sscc, state, lane } of left.items) {
      const parcel = { parcelId, sscc, code: `]C100${sscc}` };
      if (state === 'diverted' && lane && kinds.get(lane) === 'ship') dock.take(parcel, lane);
      else this.toBelt(parcel);
    }
  }

  private toBelt(parcel: BeltParcel): void {
    const belt = this.belts[this.nextBelt++ % this.belts.length];
    belt?.put(parcel);
  }

  private async openBenches(plan: FloorPlan, crew: FloorPerson[], items: ItemView[]): Promise<void> {
    const { options, devices, signal } = this;
    const grams = new Map(items.map((item) => [item.sku, item.weightGrams]));
    for (const bench of plan.benches) {
      const person = crew.shift();
      const scale = devices!.scales.get(bench.scale);
      const printer = devices!.printers.get(bench.printer);
      if (!person || !scale || !printer) continue;
      const core = new CoreClient(options.apiUrl, { patienceMs: options.patienceMs });
      await core.signInByBadge(person.badge, person.pin, bench.station);
      const packer = new Packer({
        core,
        stationCode: bench.station,
        trigger: devices!.scanners.get(bench.scanner) ?? null,
        scale,
        printer,
        tray: this.trays.get(bench.printer)!,
        slots: this.slots,
        unitGrams: (sku) => grams.get(sku) ?? 0,
        onParcel: (parcel) => this.toBelt(parcel),
        onEmptyTote: (lpn) => this.toteIsEmpty(lpn),
        handMs: options.pace.handMs,
        rates: options.rates,
        dice: options.dice.fork(`packer ${bench.station}`),
        measures: options.measures,
        tally: options.tally,
        signal,
      });
      this.work(`packer ${bench.station}`, () => packer.work());
    }
  }

  private async openPicking(plan: FloorPlan, crew: FloorPerson[], carts: string[]): Promise<void> {
    const { options, devices, signal } = this;
    for (const [index, { station, scanner }] of plan.cartParks.entries()) {
      const person = crew.shift();
      const cart = carts[index];
      if (!person || !cart) continue;
      const core = new CoreClient(options.apiUrl, { patienceMs: options.patienceMs });
      await core.signInByBadge(person.badge, person.pin, station);
      const picker = new Picker({
        core,
        cartScan: cart,
        // Each third person, and whoever has no scanner at the park, has a handheld that types.
        trigger: index % 3 === 2 ? null : (devices!.scanners.get(scanner ?? '') ?? null),
        emptyTotes: this.emptyTotes,
        handMs: options.pace.handMs,
        metreMs: options.pace.metreMs,
        plan,
        parkCode: station,
        walks: this.walks,
        waves: this.waves,
        rates: options.rates,
        dice: options.dice.fork(`picker ${station}`),
        measures: options.measures,
        tally: options.tally,
        signal,
      });
      this.work(`picker ${station}`, () => picker.work());
    }
  }

  private openSupervisor(core: CoreClient): void {
    const { options, signal } = this;
    const supervisor = new Supervisor({
      core,
      releaseByClick: options.releaseByClick,
      waves: this.waves,
      tally: options.tally,
      measures: options.measures,
      signal,
    });
    this.work('supervisor', () => supervisor.work());
  }

  private work(who: string, job: () => Promise<void>): void {
    const running = job().catch((error: Error) => {
      if (this.signal.aborted) return;
      this.options.tally.fault('work-stopped', `${who}: ${error.message}`);
      this.failure ??= new Error(`${who}: ${error.message}`, { cause: error });
    });
    this.works.push(running);
  }

  /** True when no parcel is on a belt. */
  get beltsEmpty(): boolean {
    return this.belts.every((belt) => belt.empty);
  }

  /** Sends everybody home. */
  async close(): Promise<void> {
    this.ending.abort();
    await Promise.race([
      Promise.allSettled(this.works),
      new Promise((resolve) => setTimeout(resolve, 5_000)),
    ]);
    await this.devices?.close();
  }
}
