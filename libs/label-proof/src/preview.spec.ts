import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import bwipjs from 'bwip-js';
import fc from 'fast-check';
import { type Browser, chromium } from 'playwright-core';
import {
  badgeLabel,
  type CarrierLabel,
  carrierLabel,
  itemLabel,
  type LabelDocument,
  plateLabel,
  renderSvg,
} from '#lib/labels';
import { readPicture } from './read-picture.js';

const ADDRESS = {
  name: 'Contoh & <b>Anak</b> 示例',
  lines: ['12 Jalan Contoh'],
  postcode: '55100',
  city: 'Kuala Lumpur',
  country: 'MY',
};
const PARCEL: CarrierLabel = {
  carrier: 'Wavehouse Post',
  service: 'Express',
  sortCode: 'L07',
  sscc: '106141412345678908',
  tracking: 'RR473124829GB',
  weightGrams: 1234,
  parcelNumber: 1,
  parcelCount: 2,
  orderReference: 'WEB-1001',
  printNonce: 'K7Q2M9XA',
  consignee: ADDRESS,
  sender: ADDRESS,
};

/** The browser of the system, as tools/install-system.mjs looks for it. */
function chromiumPath(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const paths = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const found = paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) throw new Error('Chromium is not installed: run node tools/install-system.mjs.');
  return found;
}

describe('the preview of a label, as a browser draws it', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  }, 60_000);

  afterAll(() => browser.close());

  async function scansOf(label: LabelDocument): Promise<string[]> {
    const page = await browser.newPage({ viewport: { width: 1000, height: 1300 }, deviceScaleFactor: 2 });
    try {
      await page.setContent(`<body style="margin:0">${renderSvg(label, bwipjs.toSVG)}</body>`);
      return (await readPicture(await page.screenshot())).map(({ scan }) => scan);
    } finally {
      await page.close();
    }
  }

  it.each<[string, LabelDocument, string[]]>([
    [
      'carrier',
      carrierLabel(PARCEL),
      [']d20010614141234567890897K7Q2M9XA', ']C0RR473124829GB', ']C100106141412345678908'],
    ],
    ['tote', plateLabel({ kind: 'container', plate: 'T-000123' }), [']Q1T-000123', ']C0T-000123']],
    ['item', itemLabel({ name: 'Green tea', sku: 'TEA', gtin: '9506000134352' }), [']E09506000134352']],
    ['case', itemLabel({ name: 'Green tea', sku: 'TEA', gtin: '15400141288763' }), [']I115400141288763']],
    ['badge', badgeLabel({ name: 'Contoh', role: 'Picker', badge: 'B-4711' }), [']C0B-4711']],
  ])('reads as the %s label does on paper', async (_, label, scans) => {
    expect(await scansOf(label)).toEqual(scans);
  });
});

describe('the preview of a label, as text', () => {
  it('lets no value become markup', () => {
    const tagsOf = (name: string) =>
      renderSvg(badgeLabel({ name, role: 'Picker', badge: 'B-4711' }), bwipjs.toSVG).match(/<\/?[a-z]+/g);
    const reference = tagsOf('x');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        fc.pre(/[\p{L}\p{N}]/u.test(name));
        expect(tagsOf(`<script>${name}&"'`)).toEqual(reference);
      }),
    );
  });

  it('refuses a drawer that does not draw', () => {
    const label = badgeLabel({ name: 'x', role: 'x', badge: 'B-1' });
    expect(() => renderSvg(label, () => 'no picture')).toThrow('did not give an SVG');
  });
});
