import type { LaneKind } from '#lib/contracts';
import { keptBarcode } from '../../catalog/item-faults.js';
import { lanePlanFaults } from '../../flow-control/lane-plan-faults.js';
import { type ImportPlan, lanePlanOf, type Sources } from './plan.js';
import type { Source, SourceFault } from './source.js';

type Path = (string | number)[];

/** What no schema sees: names that are there twice and references to what is nowhere. */
export function crossCheck(plan: ImportPlan, sources: Sources): SourceFault[] {
  const faults: SourceFault[] = [];
  const check = new Check(faults);
  checkSite(plan, sources.site, check);
  checkShipping(plan, sources.shipping, check);
  checkDevices(plan, sources.devices, check);
  checkWaves(plan, sources.waves, check);
  checkGoods(plan, sources, check);
  return faults;
}

class Check {
  constructor(private readonly faults: SourceFault[]) {}

  fault(source: Source, path: Path, message: string): void {
    this.faults.push({
      file: source.file,
      line: source.lineOf(path),
      message: `${path.join('.')}: ${message}`,
    });
  }

  /** Every code at most once. `path` leads to the n-th one. */
  unique(source: Source, codes: readonly string[], path: (at: number) => Path): Set<string> {
    const seen = new Set<string>();
    for (const [at, code] of codes.entries()) {
      if (seen.has(code)) this.fault(source, path(at), `${code} is there twice`);
      seen.add(code);
    }
    return seen;
  }

  /** `among` names what the code refers to: `{ zone: <all zone codes> }`. */
  known(source: Source, path: Path, code: string | null, among: Record<string, ReadonlySet<string>>): void {
    for (const [noun, all] of Object.entries(among)) {
      if (code !== null && !all.has(code)) this.fault(source, path, `there is no ${noun} ${code}`);
    }
  }
}

function checkSite({ site, devices }: ImportPlan, source: Source, check: Check): void {
  const file = source.value as {
    aisles?: { zone: string; aisles: [number, number] }[];
    locations?: { zone: string }[];
  };
  const zones = check.unique(source, codesOf(site.zones), (at) => ['zones', at, 'code']);
  check.unique(source, codesOf(site.stations), (at) => ['stations', at, 'code']);
  check.unique(source, codesOf(site.cartons), (at) => ['cartons', at, 'code']);
  checkPutWalls({ site, devices }, source, check);
  for (const [at, block] of (file.aisles ?? []).entries()) {
    check.known(source, ['aisles', at, 'zone'], block.zone, { zone: zones });
    if (block.aisles[1] < block.aisles[0])
      check.fault(source, ['aisles', at, 'aisles'], 'the last aisle is before the first');
  }
  for (const [at, { zone }] of (file.locations ?? []).entries()) {
    check.known(source, ['locations', at, 'zone'], zone, { zone: zones });
  }
  // Two blocks that overlap make the same codes.
  const written = site.locations.length - (file.locations?.length ?? 0);
  check.unique(source, codesOf(site.locations), (at) =>
    at < written ? ['aisles'] : ['locations', at - written, 'code'],
  );
  checkOneWayAisles(site, source, check);
  try {
    new Intl.DateTimeFormat('en', { timeZone: site.site.timezone });
  } catch {
    check.fault(
      source,
      ['site', 'timezone'],
      `${site.site.timezone} is no time zone, such as Asia/Kuala_Lumpur`,
    );
  }
}

/** Whoever goes up an aisle must come down again somewhere. */
function checkOneWayAisles({ site, locations }: ImportPlan['site'], source: Source, check: Check): void {
  const oneWay = site.oneWayAisles ?? [];
  const aisles = new Set(
    locations.filter(({ aisle }) => aisle > 0).map(({ zone, aisle }) => `${zone} ${aisle}`),
  );
  const path = (at: number): Path => ['site', 'oneWayAisles', at];
  const named = check.unique(
    source,
    oneWay.map(({ zone, aisle }) => `${zone} ${aisle}`),
    path,
  );
  for (const [at, { zone, aisle }] of oneWay.entries()) {
    check.known(source, path(at), `${zone} ${aisle}`, { aisle: aisles });
  }
  const directions = new Set(oneWay.map(({ direction }) => direction));
  if (directions.size === 1 && [...aisles].every((aisle) => named.has(aisle))) {
    check.fault(source, ['site', 'oneWayAisles'], 'all aisles lead the same way: no way leads back');
  }
}

/** Slots are containers: their plates are nobody else's. */
function checkPutWalls(
  { site, devices }: Pick<ImportPlan, 'site' | 'devices'>,
  source: Source,
  check: Check,
): void {
  const walls = new Set(codesOf(site.stations.filter(({ kind }) => kind === 'put-wall')));
  const known = new Set(codesOf(devices));
  const plates = new Set(site.totes);
  for (const [at, { station, slots }] of site.putWalls.entries()) {
    check.known(source, ['putWalls', at, 'station'], station, { 'put wall': walls });
    check.known(source, ['putWalls', at, 'light'], slots[0]?.light?.device ?? null, { device: known });
    for (const { code } of slots) {
      if (plates.has(code)) check.fault(source, ['putWalls', at, 'first'], `${code} is there twice`);
      plates.add(code);
    }
  }
}

