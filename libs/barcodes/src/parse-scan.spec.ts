import fc from 'fast-check';
import { GS } from './gs1/element-string.js';
import { identifyScan } from './identify-scan.js';
import { parseScan } from './parse-scan.js';
import { isSscc } from './sscc.js';

const summary = (raw: string, options = {}) => {
  const scan = parseScan(raw, options);
  if (scan.kind === 'refused') return { kind: scan.kind, code: scan.fault.code, offset: scan.fault.offset };
  if (scan.kind === 'gtin') return { kind: scan.kind, symbology: scan.symbology, gtin: scan.gtin };
  if (scan.kind === 'plain') return { kind: scan.kind, symbology: scan.symbology, data: scan.data };
  return {
    kind: scan.kind,
    symbology: scan.symbology,
    hri: scan.elements.map((e) => `(${e.ai})${e.value}`).join(''),
  };
};

describe('parseScan reads what the AIM identifier promises', () => {
  it.each([
    [']C100106141412345678908', { kind: 'gs1', symbology: 'gs1-128', hri: '(00)106141412345678908' }],
    [
      `]d2010950600013435210AB1${GS}17260100`,
      { kind: 'gs1', symbology: 'gs1-data-matrix', hri: '(01)09506000134352(10)AB1(17)260100' },
    ],
    [']Q30109506000134352', { kind: 'gs1', symbology: 'gs1-qr', hri: '(01)09506000134352' }],
    [']e00109506000134352', { kind: 'gs1', symbology: 'gs1-databar', hri: '(01)09506000134352' }],
    [']J10109506000134352', { kind: 'gs1', symbology: 'gs1-dotcode', hri: '(01)09506000134352' }],
    [
      ']Q1https://id.gs1.org/01/09506000134352/10/A%2FB?17=260100',
      { kind: 'digital-link', symbology: 'qr', hri: '(01)09506000134352(10)A/B(17)260100' },
    ],
    [']E09506000134352', { kind: 'gtin', symbology: 'ean-upc', gtin: '09506000134352' }],
    [']E0012345678905', { kind: 'gtin', symbology: 'ean-upc', gtin: '00012345678905' }],
    [']E001234565', { kind: 'gtin', symbology: 'ean-upc', gtin: '00012345000065' }],
    [']E495200002', { kind: 'gtin', symbology: 'ean-8', gtin: '00000095200002' }],
    [']E3978014300723412345', { kind: 'gtin', symbology: 'ean-upc-add-on', gtin: '09780143007234' }],
    [']E3977147396801207', { kind: 'gtin', symbology: 'ean-upc-add-on', gtin: '09771473968012' }],
    [']E301234567890554321', { kind: 'gtin', symbology: 'ean-upc-add-on', gtin: '00012345678905' }],
    [']E301234567890521', { kind: 'gtin', symbology: 'ean-upc-add-on', gtin: '00012345678905' }],
    [']E112', { kind: 'plain', symbology: 'ean-upc-add-on', data: '12' }],
    [']I115400141288763', { kind: 'gtin', symbology: 'itf', gtin: '15400141288763' }],
    [']I11234', { kind: 'plain', symbology: 'itf', data: '1234' }],
    [']I0123456', { kind: 'plain', symbology: 'itf', data: '123456' }],
    [']A0L-A-03-12-2', { kind: 'plain', symbology: 'code-39', data: 'L-A-03-12-2' }],
    [']C000106141412345678908', { kind: 'plain', symbology: 'code-128', data: '00106141412345678908' }],
    [']d10109506000134352', { kind: 'plain', symbology: 'data-matrix', data: '0109506000134352' }],
    ['0109506000134352', { kind: 'plain', symbology: 'unnamed', data: '0109506000134352' }],
    ['https://example.com/01/', { kind: 'plain', symbology: 'unnamed', data: 'https://example.com/01/' }],
    ['陈美玲', { kind: 'plain', symbology: 'unnamed', data: '陈美玲' }],
  ])('%j', (raw, expected) => {
    expect(summary(raw)).toEqual(expected);
  });

  it('lets separators pass that say nothing', () => {
    const hri = '(01)09506000134352(10)A';
    expect(summary(`]C1${GS}0109506000134352${GS}10A${GS}`)).toEqual({
      kind: 'gs1',
      symbology: 'gs1-128',
      hri,
    });
  });

  it('maps the substitute of FNC1 in GS1 codes only', () => {
    const options = { fnc1Substitute: '|' };
    expect(summary(']d210A|21B', options)).toMatchObject({ hri: '(10)A(21)B' });
    expect(summary(']C0A|B', options)).toMatchObject({ data: 'A|B' });
  });

  it('takes the AIM identifier from the configuration of a scanner that sends none', () => {
    expect(summary('00106141412345678908', { assumedAim: ']C1' })).toMatchObject({ kind: 'gs1' });
    expect(summary(']C0123', { assumedAim: ']C1' })).toMatchObject({ kind: 'plain' });
  });
});

