import { join } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import type { NewItem } from '#lib/contracts';
import { itemFaults } from '../../catalog/item-faults.js';
import { itemOfCsv } from '../../catalog/read-item-rows.js';
import type { CheckPlan, LanePlan, PointPlan, SitePlan, ToteLoadPlan } from '../../sites/site-plan.js';
import { crossCheck } from './cross-check.js';
import {
  type AisleBlock,
  type CartBlock,
  expandAisles,
  expandCarts,
  expandPutWall,
  type PutWallBlock,
  toteCodes,
} from './expand.js';
import type { ImportPlan, Sources } from './plan.js';
import type { WavesPlan } from './put-waves.js';
import { devicesSchema, merchantsSchema, shippingSchema, siteSchema, wavesSchema } from './schemas.js';
import { readCsv, readYaml, type Source, type SourceFault } from './source.js';

const ajv = new Ajv({ allErrors: true });
(addFormats as unknown as (ajv: Ajv) => void)(ajv);
const FAULTS_SHOWN = 200;

/** Reads and checks a directory: `site.yaml`, `shipping.yaml`, `devices.yaml`, `waves.yaml`, `merchants.csv`, `items.csv`. */
export async function readPlan(dir: string): Promise<{ plan: ImportPlan | null; faults: SourceFault[] }> {
  const faults: SourceFault[] = [];
  const yaml = (file: string) => readYaml(join(dir, file), file, faults);
  const csv = (file: string) => readCsv(join(dir, file), file, faults);
  const [site, shipping, devices, waves, merchants, items] = [
    await yaml('site.yaml'),
    await yaml('shipping.yaml'),
    await yaml('devices.yaml'),
    await yaml('waves.yaml'),
    await csv('merchants.csv'),
    await csv('items.csv'),
  ];
  if (!site || !shipping || !devices || !waves || !merchants || !items) return { plan: null, faults };
  checkSchema(site, siteSchema, faults);
  checkSchema(shipping, shippingSchema, faults);
  checkSchema(devices, devicesSchema, faults);
  checkSchema(waves, wavesSchema, faults);
  checkSchema(merchants, merchantsSchema, faults);
  const goods = readItems(items, faults);
  if (faults.length > 0) return { plan: null, faults: faults.slice(0, FAULTS_SHOWN) };
  const sources = { site, shipping, devices, waves, merchants, items };
  const plan = planOf(sources, goods);
  return { plan, faults: crossCheck(plan, sources).slice(0, FAULTS_SHOWN) };
}

/** Checks a source against a schema and adds what is wrong, with its line. */
export function checkSchema(source: Source, schema: object, faults: SourceFault[]): void {
  const validate = ajv.compile(schema);
  if (validate(source.value)) return;
  for (const error of validate.errors ?? []) {
    const path = error.instancePath.split('/').slice(1).map(decodePointer);
    faults.push({ file: source.file, line: source.lineOf(path), message: sentenceOf(path, error) });
  }
}

function decodePointer(part: string): string | number {
  const text = part.replaceAll('~1', '/').replaceAll('~0', '~');
  return /^\d+$/.test(text) ? Number(text) : text;
}

function sentenceOf(path: (string | number)[], error: ErrorObject): string {
  const where = path.length > 0 ? `${path.join('.')}: ` : '';
  const { allowedValues, additionalProperty } = error.params as {
    allowedValues?: string[];
    additionalProperty?: string;
  };
  if (additionalProperty) return `${where}there is no field "${additionalProperty}"`;
  return `${where}${error.message}${allowedValues ? `: ${allowedValues.join(', ')}` : ''}`;
}

function readItems(source: Source, faults: SourceFault[]): NewItem[] {
  return (source.value as Record<string, string>[]).map((record, at) => {
    const item = itemOfCsv(record);
    for (const { field, message } of itemFaults(item)) {
      faults.push({ file: source.file, line: source.lineOf([at]), message: `${field} ${message}` });
    }
    return item as unknown as NewItem;
  });
}

/** A plan's part of which the file must say only some fields. */
type With<T, Required extends keyof T> = Pick<T, Required> & Partial<Omit<T, Required>>;

interface SiteFile extends Pick<SitePlan, 'zones' | 'stations' | 'cartons'> {
  site: With<SitePlan['site'], 'code' | 'name' | 'timezone'>;
  aisles?: AisleBlock[];
  locations?: (Pick<SitePlan['locations'][number], 'code' | 'zone' | 'type' | 'xMm' | 'yMm'> &
    Partial<SitePlan['locations'][number]>)[];
  carts?: CartBlock;
  totes?: { first: number; last: number } & Partial<ToteLoadPlan>;
  putWalls?: PutWallBlock[];
}

interface ShippingFile extends Pick<SitePlan, 'carriers' | 'services'> {
  ranges: { kind: 'sscc' | 's10'; carrier?: string; prefix: string; first: number; last: number }[];
  lanes: With<LanePlan, 'code' | 'name' | 'kind'>[];
  points: (Omit<
    With<PointPlan, 'code' | 'device' | 'exceptionLane' | 'noReadLane' | 'deadlineMs'>,
    'check'
  > & {
    check?: With<CheckPlan, 'lane'>;
  })[];
  segments?: SitePlan['segments'];
}

interface DevicesFile {
  devices: {
    code: string;
    agent: string;
    kind: string;
    driver: string;
    station?: string;
    link?: Record<string, unknown>;
    config?: Record<string, unknown>;
  }[];
}

const USUAL_POINT = {
  recirculationLane: null,
  lapsMax: 0,
  safeLane: null,
  coreGoneAfterMs: null,
  confirmLimitMs: 300_000,
};
const USUAL_CHECK = {
  scale: null,
  dimensioner: null,
  windowMs: 1_500,
  waitMs: 0,
  whenMissing: 'pass',
} as const;

function planOf(sources: Sources, items: NewItem[]): ImportPlan {
  const {
    site,
    zones,
    stations,
    cartons,
    aisles = [],
    locations = [],
    carts,
    totes,
    putWalls = [],
  } = sources.site.value as SiteFile;
  const { carriers, services, ranges, lanes, points, segments = [] } = sources.shipping.value as ShippingFile;
  const { devices } = sources.devices.value as DevicesFile;
  const placeless = { aisle: 0, bay: 0, level: 0, pickSequence: 0 };
  return {
    site: {
      site: { crossAislesMm: null, oneWayAisles: null, ...site },
      zones,
      stations,
      cartons,
      locations: [...expandAisles(aisles), ...locations.map((each) => ({ ...placeless, ...each }))],
      carts: carts ? expandCarts(carts) : [],
      totes: totes ? toteCodes(totes) : [],
      toteLoad: { volumeMl: totes?.volumeMl ?? null, maxGrams: totes?.maxGrams ?? null },
      putWalls: putWalls.map(expandPutWall),
      carriers,
      services,
      ranges: ranges.map(({ carrier, ...each }) => ({ ...each, scope: carrier ?? '' })),
      lanes: lanes.map((each) => ({ stagingLocation: null, capacity: null, takes: [], ...each })),
      points: points.map(({ check, ...each }) => ({
        ...USUAL_POINT,
        ...each,
        check: check ? { ...USUAL_CHECK, ...check } : null,
      })),
      segments,
    },
    devices: devices.map(({ agent, station, link = {}, config = {}, ...each }) => ({
      ...each,
      agentCode: agent,
      stationCode: station ?? null,
      link,
      config,
    })),
    waves: sources.waves.value as WavesPlan,
    merchants: sources.merchants.value as { code: string; name: string }[],
    items,
  };
}
