import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { identifyScan } from '#lib/barcodes';
import { systemClock } from '#lib/contracts';
import { type FreshDatabase, freshDatabase } from '#lib/testkit';
import { createDataSource } from '../../../../../ormconfig.js';
import { CatalogService } from '../../catalog/catalog.service.js';
import type { DeviceCommandsService } from '../../devices/device-commands.service.js';
import type { DeviceSetupsService } from '../../devices/device-setups.service.js';
import type { DeviceStatesService } from '../../devices/device-states.service.js';
import { DevicesService } from '../../devices/devices.service.js';
import { LanePlanService } from '../../flow-control/lane-plan.service.js';
import { RoutesService } from '../../flow-control/routes.service.js';
import { MerchantsService } from '../../merchants/merchants.service.js';
import { ParcelsService } from '../../packing/parcels.service.js';
import { openDataSource } from '../../platform/data-source.js';
import { Database } from '../../platform/database.service.js';
import type { EdgeDownlink } from '../../platform/edge-requests.js';
import { SiteSetup } from '../../sites/site-setup.service.js';
import { ImportRefused, ImportService } from './import.service.js';

const DEMO = 'demo';

let database: FreshDatabase;
let source: DataSource;
let owner: DataSource;
let imports: ImportService;
let dir: string;

beforeAll(async () => {
  database = await freshDatabase();
  source = await openDataSource(database.appUrl);
  owner = await createDataSource(database.ownerUrl, 2).initialize();
  const db = new Database(source, systemClock);
  const merchants = new MerchantsService(db);
  // An import only registers devices; it neither commands them nor hears their states, nor attaches them.
  const devices = new DevicesService(
    db,
    {} as DeviceCommandsService,
    {} as DeviceStatesService,
    {} as DeviceSetupsService,
  );
  const parcels = new ParcelsService();
  // A command is no part of the site's traffic: nobody is told what it changes.
  const downlink = { publishRoutes: () => {} } as unknown as EdgeDownlink;
  const lanePlan = new LanePlanService(db, new RoutesService(parcels, downlink), parcels);
  const catalog = new CatalogService(db, merchants);
  imports = new ImportService(db, new SiteSetup(), devices, merchants, catalog, lanePlan);
}, 120_000);
afterAll(async () => {
  await Promise.all([source.destroy(), owner.destroy()]);
  await database.drop();
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'wavehouse-import-'));
  await cp(DEMO, dir, { recursive: true });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function edit(file: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(dir, file), 'utf8');
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  await writeFile(join(dir, file), changed);
}

async function faults(): Promise<string[]> {
  const error = await imports.importDirectory(dir).catch((caught: Error) => caught);
  expect(error).toBeInstanceOf(ImportRefused);
  return (error as Error).message.split('\n');
}

const TABLES = [
  'sites',
  'zones',
  'locations',
  'stations',
  'carts',
  'containers',
  'put_wall_slots',
  'carton_types',
  'carriers',
  'carrier_services',
  'lanes',
  'lane_assignments',
  'conveyor_points',
  'number_ranges',
  'agents',
  'devices',
  'merchants',
  'items',
  'item_barcodes',
  'wave_templates',
  'release_channels',
];
async function counts(): Promise<Record<string, number>> {
  const sql = TABLES.map((table) => `select '${table}' as name, count(*)::int as n from ${table}`).join(
    ' union all ',
  );
  const found = (await owner.query(sql)) as { name: string; n: number }[];
  return Object.fromEntries(found.map(({ name, n }) => [name, n]));
}

