import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

/** How many people work where. */
export interface CrewSize {
  benches: number;
  pickers: number;
  /** People at lanes and doors. */
  dockers: number;
  /** People at the put wall. */
  sorters: number;
}

/** What the demo's own files have. */
const DEMO_SIZE: CrewSize = { benches: 4, pickers: 6, dockers: 1, sorters: 1 };
/** Merchants whose orders are sorted at the put wall: about one order in five. */
const WALL_MERCHANTS = ['LUMEN', 'BATIK'];
/** Orders of a run to the wall: few, so that a small day has some too. */
const WALL_BATCH = 4;
/** Orders of a day that one person at the place is there for. */
const ORDERS_PER = { bench: 300, picker: 200, docker: 1_500, sorter: 1_500 };
const MOST: CrewSize = { benches: 16, pickers: 24, dockers: 4, sorters: 4 };
/** Orders that the demo's goods suffice for, with much to spare. */
const ORDERS_PER_STOCK = 3_000;
/** For a wave in packing, the next one in picking, and what the channel has on the floor. */
const TOTES = { atLeast: 500, perPicker: 40 };

/** The crew for a day of so many orders: at least the demo's own. */
export function crewFor(orders: number): CrewSize {
  const needed = (per: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, Math.ceil(orders / per)));
  return {
    benches: needed(ORDERS_PER.bench, DEMO_SIZE.benches, MOST.benches),
    pickers: needed(ORDERS_PER.picker, DEMO_SIZE.pickers, MOST.pickers),
    dockers: needed(ORDERS_PER.docker, DEMO_SIZE.dockers, MOST.dockers),
    sorters: needed(ORDERS_PER.sorter, DEMO_SIZE.sorters, MOST.sorters),
  };
}

interface SiteFile {
  stations: { code: string; kind: string; name: string; xMm: number; yMm: number }[];
  carts: { first: number; last: number; slots: number };
  totes: { first: number; last: number };
  putWalls: { rows: number; columns: number }[];
}

interface WavesFile {
  templates: {
    name: string;
    filter?: { merchantCodes?: string[] };
    method?: string;
    limits: { ordersMax: number; linesMax: number; unitsMax: number };
  }[];
  channels: { name: string; template: string; state: string; maxInFlight: number; batchOrders: number }[];
}

/**
 * Writes the demo's files for a larger crew and more goods: further benches with scanner, scale and printer, further cart parks for
 * people whose handhelds type, totes, people, and a channel that lets so many more orders go. The building and its aisles stay.
 */
export async function writeDay(
  from: string,
  to: string,
  day: { crew: CrewSize; orders: number },
): Promise<void> {
  const { crew, orders } = day;
  await mkdir(to, { recursive: true });
  for (const same of ['items.csv', 'merchants.csv', 'shipping.yaml'])
    await copyFile(join(from, same), join(to, same));
  let slots = 0;
  await change<SiteFile>(from, to, 'site.yaml', (site) => {
    enlargeSite(site, crew);
    slots = site.putWalls.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  });
  await change<{ devices: object[] }>(from, to, 'devices.yaml', (file) => {
    for (const code of benchCodes(crew)) file.devices.push(...benchDevices(code));
  });
  await change<{ floor: object[] }>(from, to, 'people.yaml', (file) => {
    for (let n = file.floor.length; n < peopleOf(crew); n += 1)
      file.floor.push({ name: `Person ${n + 1}`, badge: `B-${1_001 + n}`, pin: '2468' });
  });
  const merchants = merchantsOf(await readFile(join(from, 'merchants.csv'), 'utf8'));
  await change<WavesFile>(from, to, 'waves.yaml', (file) => {
    enlargeFlow(file, crew);
    addWallFlow(file, { merchants, slots });
  });
  await writeFile(join(to, 'stock.csv'), moreStock(await readFile(join(from, 'stock.csv'), 'utf8'), orders));
}

/** Codes of the merchants: the first column under the head. */
function merchantsOf(csv: string): string[] {
  return csv
    .split(/\r?\n/)
    .slice(1)
    .flatMap((line) => line.split(',')[0] || []);
}

function peopleOf({ benches, pickers, dockers, sorters }: CrewSize): number {
  return benches + pickers + dockers + sorters;
}

