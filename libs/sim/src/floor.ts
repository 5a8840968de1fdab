import { setMaxListeners } from 'node:events';
import type { ItemView, Page } from '#lib/contracts';
import { Belt, type BeltParcel } from './belt.js';
import { CoreClient } from './core-client.js';
import { Dock } from './dock.js';
import type { FaultRates } from './faults.js';
import { type FloorDevice, FloorDevices } from './floor-devices.js';
import type { Measures } from './measures.js';
import { Packer } from './packer.js';
import { PaperTray } from './paper.js';
import type { PaperReader } from './paper-reader.js';
import { Picker } from './picker.js';
import type { Seeded } from './seeded.js';
import { Supervisor } from './supervisor.js';
import type { Tally } from './tally.js';

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
    travelMs: number;
    gapMs: number;
    labelMs: number;
    settleMs: number;
    idleMs: number;
  };
  truckParcels: number;
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

/** A site at work: its hardware and its people. */
export class SimulatedFloor {
  private readonly ending = new AbortController();
  private readonly works: Promise<unknown>[] = [];
  private readonly belts: Belt[] = [];
  private readonly trays = new Map<string, PaperTray>();
  private readonly emptyTotes: string[] = [];
  private devices: FloorDevices | null = null;
  private nextBelt = 0;
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
    this.emptyTotes.push(
      ...layout.containers.filter((each) => each.state === 'empty').map((each) => each.lpn),
    );
    const dock = this.openBelts(layout, devices);
    await this.takeUp(office, layout, dock);
    const stations = stationsOf(await office.get<{ items: FloorDevice[] }>('/devices'));
    const crew = [...options.people];
    await this.openBenches(stations.benches, crew, items);
    await this.openPicking(
      stations.pickStations,
      crew,
      layout.carts.map((cart) => cart.code),
    );
    this.openSupervisor(office);
  }

  private openBelts({ points, lanes }: Layout, devices: FloorDevices): Dock {
    const { options, signal } = this;
    const shipLanes = lanes.filter((lane) => lane.kind === 'ship').map((lane) => lane.code);
    const stagingOf = new Map(lanes.map((lane) => [lane.code, lane.stagingLocation ?? '']));
    const dockCore = new CoreClient(options.apiUrl, { patienceMs: options.patienceMs });
    const dock = new Dock({
      core: dockCore,
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
    const person = options.people.at(-1)!;
    this.work('dock', async () => {
      await dockCore.signInByBadge(person.badge, person.pin, '');
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

  private async openBenches(benches: Bench[], crew: FloorPerson[], items: ItemView[]): Promise<void> {
    const { options, devices, signal } = this;
    const grams = new Map(items.map((item) => [item.sku, item.weightGrams]));
    for (const bench of benches) {
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
        unitGrams: (sku) => grams.get(sku) ?? 0,
        onParcel: (parcel) => this.toBelt(parcel),
        onEmptyTote: (lpn) => this.emptyTotes.push(lpn),
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

  private async openPicking(stations: PickStation[], crew: FloorPerson[], carts: string[]): Promise<void> {
    const { options, devices, signal } = this;
    for (const [index, station] of stations.entries()) {
      const person = crew.shift();
      const cart = carts[index];
      if (!person || !cart) continue;
      const core = new CoreClient(options.apiUrl, { patienceMs: options.patienceMs });
      await core.signInByBadge(person.badge, person.pin, station.station);
      const picker = new Picker({
        core,
        cartScan: cart,
        // Each third person has a handheld that types instead of a serial scanner.
        trigger: index % 3 === 2 ? null : (devices!.scanners.get(station.scanner) ?? null),
        emptyTotes: this.emptyTotes,
        handMs: options.pace.handMs,
        rates: options.rates,
        dice: options.dice.fork(`picker ${station.station}`),
        measures: options.measures,
        tally: options.tally,
        signal,
      });
      this.work(`picker ${station.station}`, () => picker.work());
    }
  }

  private openSupervisor(core: CoreClient): void {
    const { options, signal } = this;
    const supervisor = new Supervisor({
      core,
      releaseByClick: options.releaseByClick,
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

interface Bench {
  station: string;
  scanner: string;
  scale: string;
  printer: string;
}

interface PickStation {
  station: string;
  scanner: string;
}

function stationsOf(page: { items: FloorDevice[] }): { benches: Bench[]; pickStations: PickStation[] } {
  const byStation = new Map<string, Record<string, string>>();
  for (const device of page.items) {
    if (!device.station) continue;
    byStation.set(device.station, { ...byStation.get(device.station), [device.kind]: device.code });
  }
  const benches: Bench[] = [];
  const pickStations: PickStation[] = [];
  for (const [station, { scanner = '', scale, printer }] of [...byStation].sort(([a], [b]) =>
    a.localeCompare(b),
  )) {
    if (scale && printer) benches.push({ station, scanner, scale, printer });
    else if (scanner) pickStations.push({ station, scanner });
  }
  return { benches, pickStations };
}

/** All pages of a list. */
export async function allOf<T>(core: CoreClient, path: string): Promise<T[]> {
  const found: T[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page: Page<T> = await core.get(
      `${path}?limit=200${next ? `&cursor=${encodeURIComponent(next)}` : ''}`,
    );
    found.push(...page.items);
    next = page.next;
  }
  return found;
}