describe('parseScan of a scanner that sends no AIM identifier', () => {
  const SSCC = '106141412345678908';
  it.each([
    ['the one element of a GS1-128', `00${SSCC}`, `(00)${SSCC}`],
    ['the square of a carrier label', `00${SSCC}97K7Q2M9XA`, `(00)${SSCC}(97)K7Q2M9XA`],
    ['elements that are parted by FNC1', `00${SSCC}10AB1${GS}21X`, `(00)${SSCC}(10)AB1(21)X`],
    ['FNC1 sent as a separator in front', `${GS}00${SSCC}`, `(00)${SSCC}`],
    ['the brackets of print', `(00)${SSCC}(97)K7Q2M9XA`, `(00)${SSCC}(97)K7Q2M9XA`],
  ])('takes %s', (_name, raw, hri) => {
    expect(summary(raw)).toEqual({ kind: 'gs1', symbology: 'unnamed', hri });
    expect(parseScan(raw)).toMatchObject({ aim: null });
  });

  it('reads the substitute of FNC1 as FNC1', () => {
    expect(summary(`00${SSCC}10A|21B`, { fnc1Substitute: '|' })).toMatchObject({
      hri: `(00)${SSCC}(10)A(21)B`,
    });
  });

  it.each([
    ['a wrong check digit', '00106141412345678907'],
    ['a digit too few', `00${SSCC.slice(1)}`],
    ['a digit too many', `00${SSCC}1`],
    ['something behind it that is no element', `00${SSCC}05123`],
    ['an element of a wrong form behind it', `00${SSCC}11261399`],
    ['no identifier in front', `99${SSCC}`],
    ['other digits in front', `1000${SSCC}`],
    ['a trade item number', '0109506000134352'],
    ['a batch in front', `10A${GS}00${SSCC}`],
    ['letters in front', `SN00${SSCC}`],
    ['a blank in front', ` 00${SSCC}`],
    ['brackets around another identifier', `(01)09506000134352`],
    ['brackets that do not end', `(00${SSCC}`],
  ])('leaves plain what has %s', (_name, raw) => {
    expect(summary(raw)).toMatchObject({ kind: 'plain', symbology: 'unnamed' });
  });

  it.each([
    `]C000${SSCC}`,
    `]d100${SSCC}97K7Q2M9XA`,
    `]Q100${SSCC}`,
    `]A000${SSCC}`,
    `]I000${SSCC}`,
    `]L000${SSCC}`,
  ])('never looks into %s, which says that it is no GS1', (raw) => {
    expect(parseScan(raw).kind).not.toBe('gs1');
  });

  it('takes one in about a thousand of plain numbers of 20 digits, and none of another length', () => {
    const digits = (length: number) =>
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
    fc.assert(
      fc.property(fc.oneof(digits(19), digits(21), digits(12)), (raw) => {
        expect(parseScan(raw).kind).toBe('plain');
      }),
    );
    fc.assert(
      fc.property(digits(20), (raw) => {
        const isTaken = raw.startsWith('00') && isSscc(raw.slice(2));
        expect(parseScan(raw).kind).toBe(isTaken ? 'gs1' : 'plain');
      }),
    );
  });
});

