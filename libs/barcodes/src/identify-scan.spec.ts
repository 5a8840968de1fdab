import fc from 'fast-check';
import { BarcodeError } from './fault.js';
import { GS } from './gs1/element-string.js';
import { COMMANDS, cartPlate, containerPlate, decodeHouseCode, encodeHouseCode } from './house-codes.js';
import { identifyScan } from './identify-scan.js';

describe('identifyScan', () => {
  it.each([
    [']C100106141412345678908', 'sscc', '106141412345678908'],
    ['106141412345678908', 'sscc', '106141412345678908'],
    [']E09506000134352', 'gtin', '09506000134352'],
    ['9506000134352', 'gtin', '09506000134352'],
    [']E3978014300723412345', 'gtin', '09780143007234'],
    [']Q1https://id.gs1.org/01/9506000134352', 'gtin', '09506000134352'],
    [']Q1https://id.gs1.org/00/106141412345678908', 'sscc', '106141412345678908'],
    [']C0L-A-03-12-2', 'location', 'A-03-12-2'],
    ['L-A-03-12-2', 'location', 'A-03-12-2'],
    ['T-000123', 'container', 'T-000123'],
    ['C-0007', 'cart', 'C-0007'],
    ['S-PACK-01', 'station', 'S-PACK-01'],
    ['B-4711', 'badge', 'B-4711'],
    ['I-TEE.red/XL', 'item', 'TEE.red/XL'],
    ['I-Tea (red) #1', 'item', 'Tea (red) #1'],
    ['I-Tea ', 'unknown', 'I-Tea '],
    ['!confirm', 'command', 'confirm'],
    ['RR473124829GB', 'tracking', 'RR473124829GB'],
    ['RR473124828GB', 'unknown', 'RR473124828GB'],
    ['!drop-table', 'unknown', '!drop-table'],
    ['T-12', 'unknown', 'T-12'],
    ['l-a-03', 'unknown', 'l-a-03'],
    ['', 'unknown', ''],
  ])('%j is a %s: %s', (raw, kind, value) => {
    expect(identifyScan(raw)).toMatchObject({ kind, value });
  });

  it('gives lot, expiry and serial of an item', () => {
    const scan = identifyScan(`]d2010950600013435210AB1${GS}1726010021X7`);
    expect(scan).toMatchObject({
      kind: 'gtin',
      value: '09506000134352',
      lot: 'AB1',
      expiry: '260100',
      serial: 'X7',
    });
  });

  it('gives the nonce that names one paper of a parcel', () => {
    expect(identifyScan(']d20010614141234567890897K7Q2M9XA')).toMatchObject({
      kind: 'sscc',
      printNonce: 'K7Q2M9XA',
    });
    expect(identifyScan(']C100106141412345678908')).toMatchObject({ kind: 'sscc', printNonce: null });
  });

  it('takes an SSCC, and the nonce behind it, from a scanner that sends no AIM identifier', () => {
    expect(identifyScan('00106141412345678908')).toMatchObject({ kind: 'sscc', value: '106141412345678908' });
    expect(identifyScan('0010614141234567890897K7Q2M9XA')).toMatchObject({
      kind: 'sscc',
      value: '106141412345678908',
      printNonce: 'K7Q2M9XA',
    });
  });

  it('never guesses other identifiers, and says what to do about it', () => {
    const scan = identifyScan('0109506000134352');
    expect(scan).toMatchObject({ kind: 'unknown', fault: null });
    expect(scan).toHaveProperty('reason', expect.stringContaining('AIM'));
  });

  it('hands on why a scan could not be read', () => {
    expect(identifyScan('a\nb')).toMatchObject({
      kind: 'unknown',
      fault: { code: 'barcodes.control-character', offset: 1 },
    });
  });

  it('says what a GS1 code names instead', () => {
    expect(identifyScan(']C14109506000134352')).toHaveProperty(
      'reason',
      expect.stringContaining('only (410)'),
    );
  });
});

describe('house codes', () => {
  it('come back as what was printed', () => {
    const words = fc.stringMatching(/^[A-Z0-9]{1,4}(-[A-Z0-9]{1,4}){0,3}$/);
    const things = fc.oneof(
      words.map((value) => ({ kind: 'location', value }) as const),
      words.map((value) => ({ kind: 'station', value: `S-${value}` }) as const),
      words.map((value) => ({ kind: 'badge', value: `B-${value}` }) as const),
      fc.nat(999_999).map((n) => ({ kind: 'container', value: containerPlate(n) }) as const),
      fc.nat(9999).map((n) => ({ kind: 'cart', value: cartPlate(n) }) as const),
      fc.constantFrom(...COMMANDS).map((value) => ({ kind: 'command', value }) as const),
    );
    fc.assert(
      fc.property(things, ({ kind, value }) => {
        const code = encodeHouseCode(kind, value);
        expect(decodeHouseCode(code)).toEqual({ kind, value, code });
        expect(identifyScan(code)).toMatchObject({ kind, value });
      }),
    );
  });

  it('are never printed for what could not be read back', () => {
    expect(() => encodeHouseCode('location', 'a-03')).toThrow(BarcodeError);
    expect(() => encodeHouseCode('container', '000123')).toThrow(BarcodeError);
    expect(() => encodeHouseCode('command', 'sudo')).toThrow(BarcodeError);
    expect(() => containerPlate(-1)).toThrow(BarcodeError);
    expect(() => containerPlate(1.5)).toThrow(BarcodeError);
  });
});
