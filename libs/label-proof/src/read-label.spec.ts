import fc from 'fast-check';
import { buildS10, buildSscc, COMMANDS, GS, identifyScan } from '#lib/barcodes';
import {
  badgeLabel,
  type CarrierLabel,
  commandLabel,
  type Dpi,
  itemLabel,
  type LabelDocument,
  locationLabel,
  plateLabel,
  renderCarrierLabel,
  renderZpl,
} from '#lib/labels';
import { readLabel } from './read-label.js';

const DPIS: readonly Dpi[] = [203, 300];

const PARCEL: CarrierLabel = {
  carrier: 'Wavehouse Post',
  service: 'Express',
  sortCode: 'L07',
  sscc: '106141412345678908',
  tracking: 'RR473124829GB',
  weightGrams: 1234,
  parcelNumber: 1,
  parcelCount: 2,
  orderReference: 'WEB-1001 ^XZ^XA',
  printNonce: 'K7Q2M9XA',
  consignee: {
    name: 'Contoh Pelanggan 示例',
    lines: ['12 Jalan Contoh', 'Level 3, Unit 3-1'],
    postcode: '55100',
    city: 'Kuala Lumpur',
    country: 'MY',
  },
  sender: {
    name: 'Kedai Contoh',
    lines: ['Lot 5, Jalan Gudang'],
    postcode: '40150',
    city: 'Shah Alam',
    country: 'MY',
  },
};

const scansOf = async (zpl: string, dpi: Dpi) => (await readLabel(zpl, { dpi })).map(({ scan }) => scan);

describe.each(DPIS)('at %i dpi', (dpi) => {
  it('a carrier label reads as the parcel that it is, even with hostile names', async () => {
    const scans = await scansOf(renderCarrierLabel(PARCEL, { dpi, jobId: 'job-1' }), dpi);
    expect(scans).toEqual([
      ']d20010614141234567890897K7Q2M9XA',
      ']C0RR473124829GB',
      ']C100106141412345678908',
    ]);
    expect(scans.map((scan) => identifyScan(scan))).toMatchObject([
      { kind: 'sscc', value: PARCEL.sscc, printNonce: PARCEL.printNonce },
      { kind: 'tracking', value: PARCEL.tracking },
      { kind: 'sscc', value: PARCEL.sscc },
    ]);
  });

  it('any carrier label reads as its own parcel', async () => {
    const parcels = fc.record({
      sscc: fc
        .record({
          extensionDigit: fc.nat(9),
          companyPrefix: fc.constant('9551234'),
          serial: fc.nat(999_999_999),
        })
        .map(buildSscc),
      tracking: fc.oneof(
        fc.nat(99_999_999).map((serial) => buildS10({ service: 'LX', serial, country: 'MY' })),
        fc.stringMatching(/^[!-=?-\]_-}]{2,18}$/),
        fc.stringMatching(/^[0-9]{8,25}$/),
      ),
      printNonce: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
    });
    for (const parcel of fc.sample(parcels, { numRuns: 16, seed: 7 })) {
      const scans = await scansOf(renderCarrierLabel({ ...PARCEL, ...parcel }, { dpi }), dpi);
      expect(scans).toEqual([
        `]d200${parcel.sscc}97${parcel.printNonce}`,
        `]C0${parcel.tracking}`,
        `]C100${parcel.sscc}`,
      ]);
    }
  });

  const house: readonly (readonly [string, LabelDocument, readonly string[]])[] = [
    ['location', locationLabel({ location: 'A-03-12-2', zone: 'Ambient', arrow: 'up' }), [']C0L-A-03-12-2']],
    [
      'long location',
      locationLabel({ location: 'COLD-114-07-03-B', zone: 'Cold' }),
      [']C0L-COLD-114-07-03-B'],
    ],
    [
      'tote',
      plateLabel({ kind: 'container', plate: 'T-000123', note: '40 l' }),
      [']Q1T-000123', ']C0T-000123'],
    ],
    ['cart', plateLabel({ kind: 'cart', plate: 'C-0007' }), [']Q1C-0007', ']C0C-0007']],
    ['station', plateLabel({ kind: 'station', plate: 'S-PACK-01' }), [']Q1S-PACK-01', ']C0S-PACK-01']],
    ['item', itemLabel({ name: 'Green tea', sku: 'TEA', gtin: '9506000134352' }), [']E09506000134352']],
    [
      'case',
      itemLabel({ name: 'Green tea x 12', sku: 'TEA-12', gtin: '15400141288763' }),
      [']I115400141288763'],
    ],
    ['own item', itemLabel({ name: 'Gift card', sku: 'GIFT.card/50' }), [']C0I-GIFT.card/50']],
    [
      'lot',
      itemLabel({ name: 'Milk', sku: 'MILK', gtin: '9506000134352', lot: 'L_7"%', expiry: '261200' }),
      [']d201095060001343521726120010L_7"%'],
    ],
    ['badge', badgeLabel({ name: 'Contoh', role: 'Picker', badge: 'B-4711' }), [']C0B-4711']],
  ];

  it.each(house)('a %s label reads as what was asked', async (_, label, scans) => {
    expect(await scansOf(renderZpl(label, { dpi }), dpi)).toEqual(scans);
  });

  it('every command barcode reads as its command', async () => {
    for (const command of COMMANDS) {
      expect(await scansOf(renderZpl(commandLabel({ command, title: command }), { dpi }), dpi)).toEqual([
        `]C0!${command}`,
      ]);
    }
  });

  it('GS1-128 and GS1 Data Matrix keep the separator between elements', async () => {
    const elements = [
      { ai: '10', value: 'AB_1' },
      { ai: '400', value: '12345' },
      { ai: '21', value: '7' },
    ];
    const label: LabelDocument = {
      widthMm: 100,
      heightMm: 60,
      elements: [
        { kind: 'barcode', symbology: 'gs1-128', xMm: 6, yMm: 4, moduleMm: 0.5, heightMm: 20, elements },
        { kind: 'barcode', symbology: 'gs1-data-matrix', xMm: 6, yMm: 32, moduleMm: 0.5, elements },
      ],
    };
    const data = `10AB_1${GS}40012345${GS}217`;
    expect(await scansOf(renderZpl(label, { dpi }), dpi)).toEqual([`]C1${data}`, `]d2${data}`]);
  });
});

describe('readLabel', () => {
  it('says where a symbol is', async () => {
    const [symbol] = await readLabel(
      renderZpl(badgeLabel({ name: 'x', role: 'x', badge: 'B-4711' }), { dpi: 203 }),
      { dpi: 203 },
    );
    expect(symbol!.xMm).toBeGreaterThan(7);
    expect(symbol!.yMm).toBeCloseTo(32, 0);
  });

  it('refuses a stream that does not say how large its label is', async () => {
    await expect(readLabel('^XA^FO10,10^GB9,9,9^FS^XZ', { dpi: 203 })).rejects.toThrow('^PW is missing');
  });

  it('finds nothing on an empty label', async () => {
    expect(await readLabel('^XA^PW400^LL200^FO10,10^GB9,9,9^FS^XZ', { dpi: 203 })).toEqual([]);
  });
});
