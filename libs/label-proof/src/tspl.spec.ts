import bwipjs from 'bwip-js';
import {
  type CarrierLabel,
  carrierLabel,
  type Dpi,
  itemLabel,
  type LabelDocument,
  plateLabel,
  renderTspl,
  renderZpl,
} from '#lib/labels';
import { readLabel } from './read-label.js';
import { readPicture } from './read-picture.js';

/**
 * No renderer of TSPL is at hand, so each symbol's command is taken apart by the rules of the programming manual, drawn by bwip-js and read
 * by zxing: the same scans must come of it as of the ZPL of the same label.
 */
interface Symbol {
  bcid: string;
  text: string;
  x: number;
  y: number;
}

const TYPES: Record<string, string> = { '128M': 'code128', EAN13: 'ean13', ITF14: 'itf14' };

function symbolsOf(tspl: string): Symbol[] {
  return tspl.split('\r\n').flatMap((line): Symbol[] => {
    const [, command, parameters = '', data = ''] = /^(\w+) (.*),"([^"]*)"$/.exec(line) ?? [];
    const [x, y] = parameters.split(',').map(Number) as [number, number];
    if (command === 'BARCODE') {
      const type = /"(\w+)"/.exec(parameters)?.[1] ?? '';
      return [{ bcid: TYPES[type]!, text: type === '128M' ? withoutControls(data) : data, x, y }];
    }
    if (command === 'DMATRIX') return [{ bcid: 'datamatrix', text: data.replaceAll('~1', '^FNC1'), x, y }];
    return command === 'QRCODE' ? [{ bcid: 'qrcode', text: data, x, y }] : [];
  });
}

/** 128M: `!103` to `!105` start, `!099` to `!101` change the subset; `!102` is FNC1. */
function withoutControls(data: string): string {
  return data.replace(/!(\d{3})/g, (_, code: string) => (code === '102' ? '^FNC1' : ''));
}

async function scansOf(label: LabelDocument, dpi: Dpi): Promise<string[]> {
  const symbols = symbolsOf(renderTspl(label, { dpi })).sort((a, b) => a.y - b.y);
  const scans: string[] = [];
  for (const { bcid, text } of symbols) {
    const png = await bwipjs.toBuffer({
      bcid,
      text,
      parsefnc: true,
      scale: 3,
      padding: 12,
      backgroundcolor: 'FFFFFF',
    });
    scans.push(...(await readPicture(png)).map(({ scan }) => scan));
  }
  return scans;
}

const ADDRESS = {
  name: 'Contoh "Pelanggan"',
  lines: ['12 Jalan'],
  postcode: '55100',
  city: 'KL',
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
  orderReference: 'WEB-1001 "; PRINT 1,9',
  printNonce: 'K7Q2M9XA',
  consignee: ADDRESS,
  sender: ADDRESS,
};

it.each<[string, LabelDocument]>([
  ['carrier label', carrierLabel(PARCEL)],
  ['tote label', plateLabel({ kind: 'container', plate: 'T-000123' })],
  ['item label', itemLabel({ name: 'Green tea', sku: 'TEA', gtin: '9506000134352' })],
  ['case label', itemLabel({ name: 'Green tea', sku: 'TEA', gtin: '15400141288763' })],
])('the symbols of a %s read in TSPL as they do in ZPL', async (_name, label) => {
  const inZpl = (await readLabel(renderZpl(label, { dpi: 203 }), { dpi: 203 })).map(({ scan }) => scan);
  expect((await scansOf(label, 203)).sort()).toEqual(inZpl.sort());
});
