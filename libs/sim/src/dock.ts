import { encodeHouseCode } from '#lib/barcodes';
import type { LoadView, Page } from '#lib/contracts';
import type { BeltParcel } from './belt.js';
import { type CoreClient, Refused } from './core-client.js';
import type { Measures } from './measures.js';
import type { Tally } from './tally.js';
import { pause } from './waiting.js';

export interface DockSetting {
  core: CoreClient;
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

/** People at the lanes and the doors: stage, load, send the truck off. */
export class Dock {
  private readonly arrived: { parcel: BeltParcel; lane: string }[] = [];
  private lastAt = performance.now();

  constructor(private readonly set: DockSetting) {}

  take(parcel: BeltParcel, lane: string): void {
    this.arrived.push({ parcel, lane });
    this.lastAt = performance.now();
  }

  async work(): Promise<void> {
    const { signal, tally } = this.set;
    while (!signal.aborted) {
      const next = this.arrived.shift();
      try {
        if (next) await this.stage(next.parcel, next.lane);
        else await this.loadTrucks();
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        tally.note('dock refused', error.message);
        // The confirm of the lane may still be on its way up: try again a little later.
        if (next) this.arrived.push(next);
        await pause(400, signal);
      }
      if (!next) await pause(250, signal);
    }
  }

  private async stage(parcel: BeltParcel, lane: string): Promise<void> {
    const { core, handMs, signal, measures, tally } = this.set;
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

  private async loadTrucks(): Promise<void> {
    const { core, tally, measures, handMs, signal, truckParcels, idleMs } = this.set;
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
