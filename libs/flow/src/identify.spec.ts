import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EdgeRoute } from '#lib/contracts';
import { identifyParcel, parcelKeys, seenAs } from './identify.js';

const SSCC = '106141412345678908';
const first: EdgeRoute = { parcelId: 'p1', codes: [SSCC, 'RR473124829GB'], lane: 'A', alternatives: [] };
const second: EdgeRoute = { parcelId: 'p2', codes: ['EE471108151FR'], lane: 'B', alternatives: [] };
const known = new Map([first, second].flatMap((route) => route.codes.map((code) => [code, route] as const)));
const routeOf = (key: string) => known.get(key);

describe('identifyParcel', () => {
  it.each([
    ['a plain SSCC', ['106141412345678908'], 'p1'],
    ['an SSCC element string', ['00106141412345678908'], 'p1'],
    ['an SSCC in brackets', ['(00)106141412345678908'], 'p1'],
    ['an SSCC behind an AIM identifier', [']C100106141412345678908'], 'p1'],
    ['a tracking number', ['RR473124829GB'], 'p1'],
    ['two codes of one parcel', ['RR473124829GB', SSCC], 'p1'],
    ['a parcel code beside a foreign one', ['4006381333931', 'EE471108151FR'], 'p2'],
  ])('finds the parcel by %s', (_name, codes, parcelId) => {
    const found = identifyParcel({ codes, result: codes.length > 1 ? 'multi' : 'read' }, routeOf);
    expect(found.kind === 'parcel' && found.route.parcelId).toBe(parcelId);
  });

  it.each([
    ['codes of two parcels are a conflict', ['RR473124829GB', 'EE471108151FR'], 'multi', 'conflict'],
    ['a conflict that the reader reports stays one', [SSCC], 'conflict', 'conflict'],
    ['a foreign code is unknown', ['4006381333931'], 'read', 'unknown'],
    ['an SSCC with a wrong check digit is unknown', ['00106141412345678900'], 'read', 'unknown'],
    ['a no-read is a no-read', [], 'no-read', 'no-read'],
    ['a read without a code is a no-read', [], 'read', 'no-read'],
  ] as const)('%s', (_name, codes, result, kind) => {
    expect(identifyParcel({ codes: [...codes], result }, routeOf)).toEqual({ kind });
  });

  it('does not depend on the order of the codes', () => {
    const codes = fc.array(fc.constantFrom(SSCC, 'RR473124829GB', 'EE471108151FR', 'x'), { minLength: 1 });
    fc.assert(
      fc.property(codes, (list) => {
        const ahead = identifyParcel({ codes: list, result: 'multi' }, routeOf);
        const back = identifyParcel({ codes: [...list].reverse(), result: 'multi' }, routeOf);
        expect(back.kind).toBe(ahead.kind);
        if (ahead.kind === 'parcel' && back.kind === 'parcel') expect(back.route).toBe(ahead.route);
      }),
    );
  });
});

it('offers the literal code first, and an SSCC only with a good check digit', () => {
  expect(parcelKeys('00106141412345678908')).toEqual(['00106141412345678908', SSCC]);
  expect(parcelKeys('00106141412345678907')).toEqual(['00106141412345678907']);
  expect(parcelKeys('RR473124829GB')).toEqual(['RR473124829GB']);
});

it('sees a parcel whose route has no lane yet as one without a route', () => {
  const unassigned = { ...first, lane: '' };
  expect(seenAs({ kind: 'parcel', route: unassigned, code: SSCC }, 0)).toEqual({ kind: 'no-route' });
  expect(seenAs({ kind: 'parcel', route: first, code: SSCC }, 3)).toEqual({
    kind: 'routed',
    route: first,
    laps: 3,
  });
  expect(seenAs({ kind: 'unknown' }, 0)).toEqual({ kind: 'unknown' });
});
