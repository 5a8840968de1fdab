import fc from 'fast-check';
import { BarcodeError, buildS10, buildSscc, COMMANDS, withGtinCheckDigit } from '#lib/barcodes';
import { type LabelDocument, LabelError } from './label.js';
import { carrierLabel } from './templates/carrier-label.js';
import { badgeLabel, commandLabel, itemLabel, locationLabel, plateLabel } from './templates/house-labels.js';
import { type Dpi, renderZpl } from './zpl.js';

/** Splits a stream as a printer does: a caret or tilde begins a command wherever it stands. */
function tokens(zpl: string): string[] {
  return zpl.replaceAll('\n', '').split(/(?=[\^~])/);
}

/** The commands with their parameters; left out are what fields print and how wide the narrow bar is. */
function commandsOf(label: LabelDocument, dpi: Dpi): string[] {
  const zpl = renderZpl(label, { dpi, jobId: 'job-1' });
  expect(zpl).toMatch(/^[\x20-\x7e\n]*$/);
  return tokens(zpl).map((token) => {
    if (token.startsWith('^FD')) return '^FD';
    return token.startsWith('^BY') ? token.replace(/^\^BY\d+/, '^BY') : token;
  });
}

const NASTY = [
  '^XZ^XA^FDx^FS',
  '~JR',
  '_5E',
  '\\&',
  '^FX',
  '\n^XZ',
  "'; DROP TABLE parcels;--",
  '<script>',
  '陈美玲',
  '\u0000\u001b',
];
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary' }),
);
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));
const dpis = fc.constantFrom<Dpi>(203, 300);

const address = fc.record({
  name: text,
  lines: fc.array(text, { maxLength: 4 }),
  postcode: text,
  city: text,
  country: text,
});
const carrierData = fc.record({
  carrier: text,
  service: text,
  sortCode: text,
  sscc: fc
    .record({ extensionDigit: fc.nat(9), companyPrefix: digits(7), serial: fc.nat(999_999_999) })
    .map(buildSscc),
  tracking: fc
    .record({ service: fc.constant('RR'), serial: fc.nat(99_999_999), country: fc.constant('MY') })
    .map(buildS10),
  weightGrams: fc.nat(60_000),
  parcelNumber: fc.constant(1),
  parcelCount: fc.integer({ min: 1, max: 99 }),
  orderReference: text,
  printNonce: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
  consignee: address,
  sender: address,
});

const words = fc.stringMatching(/^[A-Z0-9]{1,3}(-[A-Z0-9]{1,2}){0,4}$/);
const labels: Record<string, fc.Arbitrary<LabelDocument>> = {
  'carrier label': carrierData.map(carrierLabel),
  'location label': fc
    .record({ location: words, zone: text, arrow: fc.constant('up' as const) })
    .map(locationLabel),
  'plate label': fc
    .record({ kind: fc.constant('container' as const), plate: digits(6).map((n) => `T-${n}`), note: text })
    .map(plateLabel),
  'item label': fc.record({ name: text, sku: text, gtin: digits(12).map(withGtinCheckDigit) }).map(itemLabel),
  'item label with a lot': fc
    .record({
      name: text,
      sku: text,
      gtin: fc.constant('9506000134352'),
      lot: fc.stringMatching(/^[!-"%-?A-Z_a-z]{1,20}$/),
    })
    .map(itemLabel),
  'badge label': fc.record({ name: text, role: text, badge: words.map((w) => `B-${w}`) }).map(badgeLabel),
  'command label': fc.record({ command: fc.constantFrom(...COMMANDS), title: text }).map(commandLabel),
};

describe('no value changes the commands of a label', () => {
  it.each(Object.keys(labels))('of a %s', (name) => {
    const arbitrary = labels[name]!;
    const [reference] = fc.sample(arbitrary, { numRuns: 1, seed: 1 });
    fc.assert(
      fc.property(arbitrary, dpis, (label, dpi) => {
        expect(commandsOf(label, dpi)).toEqual(commandsOf(reference!, dpi));
      }),
      { numRuns: 300 },
    );
  });

  it('nor does the font for all languages', () => {
    const options = { dpi: 203, unicodeFont: 'E:SIMSUN.TTF' } as const;
    const badge = (name: string) => renderZpl(badgeLabel({ name, role: 'x', badge: 'B-1' }), options);
    const strip = (zpl: string) => tokens(zpl).filter((token) => !token.startsWith('^FD'));
    expect(strip(badge('^XZ 陈美玲'))).toEqual(strip(badge('a')));
    expect(badge('a')).toContain('^A@N,56,56,E:SIMSUN.TTF');
  });
});

describe('a value that can not go into its barcode', () => {
  const right = fc.sample(carrierData, { numRuns: 1, seed: 3 })[0]!;

  it.each([
    ['an SSCC with a wrong check digit', { sscc: '106141412345678907' }],
    ['a tracking number with a caret', { tracking: 'RR^XZ\u0000' }],
    ['an empty tracking number', { tracking: '' }],
    ['a tracking number wider than the label', { tracking: 'X'.repeat(40) }],
    ['a nonce with a caret', { printNonce: 'AB^XZ' }],
    ['parcel 3 of 2', { parcelNumber: 3, parcelCount: 2 }],
    ['half a gram', { weightGrams: 0.5 }],
  ])('is refused: %s', (_, wrong) => {
    const render = () => renderZpl(carrierLabel({ ...right, ...wrong }), { dpi: 203 });
    expect(render).toThrow(
      expect.objectContaining({ name: expect.stringMatching(/^(Label|Barcode)Error$/) }),
    );
  });

  it('is refused for the other labels too', () => {
    expect(() => locationLabel({ location: 'A^XZ', zone: '' })).toThrow(BarcodeError);
    expect(() => renderZpl(locationLabel({ location: 'A'.repeat(32), zone: '' }), { dpi: 203 })).toThrow(
      LabelError,
    );
    expect(() => plateLabel({ kind: 'cart', plate: 'T-000123' })).toThrow(BarcodeError);
    expect(() => itemLabel({ name: 'x', sku: 'a^b' })).toThrow(BarcodeError);
    expect(() => itemLabel({ name: 'x', sku: 'a', gtin: '9506000134353' })).toThrow(BarcodeError);
    expect(() => badgeLabel({ name: 'x', role: 'x', badge: '4711' })).toThrow(BarcodeError);
  });
});

describe('the options of a print', () => {
  const label = badgeLabel({ name: 'x', role: 'x', badge: 'B-1' });

  it.each([
    [{ dpi: 600 as Dpi }],
    [{ dpi: 203 as Dpi, jobId: 'x^XZ' }],
    [{ dpi: 203 as Dpi, jobId: '' }],
    [{ dpi: 203 as Dpi, unicodeFont: 'E:X.TTF^XZ' }],
    [{ dpi: 203 as Dpi, copies: 0 }],
    [{ dpi: 203 as Dpi, copies: 1.5 }],
  ])('%j are refused', (options) => {
    expect(() => renderZpl(label, options)).toThrow(LabelError);
  });

  it('carry the job id in a comment', () => {
    expect(renderZpl(label, { dpi: 203, jobId: '0199-ab:7' })).toContain('^FX0199-ab:7^FS');
  });
});
