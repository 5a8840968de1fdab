import bwipjs from 'bwip-js';
import fc from 'fast-check';
import { readPicture } from '#lib/label-proof';
import { CHARSET_82, gmnCheckPair, mod10CheckDigit } from './check-digits.js';
import {
  type AiComponent,
  type ApplicationIdentifier,
  applicationIdentifier,
  applicationIdentifiers,
} from './gs1/ai-dictionary.js';
import { associationFaults } from './gs1/associations.js';
import { COUNTRY_LETTERS, COUNTRY_NUMBERS, CURRENCY_NUMBERS, PACKAGE_TYPES } from './gs1/code-lists.js';
import { buildDigitalLink, parseDigitalLink } from './gs1/digital-link.js';
import { buildElementString, type Gs1Pair, parseElementString } from './gs1/element-string.js';
import { valueFault } from './gs1/element-value.js';
import { hriText } from './gs1/meaning.js';
import type { ValueCheckName } from './gs1/value-checks.js';
import { parseScan } from './parse-scan.js';

/** bwip-js writes brackets itself, so they can't stand in a value that is handed to it. */
const LETTERS: Record<AiComponent['set'], string> = {
  N: '0123456789',
  X: CHARSET_82.replace(/[()]/g, ''),
  Y: '#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  Z: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
};

const pad = (length: number) => (n: number) => String(n).padStart(length, '0');
const day = fc
  .record({ y: fc.nat(99), m: fc.integer({ min: 1, max: 12 }), d: fc.integer({ min: 1, max: 28 }) })
  .map(({ y, m, d }) => pad(2)(y) + pad(2)(m) + pad(2)(d));
const upTo = (max: number) => fc.nat(max).map(pad(2));

/** Components whose right values random characters would hardly hit. */
const SPECIAL: Partial<Record<ValueCheckName, fc.Arbitrary<string>>> = {
  yymmd0: fc.oneof(
    day,
    day.map((date) => `${date.slice(0, 4)}00`),
  ),
  yymmdd: day,
  yyyymmdd: day.map((date) => `19${date}`),
  hhmm: fc.tuple(upTo(23), upTo(59)).map((parts) => parts.join('')),
  hour: upTo(23),
  sixty: upTo(59),
  country: fc.constantFrom(...COUNTRY_NUMBERS),
  country999: fc.constantFrom(...COUNTRY_NUMBERS),
  country2: fc.constantFrom(...COUNTRY_LETTERS),
  currency: fc.constantFrom(...CURRENCY_NUMBERS),
  package: fc.constantFrom(...PACKAGE_TYPES),
  media: fc.constantFrom('01', '10', '80', '99'),
  iban: fc.constant('GB82WEST12345698765432'),
  piece: fc.constantFrom('0102', '0303', '0199'),
  sequence: fc.constantFrom('1/1', '2/3'),
  coupon: fc.constant('106141416543213150110120'),
  offer: fc.constant('001234561234560123456'),
  percent: fc.constantFrom('Jalan%20Satu', 'A+B', 'x'),
  sex: fc.constantFrom('0', '1', '2', '9'),
  yesno: fc.constantFrom('0', '1'),
  winding: fc.constantFrom('0', '1', '9'),
  importer: fc.constantFrom('A', '-', '_', '7'),
  zero: fc.constant('0'),
  hyphen: fc.constant('-'),
};

