import { encodeHouseCode } from '#lib/barcodes';
import type { LoadView, Page } from '#lib/contracts';
import type { BeltParcel } from './belt.js';
import { type CoreClient, Refused } from './core-client.js';
import type { Measures } from './measures.js';
import type { Tally } from './tally.js';
import { pause } from './waiting.js';

export interface DockSetting {
  /** One per person; each signed in by itself. */
  cores: CoreClient[];
  /** Where a lane's parcels are set down: lane code to staging location code. */
  stagingOf: (lane: string) => string;
  handMs: number;
  /** A truck leaves with this many parcels, or when nothing has come for `idleMs`. */
  truckParcels: number;
  idleMs: number;
  measures: Measures;
  tally: Tally;
  signal: AbortSignal;
}

/** How often the person at the doors looks which truck is full. */
const LOOK_AT_LOADS_MS = 1_500;

interface LaneParcel {
  parcel: BeltParcel;
  lane: string;
}

/** People at the lanes and the doors: stage, load, send the truck off. */
export class Dock {
  private readonly arrived: LaneParcel[] = [];
  private lastAt = performance.now();

  constructor(private readonly set: DockSetting) {}

  take(parcel: BeltParcel, lane: string): void {
    this.arrived.push({ parcel, lane });
    this.lastAt = performance.now();
  }

  /** The first person sees to the trucks, alone only when nothing waits to be staged; the others stage. */
  async work(): Promise<void> {
    const { cores } = this.set;
    const [first, ...others] = cores;
    const alone = others.length === 0;
    await Promise.all([
      this.day(first!, { stages: alone, loads: true }),
      ...others.map((core) => this.day(core, { stages: true, loads: false })),
    ]);
  }

  private async day(core: CoreClient, duty: { stages: boolean; loads: boolean }): Promise<void> {
    const { signal, tally } = this.set;
    while (!signal.aborted) {
      const next = duty.stages ? this.arrived.shift() : undefined;
      try {
        if (next) await this.stage(core, next);
        else if (duty.loads) await this.loadTrucks(core);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        tally.note('dock refused', error.message);
        // The confirm of the lane may still be on its way up: try again a little later.
        if (next) this.arrived.push(next);
        await pause(400, signal);
      }
      if (!next) await pause(duty.stages ? 250 : LOOK_AT_LOADS_MS, signal);
    }
  }

  private async stage(core: CoreClient, { parcel, lane }: LaneParcel): Promise<void> {
    const { handMs, signal, measures, tally } = this.set;
    await pause(handMs, signal);
    const eventId = crypto.randomUUID();
    const body = {
      eventId,
      parcelScan: parcel.code,
      locationScan: encodeHouseCode('location', this.set.stagingOf(lane)),
    };
    await measures.time('stage', () => core.post('/shipping/stage', body, eventId));
    tally.count('staged');
  }

  private async loadTrucks(core: CoreClient): Promise<void> {
    const { tally, measures, handMs, signal, truckParcels, idleMs } = this.set;
    const page = await core.get<Page<LoadView>>('/shipping/loads?state=open');
    for (const load of page.items) {
      const idle = performance.now() - this.lastAt > idleMs;
      if (load.waiting.length + load.parcelCount < truckParcels && !idle) continue;
      for (const waiting of load.waiting) {
        await pause(handMs, signal);
        const eventId = crypto.randomUUID();
        const body = { eventId, parcelScan: `]C100${waiting.sscc}` };
        await measures.time('load', () =>
          core.post<LoadView>(`/shipping/loads/${load.id}/parcels`, body, eventId),
        );
        tally.count('loaded');
      }
      if (load.waiting.length + load.parcelCount === 0) continue;
      const eventId = crypto.randomUUID();
      await core.post<LoadView>(`/shipping/loads/${load.id}/depart`, { eventId }, eventId);
      tally.count('trucks');
    }
  }
}
