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
    ["the square of the house's own label", [']d20010614141234567890897K7Q2M9XA'], 'p1'],
    ['the square in a GS1 QR code', [']Q30010614141234567890897K7Q2M9XA'], 'p1'],
    ['a pallet label with its content before the SSCC', [`]C102095060001343523712\u001d00${SSCC}`], 'p1'],
    ['a Digital Link', [`https://id.example.org/00/${SSCC}`], 'p1'],
    ['a Digital Link behind an AIM identifier', [`]Q1https://id.example.org/00/${SSCC}?97=K7Q2`], 'p1'],
    ['the square of a reader that sends no AIM identifier', [`00${SSCC}97K7Q2M9XA`], 'p1'],
    ['the same with its FNC1 as a separator', [`\u001d00${SSCC}97K7Q2M9XA`], 'p1'],
    ['the same in the brackets of print', [`(00)${SSCC}(97)K7Q2M9XA`], 'p1'],
    ['both squares of one label', [']d20010614141234567890897K7Q2M9XA', `]C100${SSCC}`], 'p1'],
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
    [
      'digits that nobody called GS1 and that are no element string are unknown',
      [`00${SSCC}9`],
      'read',
      'unknown',
    ],
    ['nor is an SSCC looked for behind other digits', [`1000${SSCC}`], 'read', 'unknown'],
    ['a Code 128 that says it is no GS1-128 is unknown', [`]C000${SSCC}`], 'read', 'unknown'],
    ['so are the digits of a plain Data Matrix', [`]d100${SSCC}97K7Q2M9XA`], 'read', 'unknown'],
    ['a square with a wrong check digit is unknown', [']d20010614141234567890097K7'], 'read', 'unknown'],
    ['a square with an unknown identifier is unknown', [`]d200${SSCC}05123`], 'read', 'unknown'],
    ['an address that only holds the digits is unknown', [`https://example.org/${SSCC}`], 'read', 'unknown'],
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
  expect(parcelKeys(`]C100${SSCC}`)).toEqual([`]C100${SSCC}`, `00${SSCC}`, SSCC]);
  expect(parcelKeys(`]C0${SSCC}`)).toEqual([`]C0${SSCC}`, SSCC]);
});

it('takes whatever a reader sends without a word', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .tuple(fc.constantFrom(']d2', ']C1', ']Q1https://a/00/', 'http://', '00'), fc.string())
      .map((p) => p.join('')),
  );
  fc.assert(
    fc.property(anything, (code) => {
      expect(parcelKeys(code)[0]).toBe(code);
    }),
  );
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
