import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';

export const SITE = 'TORT';
export const MERCHANT = 'ACME';
export const CLERK = { email: 'clerk@torture.example', password: 'torture-only' };
export const SKUS = ['A-1', 'A-2', 'A-3', 'A-4'];
export const FACES = ['A-01-01-1', 'A-01-02-1', 'A-01-03-1', 'A-01-04-1', 'A-01-05-1', 'A-01-06-1'];
const UNITS_AT_FIRST = '12';

export interface EdgeNames {
  agent: string;
  /** A scanner on a pty, and one on TCP. */
  scanner: string;
  netScanner: string;
  plc: string;
  point: string;
  printer: string;
}

export function edgeNames(n: number): EdgeNames {
  return {
    agent: `edge-${n}`,
    scanner: `SCAN-${n}A`,
    netScanner: `SCAN-${n}B`,
    plc: `PLC-${n}`,
    point: `POINT-${n}`,
    printer: `PRN-${n}`,
  };
}

/** The smallest site on which everything that can be lost exists: writes what `wavehouse demo <dir>` reads. */
export async function writeSite(dir: string, edges: readonly EdgeNames[]): Promise<void> {
  await mkdir(dir, { recursive: true });
  const files: Record<string, string> = {
    'site.yaml': stringify(site()),
    'devices.yaml': stringify({ devices: edges.flatMap(devicesOf) }),
    'shipping.yaml': stringify(shipping(edges)),
    'waves.yaml': stringify({ templates: [{ name: 'All', limits: limits() }], channels: [] }),
    'people.yaml': stringify(people()),
    'merchants.csv': `code,name\n${MERCHANT},Acme Goods\n`,
    'items.csv': items(),
    'stock.csv': `merchantCode,sku,quantity,lot,expiresOn\n${SKUS.map((sku) => `${MERCHANT},${sku},${UNITS_AT_FIRST},,\n`).join('')}`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
}

function site() {
  const at = { xMm: 1_000, yMm: 1_000 };
  return {
    site: { code: SITE, name: 'Torture', timezone: 'UTC' },
    zones: [{ code: 'ALL', name: 'All' }],
    aisles: [
      {
        zone: 'ALL',
        type: 'pick-face',
        aisles: [1, 1],
        bays: FACES.length,
        levels: 1,
        ...at,
        aisleSpacingMm: 3_000,
        bayWidthMm: 1_000,
      },
    ],
    locations: [
      { code: 'RECV-1', zone: 'ALL', type: 'receiving', ...at },
      { code: 'STAGE-1', zone: 'ALL', type: 'staging', ...at },
      { code: 'DOOR-1', zone: 'ALL', type: 'dock', ...at },
      { code: 'HOSP-1', zone: 'ALL', type: 'hospital', ...at },
    ],
    stations: [{ code: 'S-RECV-01', kind: 'receiving-desk', name: 'Desk', ...at }],
    carts: { first: 1, last: 2, slots: 4 },
    totes: { first: 1, last: 10 },
    cartons: [
      {
        code: 'S',
        name: 'Box',
        lengthMm: 300,
        widthMm: 200,
        heightMm: 150,
        tareGrams: 100,
        maxGrams: 9_000,
      },
    ],
  };
}

function devicesOf({ agent, scanner, netScanner, plc, printer }: EdgeNames) {
  return [
    { code: scanner, agent, kind: 'scanner', driver: 'generic/serial-scanner', station: 'S-RECV-01' },
    { code: netScanner, agent, kind: 'scanner', driver: 'generic/serial-scanner', station: 'S-RECV-01' },
    { code: plc, agent, kind: 'conveyor-plc', driver: 'generic/mqtt-conveyor' },
    { code: printer, agent, kind: 'printer', driver: 'zebra/zpl-printer' },
  ];
}

function shipping(edges: readonly EdgeNames[]) {
  return {
    carriers: [{ code: 'SWIFT', name: 'Swift' }],
    services: [{ carrier: 'SWIFT', service: 'STD', name: 'Standard', cutOffTime: '21:00' }],
    ranges: [
      { kind: 'sscc', prefix: '09521234', first: 1, last: 999_999 },
      { kind: 's10', carrier: 'SWIFT', prefix: 'EEMY', first: 10_000_000, last: 49_999_999 },
    ],
    lanes: [
      {
        code: 'SHIP-1',
        name: 'Standard',
        kind: 'ship',
        stagingLocation: 'STAGE-1',
        takes: [{ carrier: 'SWIFT', service: 'STD', rank: 1 }],
      },
      { code: 'EXC', name: 'Exceptions', kind: 'exception' },
      { code: 'NOREAD', name: 'No-reads', kind: 'no-read' },
    ],
    points: edges.map(({ point, plc }) => ({
      code: point,
      device: plc,
      exceptionLane: 'EXC',
      noReadLane: 'NOREAD',
      deadlineMs: 300,
    })),
  };
}

function people() {
  const { email, password } = CLERK;
  return {
    office: [{ name: 'Cleo Clerk', email, password, roles: ['admin', 'supervisor', 'integrator'] }],
    floor: [{ name: 'Fin', badge: 'B-1001', pin: '2468' }],
  };
}

function limits() {
  return { ordersMax: 10, linesMax: 20, unitsMax: 40 };
}

function items(): string {
  const head = 'merchantCode,sku,name,lengthMm,widthMm,heightMm,weightGrams,tracking,fragile,barcodes';
  const gtins = ['9520001000072', '9520001000140', '9520001000218', '9520001000287'];
  const lines = SKUS.map((sku, at) => `${MERCHANT},${sku},Item ${sku},100,80,60,200,none,false,${gtins[at]}`);
  return `${[head, ...lines].join('\n')}\n`;
}