describe('parseScan points at the character that is wrong', () => {
  it.each([
    ['', 'barcodes.empty', 0],
    [']C1', 'barcodes.empty', 3],
    [`]C1${GS}`, 'barcodes.empty', 4],
    [']x1abc', 'barcodes.aim-unknown', 0],
    [']', 'barcodes.aim-unknown', 0],
    ['ab\rcd', 'barcodes.control-character', 2],
    ['abc\u007f', 'barcodes.control-character', 3],
    ['abc\u0085', 'barcodes.control-character', 3],
    ['abc\u202etxt', 'barcodes.invisible-character', 3],
    ['a\ud800b', 'barcodes.not-text', 1],
    ['x'.repeat(513), 'barcodes.too-long', 512],
    ['é'.repeat(257), 'barcodes.too-long', 512],
    [']C10109506000134353', 'barcodes.check-digit', 18],
    [']C101095060001', 'barcodes.too-short', 14],
    [']C10109506000134352xy', 'barcodes.ai-unknown', 19],
    [']C105123', 'barcodes.ai-unknown', 3],
    [`]C110${'A'.repeat(21)}`, 'barcodes.too-long', 25],
    [']C110A B', 'barcodes.character-set', 6],
    [']C111261301', 'barcodes.date', 7],
    [']C117260230', 'barcodes.date', 9],
    [`]C110A${GS}10B`, 'barcodes.ai-repeated', 7],
    [`]C110A${GS}${GS}21B`, 'barcodes.ai-unknown', 7],
    [']E09506000134353', 'barcodes.check-digit', 15],
    [']E095060001343AB', 'barcodes.character-set', 14],
    [']E0123', 'barcodes.value', 3],
    [']E39780143007234', 'barcodes.value', 3],
    [']E3978014300723512345', 'barcodes.check-digit', 15],
    [']E3978014300723412A45', 'barcodes.character-set', 18],
    [']C1800100123000000011', 'barcodes.value', 16],
  ])('%j gives %s at %i', (raw, code, offset) => {
    expect(summary(raw)).toEqual({ kind: 'refused', code, offset });
  });

  it('says it in words', () => {
    const scan = parseScan(']C10109506000134353');
    expect(scan).toMatchObject({
      fault: { message: '(01) GTIN: The check digit of 09506000134353 should be 2, not 3.' },
    });
  });

  it('refuses bytes that are no UTF-8', () => {
    const scan = parseScan(Uint8Array.from([0x41, 0xc3, 0x28]));
    expect(scan).toMatchObject({ kind: 'refused', fault: { code: 'barcodes.not-text', offset: 1 } });
  });
});

describe('hostile input', () => {
  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 600 }),
    fc.string({ unit: 'binary-ascii', maxLength: 80 }),
    fc
      .tuple(fc.constantFrom(']C1', ']d2', ']E0', ']Q1', ']I1', ']'), fc.string({ maxLength: 80 }))
      .map((p) => p.join('')),
    fc
      .tuple(
        fc.constantFrom(']C1', ']d2'),
        fc.string({ unit: fc.constantFrom(...'0123456789AB', GS), maxLength: 80 }),
      )
      .map((parts) => parts.join('')),
  );

  it('never makes the parser throw, and a refusal points into the text', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const scan = parseScan(raw);
        if (scan.kind !== 'refused') return;
        expect(scan.fault.offset).toBeGreaterThanOrEqual(0);
        expect(scan.fault.offset).toBeLessThanOrEqual(Math.max(raw.length, 512));
        expect(scan.fault.message).toMatch(/\.$/);
      }),
      { numRuns: 3000 },
    );
  });

  it('never lets a control character but GS through', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        const scan = parseScan(raw);
        if (scan.kind !== 'refused') expect(scan.data.replaceAll(GS, '')).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads bytes as it reads the text that they spell', () => {
    fc.assert(
      fc.property(anyText, (raw) => {
        fc.pre(!/\p{Cs}/u.test(raw));
        const bytes = new TextEncoder().encode(raw);
        expect(parseScan(bytes)).toEqual(parseScan(raw));
      }),
      { numRuns: 2000 },
    );
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (raw) => {
        parseScan(raw);
        identifyScan(raw, { fnc1Substitute: '|' });
      }),
      { numRuns: 3000 },
    );
  });
});