function componentValue(part: AiComponent): fc.Arbitrary<string> {
  const special = part.checkNames.map((name) => SPECIAL[name]).find((arbitrary) => arbitrary);
  if (special) return special;
  const unit = fc.constantFrom(...LETTERS[part.set]);
  const digit = fc.constantFrom(...LETTERS.N);
  const has = (name: ValueCheckName) => part.checkNames.includes(name);
  const plain = fc.string({ unit, minLength: part.min, maxLength: part.max });
  if (has('csum')) return plain.map((text) => text.slice(0, -1) + mod10CheckDigit(text.slice(0, -1)));
  if (has('pair')) {
    const body = fc.string({ unit, minLength: 1, maxLength: 17 });
    return fc
      .tuple(fc.string({ unit: digit, minLength: 4, maxLength: 4 }), body)
      .map(([prefix, rest]) => `${prefix}a${rest}`)
      .map((model) => model + gmnCheckPair(model));
  }
  if (has('prefix1')) {
    const rest = fc.string({ unit, maxLength: part.max - 4 });
    return fc.tuple(fc.string({ unit: digit, minLength: 4, maxLength: 4 }), rest).map((p) => p.join(''));
  }
  if (has('nonzero') || has('nozeros')) return plain.map((text) => `1${text.slice(1)}`);
  if (has('latitude') || has('longitude')) return plain.map((text) => `0${text.slice(1)}`);
  return plain;
}

function validValue(entry: ApplicationIdentifier): fc.Arbitrary<string> {
  const required = entry.components.filter((part) => !part.optional);
  return fc
    .nat(entry.components.length - required.length)
    .chain((extra) => fc.tuple(...entry.components.slice(0, required.length + extra).map(componentValue)))
    .map((parts) => parts.join(''));
}

const validPair: fc.Arbitrary<Gs1Pair> = fc
  .constantFrom(...applicationIdentifiers())
  .chain((entry) => validValue(entry).map((value) => ({ ai: entry.ai, value })));

/** Mostly right values, some with a character replaced, dropped or added. */
const nearlyPair: fc.Arbitrary<Gs1Pair> = fc
  .tuple(
    validPair,
    fc.nat(60),
    fc.constantFrom(...LETTERS.X, '#', '~'),
    fc.constantFrom('keep', 'set', 'cut', 'add'),
  )
  .map(([{ ai, value }, at, letter, way]) => {
    const from = at % value.length;
    if (way === 'set') return { ai, value: value.slice(0, from) + letter + value.slice(from + 1) };
    if (way === 'cut') return { ai, value: value.slice(0, from) + value.slice(from + 1) };
    if (way === 'add') return { ai, value: value.slice(0, from) + letter + value.slice(from) };
    return { ai, value };
  })
  .filter(({ value }) => value.length > 0 && !/[()]/.test(value));

/** What the encoder of BWIPP, which carries the GS1 Syntax Dictionary, says about a text; null: fine. */
function encoderFault(bcid: string, text: string): string | null {
  try {
    bwipjs.raw({ bcid, text });
    return null;
  } catch (error) {
    return String(error);
  }
}

function bwippFault(pairs: readonly Gs1Pair[]): string | null {
  return encoderFault('gs1datamatrix', hriText(pairs));
}

function ourFault(pairs: readonly Gs1Pair[]): string | null {
  for (const { ai, value } of pairs) {
    const fault = valueFault(applicationIdentifier(ai)!, value, 0);
    if (fault) return fault.message;
  }
  const outcome = parseElementString(buildElementString(pairs));
  if (!outcome.ok) return outcome.fault.message;
  return associationFaults(outcome.elements)[0]?.message ?? null;
}