function checkShipping({ site, devices }: ImportPlan, source: Source, check: Check): void {
  const carriers = check.unique(source, codesOf(site.carriers), (at) => ['carriers', at, 'code']);
  const services = check.unique(
    source,
    site.services.map((each) => `${each.carrier} ${each.service}`),
    (at) => ['services', at],
  );
  const lanes = check.unique(source, codesOf(site.lanes), (at) => ['lanes', at, 'code']);
  const locations = new Set(codesOf(site.locations));
  const plcs = codesOfKind(devices, 'conveyor-plc');
  for (const [at, { carrier }] of site.services.entries()) {
    check.known(source, ['services', at, 'carrier'], carrier, { carrier: carriers });
  }
  for (const [at, { kind, scope, first, last }] of site.ranges.entries()) {
    if (kind === 's10') check.known(source, ['ranges', at, 'carrier'], scope, { carrier: carriers });
    if (last < first) check.fault(source, ['ranges', at, 'last'], 'the last number is before the first');
  }
  for (const [at, lane] of site.lanes.entries()) {
    check.known(source, ['lanes', at, 'stagingLocation'], lane.stagingLocation, { location: locations });
    for (const [take, { carrier, service }] of lane.takes.entries()) {
      check.known(source, ['lanes', at, 'takes', take], `${carrier} ${service}`, {
        'carrier service': services,
      });
    }
  }
  check.unique(source, codesOf(site.points), (at) => ['points', at, 'code']);
  for (const [at, point] of site.points.entries()) {
    check.known(source, ['points', at, 'device'], point.device, { 'conveyor PLC': plcs });
    for (const field of ['exceptionLane', 'noReadLane', 'recirculationLane', 'safeLane'] as const) {
      check.known(source, ['points', at, field], point[field], { lane: lanes });
    }
    if (!point.check) continue;
    const { lane, scale, dimensioner } = point.check;
    check.known(source, ['points', at, 'check', 'lane'], lane, { lane: lanes });
    check.known(source, ['points', at, 'check', 'scale'], scale, { scale: codesOfKind(devices, 'scale') });
    check.known(source, ['points', at, 'check', 'dimensioner'], dimensioner, {
      dimensioner: codesOfKind(devices, 'dimensioner'),
    });
  }
  checkLanePlan(site, source, check);
  checkSegments(site, source, { check, lanes });
}

/** What lanes take must not contradict itself; names that are nowhere have been told. */
function checkLanePlan(site: ImportPlan['site'], source: Source, check: Check): void {
  const { takes, points } = lanePlanOf(site);
  const lanes = site.lanes.map(({ code, kind }) => ({ code, kind: kind as LaneKind }));
  const known = new Set(codesOf(site.lanes));
  const ground = {
    lanes: [...lanes, ...unknownLanes(points, known)],
    services: takes,
    points: codesOf(site.points),
    before: { takes: [], points: [] },
  };
  const places = site.lanes.flatMap((lane, at) =>
    lane.takes.map((_, take): Path => ['lanes', at, 'takes', take]),
  );
  for (const { field, message } of lanePlanFaults({ takes, points }, ground)) {
    const [part, at, name] = field.split('.');
    const path: Path = part === 'takes' ? places[Number(at)]! : ['points', Number(at), name!];
    if (name !== 'point') check.fault(source, path, message);
  }
}

function unknownLanes(
  points: readonly { exceptionLane: string; noReadLane: string }[],
  known: ReadonlySet<string>,
): { code: string; kind: LaneKind }[] {
  const named = points.flatMap(({ exceptionLane, noReadLane }) => [exceptionLane, noReadLane]);
  return named.filter((code) => !known.has(code)).map((code) => ({ code, kind: 'exception' }));
}

function checkSegments(
  { points, segments }: ImportPlan['site'],
  source: Source,
  { check, lanes }: { check: Check; lanes: Set<string> },
): void {
  const known = new Set(codesOf(points));
  for (const [at, { from, lane, to }] of segments.entries()) {
    check.known(source, ['segments', at, 'from'], from, { point: known });
    check.known(source, ['segments', at, 'lane'], lane, { lane: lanes });
    check.known(source, ['segments', at, 'to'], to, { point: known });
  }
}

function codesOfKind(devices: ImportPlan['devices'], kind: string): Set<string> {
  return new Set(codesOf(devices.filter((each) => each.kind === kind)));
}

function checkDevices({ site, devices }: ImportPlan, source: Source, check: Check): void {
  check.unique(source, codesOf(devices), (at) => ['devices', at, 'code']);
  const stations = new Set(codesOf(site.stations));
  for (const [at, { stationCode }] of devices.entries()) {
    check.known(source, ['devices', at, 'station'], stationCode, { station: stations });
  }
}

function checkWaves({ waves }: ImportPlan, source: Source, check: Check): void {
  const names = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  const templates = check.unique(source, names(waves.templates), (at) => ['templates', at, 'name']);
  check.unique(source, names(waves.channels), (at) => ['channels', at, 'name']);
  for (const [at, { template }] of waves.channels.entries()) {
    check.known(source, ['channels', at, 'template'], template, { template: templates });
  }
}

function checkGoods({ merchants, items }: ImportPlan, sources: Sources, check: Check): void {
  const codes = check.unique(sources.merchants, codesOf(merchants), (at) => [at, 'code']);
  check.unique(
    sources.items,
    items.map((each) => `${each.merchantCode} ${each.sku}`),
    (at) => [at, 'sku'],
  );
  const barcodes = items.flatMap((item, at) =>
    item.barcodes.map(({ code }) => ({ at, name: `${item.merchantCode} ${keptBarcode(code)}` })),
  );
  check.unique(
    sources.items,
    barcodes.map(({ name }) => name),
    (at) => [barcodes[at]!.at, 'barcodes'],
  );
  for (const [at, { merchantCode }] of items.entries()) {
    check.known(sources.items, [at, 'merchantCode'], merchantCode ?? '', { merchant: codes });
  }
}

function codesOf(list: readonly { code: string }[]): string[] {
  return list.map(({ code }) => code);
}