async function change<T>(from: string, to: string, name: string, alter: (file: T) => void): Promise<void> {
  const file = parse(await readFile(join(from, name), 'utf8')) as T;
  alter(file);
  await writeFile(join(to, name), stringify(file));
}

function number(n: number): string {
  return String(n).padStart(2, '0');
}

/** The further benches, beyond the demo's own. */
function benchCodes({ benches }: CrewSize): string[] {
  return Array.from({ length: Math.max(0, benches - DEMO_SIZE.benches) }, (_, at) =>
    number(DEMO_SIZE.benches + at + 1),
  );
}

function enlargeSite(site: SiteFile, crew: CrewSize): void {
  benchCodes(crew).forEach((code, at) => {
    const place = { xMm: 18_000 + 2_500 * (at % 4), yMm: 6_500 - 1_500 * Math.floor(at / 4) };
    site.stations.push({
      code: `S-PACK-${code}`,
      kind: 'pack-bench',
      name: `Pack bench ${Number(code)}`,
      ...place,
    });
  });
  for (let n = DEMO_SIZE.pickers + 1; n <= crew.pickers; n += 1) {
    const at = n - DEMO_SIZE.pickers - 1;
    const place = { xMm: 6_000 + 2_000 * (at % 6), yMm: 7_500 - 1_500 * Math.floor(at / 6) };
    site.stations.push({ code: `S-PICK-${number(n)}`, kind: 'pick-start', name: `Cart park ${n}`, ...place });
  }
  site.carts.last = Math.max(site.carts.last, crew.pickers);
  for (const wall of site.putWalls) wall.rows *= timesOf(crew);
  site.totes.last = Math.max(site.totes.last, TOTES.atLeast + crew.pickers * TOTES.perPicker);
}

function benchDevices(code: string): object[] {
  const at = { agent: 'edge-1', station: `S-PACK-${code}` };
  return [
    { code: `SCAN-PACK-${code}`, kind: 'scanner', driver: 'generic/serial-scanner', ...at },
    {
      code: `SCALE-PACK-${code}`,
      kind: 'scale',
      driver: 'mettler-toledo/mt-sics',
      ...at,
      config: { mode: 'continuous' },
    },
    { code: `PRN-PACK-${code}`, kind: 'printer', driver: 'zebra/zpl-printer', ...at },
  ];
}

/** How much more than the demo's flow this crew works off. */
function timesOf({ pickers }: CrewSize): number {
  return Math.max(1, Math.round(pickers / DEMO_SIZE.pickers));
}

/** A channel for twice the people keeps twice the orders on the floor and lets twice as many go at once. */
function enlargeFlow(file: WavesFile, crew: CrewSize): void {
  const times = timesOf(crew);
  for (const channel of file.channels) {
    channel.maxInFlight *= times;
    channel.batchOrders *= times;
    const { limits } = file.templates.find((each) => each.name === channel.template)!;
    limits.ordersMax *= times;
    limits.linesMax *= times;
    limits.unitsMax *= times;
  }
}

/**
 * All orders of some merchants go over the put wall, and no other template takes them: where two channels may take the same orders,
 * the one that gathers them finds them gone.
 */
function addWallFlow(file: WavesFile, { merchants, slots }: { merchants: string[]; slots: number }): void {
  const others = merchants.filter((code) => !WALL_MERCHANTS.includes(code));
  for (const template of file.templates) {
    const merchantCodes = template.method === 'batch' ? WALL_MERCHANTS : others;
    template.filter = { ...template.filter, merchantCodes };
  }
  const wall = file.templates.find(({ method }) => method === 'batch');
  if (!wall) throw new Error('waves.yaml has no template that picks for the put wall');
  wall.limits = { ordersMax: 1_000, linesMax: 3_000, unitsMax: 6_000 };
  const { name } = wall;
  file.channels.push({ name, template: name, state: 'open', maxInFlight: slots, batchOrders: WALL_BATCH });
}

function moreStock(csv: string, orders: number): string {
  const times = Math.max(1, Math.ceil(orders / ORDERS_PER_STOCK));
  if (times === 1) return csv;
  const [head = '', ...lines] = csv.split(/\r?\n/);
  const at = head.split(',').indexOf('quantity');
  const more = lines.map((line) => {
    const cells = line.split(',');
    if (cells.length > at) cells[at] = String(Number(cells[at]) * times);
    return cells.join(',');
  });
  return [head, ...more].join('\n');
}
