import { scanRecord } from './scan-record.js';
import { scannedCode } from './scan-text.js';
import { millimetresOf, weightOf } from './weights.js';

const GS1 = ']C100106141412345678908';
const SAME_SSCC = ']d20010614141234567890897K7Q2';
const OTHER_SSCC = ']C100006141410000000012';

test.each<[string, string[], string[], string]>([
  ['nothing', [], [], 'no-read'],
  ['one code', ['ABC'], ['ABC'], 'read'],
  ['the same code by two cameras', ['ABC', 'ABC'], ['ABC'], 'read'],
  [
    'SSCC before plate before GTIN before the rest',
    ['X1', ']E05901234123457', 'T-000123', GS1],
    [GS1, 'T-000123', ']E05901234123457', 'X1'],
    'multi',
  ],
  ['the SSCC twice, as GS1-128 and in a Data Matrix', [SAME_SSCC, GS1], [SAME_SSCC, GS1], 'multi'],
  ['two different SSCCs', [GS1, OTHER_SSCC], [GS1, OTHER_SSCC], 'conflict'],
  ['two plates of ours', ['T-000123', 'T-000124'], ['T-000123', 'T-000124'], 'conflict'],
  [
    'an SSCC without an identifier',
    ['ABC', '00106141412345678908'],
    ['00106141412345678908', 'ABC'],
    'multi',
  ],
  [
    'twenty digits whose check digit is wrong are no SSCC',
    ['ABC', '00106141412345678907'],
    ['ABC', '00106141412345678907'],
    'multi',
  ],
])('a record of %s', (_what, heard, codes, result) => {
  expect(scanRecord(heard, ['T-', 'C-'])).toEqual({ codes, result });
});

test.each([
  [']E05901234123457', { code: '5901234123457', aim: ']E0' }],
  [']d20109501101530003\x1d10LOT7', { code: '0109501101530003\x1d10LOT7', aim: ']d2' }],
  ['ABC', { code: 'ABC' }],
  ['\xe9\x99\x88', { code: '陈' }],
  ['', null],
  [']E0', null],
  ['AB\x1bC', null],
  ['\xff\xfe', null],
  ['A'.repeat(513), null],
])('the scan %j', (latin, scanned) => {
  expect(scannedCode(latin)).toEqual(scanned);
});

test.each([
  ['1.250', { value: 1250, decimals: 3 }],
  ['-0.005', { value: -5, decimals: 3 }],
  ['-0.00', { value: 0, decimals: 2 }],
  ['+  12', { value: 12, decimals: 0 }],
  ['1e5', null],
  ['', null],
  ['1.', null],
  ['123456789.1', null],
])('the displayed weight %j', (text, wanted) => {
  const weight = weightOf(text, 'kg', 'net');
  expect(weight).toEqual(wanted && { ...wanted, unit: 'kg', kind: 'net' });
});

test.each([
  ['12.30', 'cm', 123],
  ['12.35', 'cm', 124],
  ['10.0', 'in', 254],
  ['0', 'mm', 0],
  ['-1', 'cm', null],
  ['_____', 'cm', null],
] as const)('%s %s are %s mm', (text, unit, mm) => {
  expect(millimetresOf(text, unit)).toBe(mm);
});