describe('an import with faults', () => {
  it.each([
    [
      'site.yaml',
      'timezone: Asia/Kuala_Lumpur',
      'timezone: Asia/Atlantis',
      /^site\.yaml:5: site\.timezone: Asia\/Atlantis is no time zone/,
    ],
    [
      'site.yaml',
      '{ code: FAST, name: Fast movers }',
      '{ code: FAST, name: Fast movers, colour: red }',
      /^site\.yaml:8: zones\.0: there is no field "colour"/,
    ],
    [
      'site.yaml',
      'zone: QA, type: hospital',
      'zone: QX, type: hospital',
      /^site\.yaml:\d+: locations\.9\.zone: there is no zone QX/,
    ],
    [
      'site.yaml',
      'station: S-WALL-01, first: 900001',
      'station: S-PACK-01, first: 900001',
      /^site\.yaml:\d+: putWalls\.0\.station: there is no put wall S-PACK-01/,
    ],
    [
      'site.yaml',
      'first: 900001',
      'first: 200',
      /^site\.yaml:\d+: putWalls\.0\.first: T-000200 is there twice/,
    ],
    ['site.yaml', 'aisles: [5, 8]', 'aisles: [4, 8]', /A-04-01-1 is there twice/],
    [
      'site.yaml',
      'code: DEMO',
      'code: DEMO\n  oneWayAisles: [{ zone: FAST, aisle: 5, direction: up }]',
      /^site\.yaml:4: site\.oneWayAisles\.0: there is no aisle FAST 5/,
    ],
    [
      'site.yaml',
      'code: DEMO',
      'code: DEMO\n  crossAislesMm: [11000, 11000]',
      /^site\.yaml:4: site\.crossAislesMm: must NOT have duplicate items/,
    ],
    ['site.yaml', 'zones:', 'zones: [', /^site\.yaml:\d+: /],
    [
      'shipping.yaml',
      'exceptionLane: EXC',
      'exceptionLane: NOWHERE',
      /^shipping\.yaml:\d+: points\.0\.exceptionLane: there is no lane NOWHERE/,
    ],
    [
      'shipping.yaml',
      'cutOffTime: "17:00"',
      'cutOffTime: "25:00"',
      /^shipping\.yaml:7: services\.0\.cutOffTime: must match pattern/,
    ],
    [
      'shipping.yaml',
      '{ carrier: POST, service: PARCEL, rank: 2 }',
      '{ carrier: POST, service: PARCEL, rank: 2, cutOffTime: "9:00" }',
      /^shipping\.yaml:\d+: lanes\.3\.takes\.0\.cutOffTime: must match pattern/,
    ],
    [
      'devices.yaml',
      'station: S-PICK-01',
      'station: S-NOWHERE',
      /^devices\.yaml:3: devices\.0\.station: there is no station S-NOWHERE/,
    ],
    [
      'waves.yaml',
      'template: Small batch',
      'template: Big batch',
      /^waves\.yaml:\d+: channels\.0\.template: there is no template Big batch/,
    ],
    ['items.csv', 'KOPI,KOP-002', 'TEA,KOP-002', /^items\.csv:3: 1\.merchantCode: there is no merchant TEA/],
    [
      'items.csv',
      '9520001000140',
      '9520001000141',
      /^items\.csv:3: barcodes\.0\.code has the length of a GTIN but a wrong check digit/,
    ],
    ['items.csv', 'KOPI,KOP-002', 'KOPI,KOP-001', /^items\.csv:3: 1\.sku: KOPI KOP-001 is there twice/],
    [
      'items.csv',
      ',160,80,60,268,none,',
      ',160,eighty,60,268,none,',
      /^items\.csv:2: widthMm must be a whole number/,
    ],
    [
      'merchants.csv',
      'KOPI,Kopi Kampung Roasters',
      'kopi <script>,x',
      /^merchants\.csv:2: 0\.code: must match pattern/,
    ],
  ])('%s: %s', async (file, from, to, expected) => {
    await edit(file, from, to);
    expect((await faults())[0]).toMatch(expected);
    expect(Object.values(await counts()).every((count) => count === 0)).toBe(true);
  });

  it('names all of them at once, also a file that is missing', async () => {
    await edit('site.yaml', 'kind: receiving-desk', 'kind: sofa');
    await edit('items.csv', 'KOP-003', 'KOP-é');
    await rm(join(dir, 'waves.yaml'));
    expect(await faults()).toEqual(['waves.yaml:0: the file is missing']);
    await cp(join(DEMO, 'waves.yaml'), join(dir, 'waves.yaml'));
    expect(await faults()).toEqual([
      expect.stringMatching(
        /^site\.yaml:\d+: stations\.0\.kind: must be equal to one of the allowed values: receiving-desk/,
      ),
      expect.stringMatching(/^items\.csv:4: sku must be 1 to 48 printable/),
    ]);
  });
});

