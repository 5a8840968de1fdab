import { BarcodeError } from '../fault.js';
import { associationFaults } from './associations.js';
import { buildDigitalLink, parseDigitalLink } from './digital-link.js';
import { buildElementString, GS, parseElementString } from './element-string.js';
import { hriText, readGs1Date, readGs1Decimal } from './meaning.js';

const elementsOf = (text: string) => {
  const outcome = parseElementString(text);
  if (!outcome.ok) throw new Error(outcome.fault.message);
  return outcome.elements;
};

describe('an element string', () => {
  it('is built with separators only where they are needed', () => {
    const pairs = [
      { ai: '01', value: '09506000134352' },
      { ai: '10', value: 'AB1' },
      { ai: '17', value: '260100' },
      { ai: '21', value: 'X' },
    ];
    expect(buildElementString(pairs)).toBe(`010950600013435210AB1${GS}1726010021X`);
    expect(hriText(pairs)).toBe('(01)09506000134352(10)AB1(17)260100(21)X');
  });

  it.each([
    [[{ ai: '01', value: '09506000134353' }], 'barcodes.check-digit', 13],
    [[{ ai: '05', value: '1' }], 'barcodes.ai-unknown', 0],
    [[{ ai: '10', value: '' }], 'barcodes.too-short', 0],
    [[{ ai: '10', value: `A${GS}B` }], 'barcodes.character-set', 1],
    [[], 'barcodes.empty', 0],
  ])('of %j is refused with %s at %i', (pairs, code, offset) => {
    expect(() => buildElementString(pairs)).toThrow(BarcodeError);
    expect(() => buildElementString(pairs)).toThrow(expect.objectContaining({ code, offset }));
  });

  it.each([
    ['8110106141416543213500110000310123196000', true],
    ['8110106141416543213500110000310123196', false],
    ['8112017777777123456012345678', false],
  ])('%s with a coupon is readable: %s', (text, ok) => {
    expect(parseElementString(text).ok).toBe(ok);
  });
});

describe('associations', () => {
  it.each([
    ['010950600013435210AB', []],
    ['10AB', ['barcodes.ai-missing']],
    [`02095060001343523712${GS}00106141412345678908`, []],
    ['0209506000134352', ['barcodes.ai-missing']],
    ['010950600013435231030010003102000100', ['barcodes.ai-excluded', 'barcodes.ai-excluded']],
    ['0109506000134352700412', ['barcodes.ai-missing']],
    [`0109506000134352700412${GS}10L`, []],
    [`01095060001343523920199${GS}3103000500`, []],
    ['01095060001343523920199', ['barcodes.ai-missing']],
  ])('%j has the faults %j', (text, codes) => {
    expect(associationFaults(elementsOf(text)).map(({ code }) => code)).toEqual(codes);
  });

  it('names what is missing', () => {
    const [fault] = associationFaults(elementsOf(`0109506000134352250X`));
    expect(fault?.message).toBe('(250) SECONDARY SERIAL needs (21) in the same code.');
    expect(fault?.offset).toBe(16);
  });
});

describe('what a value means', () => {
  it.each([
    ['260228', 2026, '2026-02-28', true],
    ['260200', 2026, '2026-02-28', false],
    ['280200', 2026, '2028-02-29', false],
    ['770101', 2026, '1977-01-01', true],
    ['760101', 2026, '2076-01-01', true],
    ['000101', 2060, '2100-01-01', true],
    ['100101', 2060, '2110-01-01', true],
    ['110101', 2060, '2011-01-01', true],
  ])('the date %s, read in %i, is %s', (yymmdd, year, iso, dayGiven) => {
    expect(readGs1Date(yymmdd, year)).toEqual({ iso, dayGiven });
  });

  it('refuses what is no date', () => {
    expect(() => readGs1Date('261301', 2026)).toThrow(BarcodeError);
    expect(() => readGs1Date('26010', 2026)).toThrow(BarcodeError);
    expect(() => readGs1Date('26-101', 2026)).toThrow(BarcodeError);
  });

  it.each([
    [
      { ai: '3103', value: '012345' },
      { text: '12.345', decimals: 3, currency: null },
    ],
    [
      { ai: '3100', value: '000012' },
      { text: '12', decimals: 0, currency: null },
    ],
    [
      { ai: '3105', value: '000012' },
      { text: '0.00012', decimals: 5, currency: null },
    ],
    [
      { ai: '3912', value: '4581999' },
      { text: '19.99', decimals: 2, currency: '458' },
    ],
    [
      { ai: '3929', value: '5' },
      { text: '0.000000005', decimals: 9, currency: null },
    ],
  ])('%j is the number %j', (pair, expected) => {
    expect(readGs1Decimal(pair)).toMatchObject(expected);
  });

  it('has no number for other identifiers', () => {
    expect(readGs1Decimal({ ai: '10', value: '12' })).toBeNull();
    expect(readGs1Decimal({ ai: '37', value: '12' })).toBeNull();
  });
});

describe('a Digital Link', () => {
  it('puts key and qualifiers in the path, the rest in the query', () => {
    const pairs = [
      { ai: '17', value: '260100' },
      { ai: '21', value: 'A/B' },
      { ai: '01', value: '09506000134352' },
      { ai: '10', value: 'L%1' },
    ];
    const uri = buildDigitalLink(pairs, 'https://example.com/p');
    expect(uri).toBe('https://example.com/p/01/09506000134352/10/L%251/21/A%2FB?17=260100');
    expect(parseDigitalLink(uri)).toMatchObject({
      ok: true,
      link: { resolver: 'https://example.com/p', elements: [pairs[2], pairs[3], pairs[1], pairs[0]] },
    });
  });

  it('pads a short GTIN, ignores foreign parameters and the fragment', () => {
    const outcome = parseDigitalLink('HTTPS://example.com/01/95200002?lang=en;linkType=all#top');
    expect(outcome).toMatchObject({ ok: true, link: { elements: [{ ai: '01', value: '00000095200002' }] } });
  });

  it.each([
    ['ftp://example.com/01/09506000134352', 'barcodes.link', 0],
    ['https://example.com/about', 'barcodes.link', 19],
    ['https://example.com/01/09506000134353', 'barcodes.check-digit', 36],
    ['https://example.com/01/09506000134352/21/A/10/B', 'barcodes.link', 38],
    ['https://example.com/01/09506000134352/17/260100', 'barcodes.link', 38],
    ['https://example.com/01/09506000134352?21=AB', 'barcodes.link', 38],
    ['https://example.com/01/09506000134352?10=AB', 'barcodes.link', 38],
    ['https://example.com/01/09506000134352/21/A?10=AB', 'barcodes.link', 43],
    ['https://example.com/01/09506000134352?05=AB', 'barcodes.ai-unknown', 38],
    ['https://example.com/01/09506000134352?17=261301', 'barcodes.date', 43],
    ['https://example.com/01/09506000134352?17=260101&17=260102', 'barcodes.ai-repeated', 48],
    ['https://example.com/01/09506000134352/10/%zz', 'barcodes.link', 41],
  ])('%s is refused with %s at %i', (uri, code, offset) => {
    const outcome = parseDigitalLink(uri);
    expect(outcome).toMatchObject({ ok: false, fault: { code, offset } });
  });

  it.each([
    [[{ ai: '10', value: 'A' }]],
    [
      [
        { ai: '00', value: '106141412345678908' },
        { ai: '21', value: 'X' },
      ],
    ],
    [[{ ai: '01', value: '09506000134353' }]],
  ])('is not built from %j', (pairs) => {
    expect(() => buildDigitalLink(pairs)).toThrow(BarcodeError);
  });
});
