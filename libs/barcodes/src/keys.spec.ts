import fc from 'fast-check';
import { gmnCheckPair, hasIbanCheck, hasMod10, mod10CheckDigit } from './check-digits.js';
import { BarcodeError } from './fault.js';
import { expandUpcE, gtinFormat, isGtin, normaliseGtin, withGtinCheckDigit } from './gtin.js';
import { buildS10, isS10, parseS10 } from './s10.js';
import { buildSscc, isSscc, requireSscc, splitSscc, ssccSerialCapacity } from './sscc.js';

const digits = (length: number) => fc.stringMatching(new RegExp(`^[0-9]{${length}}$`));

function faultOfCall(call: () => unknown): { code: string; offset: number } {
  try {
    call();
  } catch (error) {
    if (error instanceof BarcodeError) return { code: error.code, offset: error.offset };
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('modulo 10', () => {
  it('finds every single wrong digit', () => {
    fc.assert(
      fc.property(digits(17), fc.nat(17), fc.integer({ min: 1, max: 9 }), (body, at, shift) => {
        const key = body + mod10CheckDigit(body);
        const wrong = key.slice(0, at) + ((Number(key[at]) + shift) % 10) + key.slice(at + 1);
        return hasMod10(key) && !hasMod10(wrong);
      }),
    );
  });
});

describe('SSCC', () => {
  it('is built as in the General Specifications', () => {
    expect(buildSscc({ extensionDigit: 1, companyPrefix: '0614141', serial: 234567890 })).toBe(
      '106141412345678908',
    );
  });

  it('comes apart into what it was built from', () => {
    const parts = fc
      .record({ extensionDigit: fc.nat(9), prefixLength: fc.integer({ min: 4, max: 12 }) })
      .chain(({ extensionDigit, prefixLength }) =>
        fc.record({
          extensionDigit: fc.constant(extensionDigit),
          companyPrefix: digits(prefixLength),
          serial: fc.bigInt({ min: 0n, max: 10n ** BigInt(16 - prefixLength) - 1n }),
        }),
      );
    fc.assert(
      fc.property(parts, (given) => {
        const sscc = buildSscc(given);
        expect(isSscc(sscc)).toBe(true);
        expect(splitSscc(sscc, given.companyPrefix.length)).toEqual(given);
      }),
    );
  });

  it('never wraps round when a range is used up', () => {
    expect(ssccSerialCapacity('0614141')).toBe(1_000_000_000n);
    const last = { extensionDigit: 0, companyPrefix: '0614141', serial: 999_999_999 };
    expect(isSscc(buildSscc(last))).toBe(true);
    expect(() => buildSscc({ ...last, serial: 1_000_000_000 })).toThrow(BarcodeError);
    expect(() => buildSscc({ ...last, serial: -1 })).toThrow(BarcodeError);
    expect(() => buildSscc({ ...last, serial: 1.5 })).toThrow(BarcodeError);
  });

  it.each([
    [{ extensionDigit: 10, companyPrefix: '0614141', serial: 1 }],
    [{ extensionDigit: 1, companyPrefix: '061', serial: 1 }],
    [{ extensionDigit: 1, companyPrefix: '0614141414141', serial: 1 }],
    [{ extensionDigit: 1, companyPrefix: '06141A1', serial: 1 }],
  ])('refuses the parts %j', (parts) => {
    expect(() => buildSscc(parts)).toThrow(BarcodeError);
  });

  it('points at the digit that is wrong', () => {
    expect(faultOfCall(() => requireSscc('106141412345678907'))).toEqual({
      code: 'barcodes.check-digit',
      offset: 17,
    });
    expect(faultOfCall(() => requireSscc('10614141x345678908'))).toEqual({
      code: 'barcodes.character-set',
      offset: 8,
    });
    expect(faultOfCall(() => requireSscc('1061414'))).toEqual({ code: 'barcodes.value', offset: 7 });
  });
});

describe('GTIN', () => {
  it.each([
    ['95200002', 'GTIN-8', '00000095200002'],
    ['012345678905', 'GTIN-12', '00012345678905'],
    ['9506000134352', 'GTIN-13', '09506000134352'],
    ['15400141288763', 'GTIN-14', '15400141288763'],
  ])('%s is a %s, stored as %s', (printed, format, stored) => {
    expect(normaliseGtin(printed)).toBe(stored);
    expect(gtinFormat(printed)).toBe(format);
    expect(gtinFormat(stored)).toBe(format);
  });

  it('refuses other lengths, letters and wrong check digits, pointing at the place', () => {
    expect(faultOfCall(() => normaliseGtin('9506000134353'))).toEqual({
      code: 'barcodes.check-digit',
      offset: 12,
    });
    expect(faultOfCall(() => normaliseGtin('95O6000134352'))).toEqual({
      code: 'barcodes.character-set',
      offset: 2,
    });
    expect(faultOfCall(() => normaliseGtin('123456789'))).toEqual({ code: 'barcodes.value', offset: 9 });
    expect(isGtin('')).toBe(false);
  });

  it('gets its check digit appended', () => {
    fc.assert(
      fc.property(fc.constantFrom(7, 11, 12, 13).chain(digits), (body) => isGtin(withGtinCheckDigit(body))),
    );
  });

  it.each([
    ['01234565', '012345000065'],
    ['04252614', '042100005264'],
    ['01278907', '012000007897'],
  ])('UPC-E %s stands for UPC-A %s', (printed, full) => {
    expect(expandUpcE(printed)).toBe(full);
  });

  it('refuses a UPC-E with another number system', () => {
    expect(() => expandUpcE('21234565')).toThrow(BarcodeError);
  });
});

describe('S10', () => {
  it.each(['EE471108151FR', 'RR473124829GB', 'EB000717618HK'])('takes %s', (number) => {
    expect(isS10(number)).toBe(true);
    expect(buildS10(parseS10(number))).toBe(number);
  });

  it('comes apart into what it was built from, whatever the serial', () => {
    const letters = fc.stringMatching(/^[A-Z]{2}$/);
    fc.assert(
      fc.property(letters, fc.integer({ min: 0, max: 99_999_999 }), letters, (service, serial, country) => {
        expect(parseS10(buildS10({ service, serial, country }))).toEqual({ service, serial, country });
      }),
    );
  });

  it('points at the character that is wrong', () => {
    expect(faultOfCall(() => parseS10('RR473124828GB'))).toEqual({
      code: 'barcodes.check-digit',
      offset: 10,
    });
    expect(faultOfCall(() => parseS10('RR47312x829GB'))).toEqual({
      code: 'barcodes.character-set',
      offset: 7,
    });
    expect(faultOfCall(() => parseS10('rR473124829GB'))).toEqual({
      code: 'barcodes.character-set',
      offset: 0,
    });
    expect(faultOfCall(() => parseS10('RR47'))).toEqual({ code: 'barcodes.value', offset: 4 });
  });

  it('refuses serials and letters out of range', () => {
    expect(() => buildS10({ service: 'RR', serial: 100_000_000, country: 'GB' })).toThrow(BarcodeError);
    expect(() => buildS10({ service: 'R', serial: 1, country: 'GB' })).toThrow(BarcodeError);
    expect(() => buildS10({ service: 'RR', serial: 1, country: 'gb' })).toThrow(BarcodeError);
  });
});

describe('other check characters', () => {
  it('gives the pair of the model number in the General Specifications', () => {
    expect(gmnCheckPair('1987654Ad4X4bL5ttr2310c')).toBe('2K');
    expect(gmnCheckPair('x'.repeat(24))).toBeNull();
    expect(gmnCheckPair('a b')).toBeNull();
  });

  it('checks IBANs', () => {
    expect(hasIbanCheck('GB82WEST12345698765432')).toBe(true);
    expect(hasIbanCheck('GB82WEST12345698765431')).toBe(false);
  });
});
