import { describe, expect, it } from '@jest/globals';
import { faultOfLabelScan } from './label-scan.js';

const known = { sscc: '106141412345678908', trackingNumber: 'RR473124829GB', nonce: 'NEW23456', papers: 1 };
const square = (nonce: string) => `]d20010614141234567890897${nonce}`;

describe('faultOfLabelScan', () => {
  it.each([
    ['the square code', square('NEW23456'), 2, null],
    ['the SSCC while there is one paper', ']C100106141412345678908', 1, null],
    ['the tracking number while there is one paper', 'RR473124829GB', 1, null],
    ['the SSCC when there are two papers', ']C100106141412345678908', 2, 'scan-square-code'],
    ['the tracking number when there are two papers', 'RR473124829GB', 2, 'scan-square-code'],
    ['the square code of the paper before', square('OLD23456'), 2, 'old-label'],
    ['another parcel', 'EE471108151FR', 1, 'wrong-label'],
    ['an item', '4006381333931', 1, 'wrong-label'],
    ['noise', '\u0003', 1, 'wrong-label'],
  ])('%s', (_name, scan, papers, code) => {
    expect(faultOfLabelScan(scan, { ...known, papers })?.code ?? null).toBe(code);
  });
});
