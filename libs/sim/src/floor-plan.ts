import {
  type AisleSite,
  inferAisleSite,
  type KnownLayout,
  type PointMm,
  type WalkPlace,
  walkAlongMm,
} from '#lib/planning';
import { allOf, type CoreClient } from './core-client.js';

interface Station extends PointMm {
  code: string;
  kind: string;
  devices: { code: string; kind: string }[];
}

interface SiteView {
  crossAislesMm: number[];
  oneWayAisles: { zone: string; aisle: number; direction: 'up' | 'down' }[];
}

interface Location extends PointMm {
  zone: string;
  type: string;
  aisle: number;
}

/** A pack bench with its hardware. */
export interface Bench {
  station: string;
  scanner: string;
  scale: string;
  printer: string;
}

/** Where a cart is taken; without a scanner of its own the person's handheld types. */
export interface CartPark {
  station: string;
  scanner: string | null;
}

/** The building as the core knows it: stations, what stands at them, and how far it is from place to place. */
export class FloorPlan {
  private readonly site: AisleSite;

  private constructor(
    private readonly stations: Station[],
    readonly bins: (PointMm & { aisleId: string })[],
    /** What the site knows of its aisles beyond its locations. */
    readonly known: KnownLayout,
  ) {
    this.site = inferAisleSite(bins, known);
  }

  static async load(core: CoreClient): Promise<FloorPlan> {
    const { items } = await core.get<{ items: Station[] }>('/sites/stations');
    const locations = await allOf<Location>(core, '/sites/locations');
    const bins = locations
      .filter(({ type }) => type === 'pick-face' || type === 'reserve')
      .map(({ zone, aisle, xMm, yMm }) => ({ aisleId: `${zone}/${aisle}`, xMm, yMm }));
    const { crossAislesMm, oneWayAisles } = await core.get<SiteView>('/sites/current');
    const byAisle = oneWayAisles.map(
      ({ zone, aisle, direction }) => [`${zone}/${aisle}`, direction] as const,
    );
    return new FloorPlan(
      items.toSorted((a, b) => a.code.localeCompare(b.code)),
      bins,
      { crossAislesMm, oneWayAisles: Object.fromEntries(byAisle) },
    );
  }

  get benches(): Bench[] {
    return this.stations.flatMap((station) => {
      const [scanner, scale, printer] = ['scanner', 'scale', 'printer'].map((kind) =>
        deviceAt(station, kind),
      );
      return scale && printer ? [{ station: station.code, scanner: scanner ?? '', scale, printer }] : [];
    });
  }

  /** Codes of the put walls. */
  get walls(): string[] {
    return this.stations.filter(({ kind }) => kind === 'put-wall').map(({ code }) => code);
  }

  get cartParks(): CartPark[] {
    return this.stations
      .filter(({ kind }) => kind === 'pick-start')
      .map((station) => ({ station: station.code, scanner: deviceAt(station, 'scanner') }));
  }

  /** @throws Error for a station that the building does not have */
  stationAt(code: string): PointMm {
    const found = this.stations.find((station) => station.code === code);
    if (!found) throw new Error(`there is no station ${code}`);
    return { xMm: found.xMm, yMm: found.yMm };
  }

  walkMm(from: WalkPlace, to: WalkPlace): number {
    return walkAlongMm(this.site, [from, to]);
  }
}

function deviceAt(station: Station, kind: string): string | null {
  return station.devices.find((device) => device.kind === kind)?.code ?? null;
}
