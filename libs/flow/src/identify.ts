import type { CheckFault, EdgeRoute, ReadingData } from '#lib/contracts';
import type { Seen } from './divert.js';

/** Which parcel the codes of one trigger name. */
export type Identified =
  | { kind: 'parcel'; route: EdgeRoute; code: string }
  | { kind: 'no-read' | 'unknown' | 'conflict' };

/**
 * Resolves all codes of one trigger against the known routes. Codes that name no parcel (a supplier's GTIN on the carton)
 * don't matter beside one that does; codes of two different parcels are a conflict, because choosing one would be a guess.
 */
export function identifyParcel(
  sighting: Pick<ReadingData['point.seen'], 'codes' | 'result'>,
  routeOf: (key: string) => EdgeRoute | undefined,
): Identified {
  if (sighting.result === 'no-read' || sighting.codes.length === 0) return { kind: 'no-read' };
  if (sighting.result === 'conflict') return { kind: 'conflict' };
  let found: { route: EdgeRoute; code: string } | undefined;
  for (const code of sighting.codes) {
    const route = firstKnown(parcelKeys(code), routeOf);
    if (!route) continue;
    if (found && found.route.parcelId !== route.parcelId) return { kind: 'conflict' };
    found ??= { route, code };
  }
  return found ? { kind: 'parcel', ...found } : { kind: 'unknown' };
}

/**
 * {@link Seen} of an identified parcel that this point has sent round `laps` times; the laps that the core counted at all points
 * together count as well. `checkFault`: why the in-line check keeps it from its lane.
 */
export function seenAs(identified: Identified, laps: number, checkFault: CheckFault | null = null): Seen {
  if (identified.kind !== 'parcel') return { kind: identified.kind };
  const { route } = identified;
  if (route.lane === '') return { kind: 'no-route' };
  const fault = checkFault ? { checkFault } : {};
  return { kind: 'routed', route, laps: Math.max(laps, route.laps ?? 0), ...fault };
}

const AIM_IDENTIFIER = /^\][A-Za-z][0-9A-Za-z]/;
const SSCC_ELEMENT = /^(?:\(00\)|00)(\d{18})$/;

/**
 * The keys under which a scanned code may be known, most literal first: as scanned, without an AIM identifier, and, for
 * an SSCC element string (application identifier 00, as GS1-128 logistics labels carry it), the bare 18 digits. The bare
 * number is offered only when its check digit holds, so that twenty digits of something else don't become an SSCC.
 */
export function parcelKeys(code: string): string[] {
  const bare = code.replace(AIM_IDENTIFIER, '');
  const keys = bare === code ? [code] : [code, bare];
  const sscc = SSCC_ELEMENT.exec(bare)?.[1];
  if (sscc && hasGs1CheckDigit(sscc)) keys.push(sscc);
  return keys;
}

/** GS1 General Specifications 7.9: weights 3 and 1 from the right, the check digit completes the sum to a multiple of 10. */
function hasGs1CheckDigit(digits: string): boolean {
  let sum = 0;
  for (let i = digits.length - 2, weight = 3; i >= 0; i -= 1, weight = 4 - weight) {
    sum += Number(digits[i]) * weight;
  }
  return (10 - (sum % 10)) % 10 === Number(digits.at(-1));
}

function firstKnown(keys: string[], routeOf: (key: string) => EdgeRoute | undefined): EdgeRoute | undefined {
  for (const key of keys) {
    const route = routeOf(key);
    if (route) return route;
  }
  return undefined;
}
