import fc from 'fast-check';
import { buildSscc, withGtinCheckDigit } from '#lib/barcodes';
import { type LabelDocument, LabelError } from './label.js';
import { carrierLabel } from './templates/carrier-label.js';
import { badgeLabel, itemLabel, locationLabel, plateLabel } from './templates/house-labels.js';
import { renderTspl } from './tspl.js';
import { tsplString } from './tspl-field.js';
import type { Dpi } from './zpl.js';

/**
 * Splits a document as a TSPL printer does: a line is a command; a quote opens a string, which ends at the next quote that is not
 * written as `\["]`. What strings hold and how wide bars are is left out.
 */
function commandsOf(tspl: string): string[] {
  expect(tspl).toMatch(/^(?:[^\p{Cc}]*\r\n)+$/u);
  expect(tspl).not.toContain('~!');
  return tspl
    .trimEnd()
    .split('\r\n')
    .map((line) => {
      const bare = line.replaceAll('\\["]', '').replace(/"[^"]*"/g, '""');
      expect(bare.replaceAll('""', '')).not.toContain('"');
      expect(line.replaceAll('\\["]', '')).not.toContain('\\[');
      return bare.replace(/^(BARCODE \d+,\d+,"",\d+,0,0),\d+,\d+,/, '$1,');
    });
}

const NASTY = [
  '"\r\nPRINT 1,99\r\n',
  '\\["],"',
  '\\[R]',
  '~!@',
  '\u001b!R',
  'KILL "*"',
  '"',
  '\\',
  '\\[',
  '陈美玲',
  "'; DROP TABLE parcels;--",
];
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary' }),
);
const address = fc.record({
  name: text,
  lines: fc.array(text, { maxLength: 4 }),
  postcode: text,
  city: text,
  country: text,
});
const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

const labels: Record<string, fc.Arbitrary<LabelDocument>> = {
  'carrier label': fc
    .record({
      carrier: text,
      service: text,
      sortCode: text,
      sscc: fc
        .record({ extensionDigit: fc.nat(9), companyPrefix: digits(7), serial: fc.nat(999_999_999) })
        .map(buildSscc),
      tracking: fc.stringMatching(/^[A-Z0-9]{6,16}$/),
      weightGrams: fc.nat(60_000),
      parcelNumber: fc.constant(1),
      parcelCount: fc.integer({ min: 1, max: 99 }),
      orderReference: text,
      printNonce: fc.stringMatching(/^[A-Z0-9]{4,20}$/),
      consignee: address,
      sender: address,
    })
    .map(carrierLabel),
  'location label': fc
    .record({ location: fc.constant('A-03-12-2'), zone: text, arrow: fc.constant('up' as const) })
    .map(locationLabel),
  'plate label': fc
    .record({ kind: fc.constant('container' as const), plate: digits(6).map((n) => `T-${n}`), note: text })
    .map(plateLabel),
  'item label': fc.record({ name: text, sku: text, gtin: digits(12).map(withGtinCheckDigit) }).map(itemLabel),
  'badge label': fc.record({ name: text, role: text, badge: fc.constant('B-4711') }).map(badgeLabel),
};

describe('no value changes the commands of a label in TSPL', () => {
  it.each(Object.keys(labels))('of a %s', (name) => {
    const arbitrary = labels[name]!;
    const [reference] = fc.sample(arbitrary, { numRuns: 1, seed: 1 });
    fc.assert(
      fc.property(arbitrary, fc.constantFrom<Dpi>(203, 300), (label, dpi) => {
        expect(commandsOf(renderTspl(label, { dpi }))).toEqual(commandsOf(renderTspl(reference!, { dpi })));
      }),
      { numRuns: 150 },
    );
  });
});

describe('a string', () => {
  it.each([
    ['plain', '"plain"'],
    ['say "hi"', '"say \\["]hi\\["]"'],
    ['\\["]', '"\\ [\\["]]"'],
    ['~!@', '"~ !@"'],
  ])('%j is written as %s', (value, written) => {
    expect(tsplString(value)).toBe(written);
  });

  it('holds no control characters', () => {
    expect(() => tsplString('a\r\nPRINT 1')).toThrow(LabelError);
  });
});

describe('a document', () => {
  const badge = badgeLabel({ name: 'Contoh', role: 'Picker', badge: 'B-4711' });

  it('says its size, clears, draws and prints once', () => {
    const lines = renderTspl(badge, { dpi: 203, copies: 2 }).trimEnd().split('\r\n');
    expect(lines.slice(0, 6)).toEqual([
      `SIZE ${badge.widthMm} mm,${badge.heightMm} mm`,
      'GAP 3 mm,0 mm',
      'DIRECTION 1',
      'REFERENCE 0,0',
      'CODEPAGE UTF-8',
      'CLS',
    ]);
    expect(lines.filter((line) => line === 'CLS' || line.startsWith('PRINT'))).toEqual(['CLS', 'PRINT 1,2']);
    expect(lines.at(-1)).toBe('PRINT 1,2');
  });

  it('takes a font for all languages', () => {
    expect(renderTspl(badge, { dpi: 203, unicodeFont: 'SIMSUN.TTF' })).toContain('"SIMSUN.TTF"');
    expect(() => renderTspl(badge, { dpi: 203, unicodeFont: 'X"' })).toThrow(LabelError);
    expect(() => renderTspl(badge, { dpi: 203, gapMm: -1 })).toThrow(LabelError);
  });
});
