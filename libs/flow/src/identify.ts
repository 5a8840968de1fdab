import { identifyScan } from '#lib/barcodes';
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

/**
 * The keys under which a scanned code may be known, most literal first: as scanned, without an AIM identifier, and the bare 18
 * digits of the SSCC that it names: AI (00) wherever it stands in a code that says it is GS1 (the square of our carrier label has the
 * nonce of the print beside it), in a Digital Link, or in front of an element string whose reader says nothing.
 */
export function parcelKeys(code: string): string[] {
  const bare = code.replace(AIM_IDENTIFIER, '');
  const keys = new Set([code, bare]);
  const scan = identifyScan(code);
  if (scan.kind === 'sscc') keys.add(scan.value);
  return [...keys];
}

function firstKnown(keys: string[], routeOf: (key: string) => EdgeRoute | undefined): EdgeRoute | undefined {
  for (const key of keys) {
    const route = routeOf(key);
    if (route) return route;
  }
  return undefined;
}