describe('the demo', () => {
  it('imports, and imports again without a change', async () => {
    const { siteCode, counts: said } = await imports.importDirectory(dir);
    expect(siteCode).toBe('DEMO');
    const first = await counts();
    expect(first).toMatchObject({
      sites: 1,
      containers: 200 + 24,
      put_wall_slots: 24,
      merchants: 4,
      devices: said.devices,
      items: said.items,
    });
    expect(first.locations).toBeGreaterThanOrEqual(2_000);
    await owner.query(`update number_ranges set next_value = next_value + 5`);
    await imports.importDirectory(dir);
    expect(await counts()).toEqual(first);
    const [range] = await owner.query(`select next_value from number_ranges where kind = 'sscc'`);
    expect(range.next_value).toBe('6');
  });

  it('changes what the files change and keeps what they leave out', async () => {
    await edit('site.yaml', 'name: Box S', 'name: Small box');
    await edit('merchants.csv', /LUMEN.*\n/, 'LUMEN,Lumen Lights\n');
    await imports.importDirectory(dir);
    expect(await owner.query(`select name from carton_types where code = 'S'`)).toEqual([
      { name: 'Small box' },
    ]);
    expect(await owner.query(`select name from merchants where code = 'LUMEN'`)).toEqual([
      { name: 'Lumen Lights' },
    ]);
  });

  it('brings the trucks that lanes fill', async () => {
    await edit(
      'shipping.yaml',
      'service: PARCEL, rank: 1 }',
      'service: PARCEL, rank: 1, cutOffTime: "15:00" }',
    );
    await imports.importDirectory(dir);
    expect(
      await owner.query(
        `select l.code, a.cut_off_time from lane_assignments a join lanes l on l.id = a.lane_id
         where a.carrier_code = 'POST' order by 1`,
      ),
    ).toEqual([
      { code: 'SHIP-3', cut_off_time: '15:00' },
      { code: 'SHIP-4', cut_off_time: null },
    ]);
  });

  it('changes lanes by the plan that people edit: on record, whole, and nothing where nothing is new', async () => {
    const revisions = () =>
      owner.query('select revision, kind, changed_by from lane_plan_changes order by revision');
    const before = await revisions();
    expect(before[0]).toEqual({ revision: 1, kind: 'imported', changed_by: 'system:import' });
    await imports.importDirectory(dir);
    expect(await revisions()).toHaveLength(before.length + 1);
    await imports.importDirectory(dir);
    expect(await revisions()).toHaveLength(before.length + 1);
  });

  it('refuses lanes that contradict each other, at their lines', async () => {
    const takes = 'takes: [{ carrier: POST, service: PARCEL, rank: 1 }';
    await edit(
      'shipping.yaml',
      takes,
      `${takes}, { carrier: POST, service: PARCEL, rank: 2, cutOffTime: "15:00" }`,
    );
    await edit(
      'shipping.yaml',
      'exceptionLane: EXC, noReadLane: NOREAD',
      'exceptionLane: SHIP-1, noReadLane: NOREAD',
    );
    expect(await faults()).toEqual([
      expect.stringMatching(
        /^shipping\.yaml:32: lanes\.2\.takes\.1: SHIP-3 takes POST PARCEL of every truck, and of the truck at 15:00 besides/,
      ),
      expect.stringMatching(
        /^shipping\.yaml:43: points\.0\.exceptionLane: SORT-1 cannot send what has no way to SHIP-1/,
      ),
    ]);
  });

  it('brings what carts and totes carry', async () => {
    await edit('site.yaml', 'last: 200, volumeMl: 40000, maxGrams: 15000', 'last: 200, maxGrams: 12000');
    await edit('site.yaml', 'slots: 12, maxGrams: 150000', 'slots: 12, maxGrams: 90000');
    await imports.importDirectory(dir);
    expect(await owner.query('select distinct max_grams from carts')).toEqual([{ max_grams: 90_000 }]);
    expect(await owner.query('select tote_volume_ml, tote_max_grams from sites')).toEqual([
      { tote_volume_ml: 40_000, tote_max_grams: 12_000 },
    ]);
  });

  it('brings the cross aisles and one-way aisles of a site, and leaves them where a file says nothing of them', async () => {
    const layout = () => owner.query('select cross_aisles_mm, one_way_aisles from sites');
    expect(await layout()).toEqual([{ cross_aisles_mm: [], one_way_aisles: [] }]);
    const known =
      'code: DEMO\n  crossAislesMm: [11000, 33000]\n  oneWayAisles: [{ zone: FAST, aisle: 2, direction: down }]';
    await edit('site.yaml', 'code: DEMO', known);
    await imports.importDirectory(dir);
    const brought = await layout();
    expect(brought).toEqual([
      {
        cross_aisles_mm: [11_000, 33_000],
        one_way_aisles: [{ zone: 'FAST', aisle: 2, direction: 'down' }],
      },
    ]);
    await edit('site.yaml', known, 'code: DEMO');
    await imports.importDirectory(dir);
    expect(await layout()).toEqual(brought);
  });

  it('has barcodes that scanners can read and the site understands', async () => {
    const [location] = await owner.query('select code from locations order by pick_sequence desc limit 1');
    expect(identifyScan(`L-${location.code}`)).toMatchObject({ kind: 'location', value: location.code });
    const plates = (await owner.query(
      'select lpn from containers union select code from carts union select code from stations',
    )) as { lpn: string }[];
    expect(plates.filter(({ lpn }) => identifyScan(lpn).value !== lpn)).toEqual([]);
    const skus = (await owner.query('select sku from items')) as { sku: string }[];
    expect(skus.filter(({ sku }) => identifyScan(`I-${sku}`).value !== sku)).toEqual([]);
    const gtins = (await owner.query('select barcode from item_barcodes')) as { barcode: string }[];
    expect(gtins.filter(({ barcode }) => identifyScan(barcode).kind !== 'gtin')).toEqual([]);
  });
});