describe('the GS1 rules agree with BWIPP', () => {
  it('about one element of every identifier', () => {
    for (const entry of applicationIdentifiers()) {
      for (const value of fc.sample(validValue(entry), { numRuns: 2, seed: 11 })) {
        const pair = { ai: entry.ai, value };
        expect([pair, valueFault(entry, value, 0)]).toEqual([pair, null]);
        const theirs = bwippFault([pair]);
        if (theirs !== null)
          expect([pair, theirs]).toEqual([pair, expect.stringMatching(/Required|required|requisite/)]);
      }
    }
  });

  it('about elements that are right, nearly right, or do not go together', () => {
    const pairs = fc.oneof(
      fc.array(nearlyPair, { minLength: 1, maxLength: 3 }),
      fc.array(nearlyPair, { maxLength: 2 }).map((list) => [{ ai: '01', value: '09506000134352' }, ...list]),
      fc
        .array(nearlyPair, { maxLength: 2 })
        .map((list) => [{ ai: '00', value: '106141412345678908' }, ...list]),
    );
    fc.assert(
      fc.property(pairs, (list) => {
        const [ours, theirs] = [ourFault(list), bwippFault(list)];
        if ((ours === null) !== (theirs === null))
          throw new Error(`${hriText(list)}: ours ${ours}, BWIPP ${theirs}`);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('Digital Link URIs agree with BWIPP', () => {
  const segment = fc.oneof(
    nearlyPair.map(({ ai, value }) => [ai, encodeURIComponent(value)] as const),
    fc.constantFrom(
      ['01', '9506000134352'] as const,
      ['10', 'LOT1'] as const,
      ['21', 'A%2FB'] as const,
      ['22', 'V2'] as const,
      ['235', 'T'] as const,
      ['17', '260100'] as const,
      ['3103', '000500'] as const,
    ),
  );
  const key = fc.constantFrom(
    '01/09506000134352',
    '00/106141412345678908',
    '414/9506000134352',
    '8006/095060001343520102',
  );
  const uris = fc
    .tuple(key, fc.array(segment, { maxLength: 3 }), fc.array(segment, { maxLength: 3 }))
    .map(([primary, path, query]) => {
      const inPath = path.map(([ai, value]) => `/${ai}/${value}`).join('');
      const parameters = ['lang=en', ...query.map(([ai, value]) => `${ai}=${value}`)].join('&');
      return `https://example.com/shop/${primary}${inPath}?${parameters}`;
    });

  it('whatever stands in path and query', () => {
    fc.assert(
      fc.property(uris, (uri) => {
        const outcome = parseDigitalLink(uri);
        const ours = outcome.ok
          ? (associationFaults(outcome.link.elements)[0]?.message ?? null)
          : outcome.fault.message;
        const theirs = encoderFault('gs1dldatamatrix', uri);
        if ((ours === null) !== (theirs === null)) throw new Error(`${uri}: ours ${ours}, BWIPP ${theirs}`);
      }),
      { numRuns: 1500 },
    );
  });

  it('and come back as they were built', () => {
    const extras = fc
      .uniqueArray(validPair, { selector: ({ ai }) => ai, maxLength: 4 })
      .map((pairs) =>
        pairs.filter(({ ai }) => applicationIdentifier(ai)!.linkAttribute && !['01', '10'].includes(ai)),
      );
    fc.assert(
      fc.property(extras, (pairs) => {
        const given = [{ ai: '01', value: '09506000134352' }, { ai: '10', value: 'A/B?c' }, ...pairs];
        const outcome = parseDigitalLink(buildDigitalLink(given));
        if (!outcome.ok) throw new Error(outcome.fault.message);
        expect(outcome.link.elements.map(({ ai, value }) => ({ ai, value }))).toEqual(given);
      }),
    );
  });
});

describe('element strings', () => {
  it('come back as they were built', () => {
    const distinct = fc.uniqueArray(validPair, { selector: ({ ai }) => ai, minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(distinct, (pairs) => {
        const outcome = parseElementString(buildElementString(pairs));
        if (!outcome.ok) throw new Error(outcome.fault.message);
        expect(outcome.elements.map(({ ai, value }) => ({ ai, value }))).toEqual(pairs);
      }),
      { numRuns: 1000 },
    );
  });
});

const GTIN = '(01)09506000134352';
const LOT = `${GTIN}(10)AB1(17)260100`;

describe('what bwip-js prints and zxing reads is what parseScan says', () => {
  it.each([
    ['gs1-128', '(00)106141412345678908', { kind: 'gs1', symbology: 'gs1-128' }],
    ['gs1-128', LOT, { kind: 'gs1', symbology: 'gs1-128' }],
    ['gs1datamatrix', LOT, { kind: 'gs1', symbology: 'gs1-data-matrix' }],
    ['gs1datamatrix', '(00)106141412345678908(97)K7Q2M9XA', { kind: 'gs1', symbology: 'gs1-data-matrix' }],
    ['gs1qrcode', LOT, { kind: 'gs1', symbology: 'gs1-qr' }],
    ['databaromni', GTIN, { kind: 'gs1', symbology: 'gs1-databar' }],
    ['databarlimited', '(01)09506000134352', { kind: 'gs1', symbology: 'gs1-databar' }],
    ['databarexpanded', LOT, { kind: 'gs1', symbology: 'gs1-databar' }],
  ])('%s %s', async (bcid, text, expected) => {
    const scan = parseScan(await printedAndRead(bcid, text));
    expect(scan).toMatchObject(expected);
    if (scan.kind === 'gs1') expect(hriText(scan.elements)).toBe(text);
  });

  it.each([
    ['ean13', '9506000134352', { kind: 'gtin', gtin: '09506000134352' }],
    ['upca', '012345678905', { kind: 'gtin', gtin: '00012345678905' }],
    ['upce', '01234565', { kind: 'gtin', gtin: '00012345000065' }],
    ['ean8', '95200002', { kind: 'gtin', gtin: '00000095200002' }],
    ['itf14', '15400141288763', { kind: 'gtin', gtin: '15400141288763' }],
    ['interleaved2of5', '123456', { kind: 'plain', symbology: 'itf', data: '123456' }],
    ['code39', 'L-A-03-12-2', { kind: 'plain', symbology: 'code-39', data: 'L-A-03-12-2' }],
    ['code93', 'T-000123', { kind: 'plain', symbology: 'code-93', data: 'T-000123' }],
    ['code128', 'RR473124829GB', { kind: 'plain', symbology: 'code-128', data: 'RR473124829GB' }],
    ['rationalizedCodabar', 'A12345B', { kind: 'plain', symbology: 'codabar', data: 'A12345B' }],
    ['qrcode', 'https://id.gs1.org/01/09506000134352', { kind: 'digital-link', symbology: 'qr' }],
    ['qrcode', 'T-000123', { kind: 'plain', symbology: 'qr', data: 'T-000123' }],
    ['datamatrix', 'C-0007', { kind: 'plain', symbology: 'data-matrix', data: 'C-0007' }],
    ['azteccode', 'hello', { kind: 'plain', symbology: 'aztec', data: 'hello' }],
    ['pdf417', 'hello', { kind: 'plain', symbology: 'pdf417', data: 'hello' }],
    ['maxicode', 'hello', { kind: 'plain', symbology: 'maxicode', data: 'hello' }],
  ])('%s %s', async (bcid, text, expected) => {
    expect(parseScan(await printedAndRead(bcid, text))).toMatchObject(expected);
  });

  it('for GS1 Data Matrix with any elements', async () => {
    const fitting = fc
      .uniqueArray(validPair, { selector: ({ ai }) => ai, minLength: 1, maxLength: 3 })
      .filter((pairs) => bwippFault(pairs) === null);
    for (const pairs of fc.sample(fitting, { numRuns: 25, seed: 5 })) {
      const scan = parseScan(await printedAndRead('gs1datamatrix', hriText(pairs)));
      if (scan.kind !== 'gs1') throw new Error(`${hriText(pairs)} came back as ${JSON.stringify(scan)}`);
      expect(scan.elements.map(({ ai, value }) => ({ ai, value }))).toEqual(pairs);
    }
  });
});

const MATRIX = /matrix|qr|aztec|maxi/;

async function printedAndRead(bcid: string, text: string): Promise<string> {
  const height = MATRIX.test(bcid) ? {} : { height: 15 };
  const png = await bwipjs.toBuffer({
    bcid,
    text,
    scale: 4,
    ...height,
    ...(bcid === 'code93' ? { includecheck: true } : {}),
    paddingwidth: 12,
    paddingheight: 12,
    backgroundcolor: 'FFFFFF',
  });
  const symbols = await readPicture(Uint8Array.from(png));
  if (symbols.length !== 1) throw new Error(`${bcid} ${text} was read as ${symbols.length} symbols`);
  return symbols[0]!.scan;
}
