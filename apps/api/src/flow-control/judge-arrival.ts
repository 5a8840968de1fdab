import type { ParcelExpectation } from '#lib/contracts';
import type { OwnerQueue } from '../platform/exceptions.js';

/** What a scan point's record means for the book, once its codes have been looked up. */
export type Arrival =
  | { kind: 'parcel' }
  /** A person has already scanned it behind the conveyor: what the point saw is history that came up late. */
  | { kind: 'overtaken' }
  | {
      kind: 'exception';
      code: 'no-read' | 'unknown' | 'conflict' | 'unexpected';
      detail: string;
      owner: OwnerQueue;
    };

export interface Sighted {
  point: string;
  result: 'read' | 'no-read' | 'multi' | 'conflict';
  codes: readonly string[];
  /** The states of the parcels that the codes name. */
  parcelStates: readonly string[];
}

/** States in which a parcel may lie on the conveyor; in any other its label left the bench too early, or twice. */
const ON_THE_BELT = new Set(['labelled', 'inducted', 'diverted']);

/**
 * Where a person's scan put a parcel it stays until a person's scan moves it: readings may come up behind the scan that followed
 * them, and a late one must not take the parcel back. Onto the belt again leads the re-induction by hand.
 */
export function isOvertaken(parcelState: string): boolean {
  return parcelState === 'staged';
}

/** Judges what a point saw: a parcel where one was expected, or something for the people at the exception lane. */
export function judgeArrival({ point, result, codes, parcelStates }: Sighted): Arrival {
  if (result === 'no-read' || codes.length === 0) {
    return exception('no-read', `${point} could not read the label of a parcel.`);
  }
  if (result === 'conflict' || parcelStates.length > 1) {
    return exception('conflict', `${point} read the labels of two parcels at once.`);
  }
  const [state] = parcelStates;
  if (state === undefined)
    return exception('unknown', `${point} read a label that belongs to no parcel here.`);
  if (isOvertaken(state)) return { kind: 'overtaken' };
  if (!ON_THE_BELT.has(state)) {
    return exception(
      'unexpected',
      `${point} saw a parcel that is ${state} and should not be on the conveyor.`,
    );
  }
  return { kind: 'parcel' };
}

function exception(code: Extract<Arrival, { kind: 'exception' }>['code'], detail: string): Arrival {
  return { kind: 'exception', code, detail, owner: 'conveyor' };
}

/** Where a confirm says that a parcel went, and what the lane is for. */
export interface Landing {
  laneKind: 'ship' | 'exception' | 'no-read' | 'recirculation' | null;
  lane: string;
  commanded: string | null;
  /** Lanes that the PLC was offered beside the commanded one. */
  offered: readonly string[];
  because: string | null;
  /** What the in-line check found, in words; null where it found nothing wrong. */
  checkFault: string | null;
  /** Why the PLC took another lane, in its words. */
  plcReason: string | null;
  /** True when the lane serves the parcel's carrier service. */
  serves: boolean;
}

export type Landed =
  | { kind: 'diverted'; misrouted: string | null; misSorted: boolean }
  | { kind: 'round-again' }
  | { kind: 'aside'; code: string; detail: string };

/**
 * What a confirmed lane means for a known parcel: in a ship lane it is diverted, on the loop it comes again, in an exception lane
 * somebody must look at it, for the reason it was sent there. Misrouted is whatever went where nobody told it to, and mis-sorted
 * what lies in a lane that does not serve its carrier: the one is the divert's fault, the other may be anybody's.
 */
export function judgeLanding(landing: Landing): Landed {
  const { laneKind, lane, because, serves, checkFault } = landing;
  if (laneKind === 'ship') return { kind: 'diverted', misrouted: misroute(landing), misSorted: !serves };
  if (laneKind === 'recirculation') return { kind: 'round-again' };
  if (checkFault)
    return { kind: 'aside', code: 'in-line-check', detail: `${checkFault} It waits in ${lane}.` };
  if (because === 'laps-spent') {
    const detail = `No lane of its route was open in all its laps; it waits in ${lane}.`;
    return { kind: 'aside', code: 'recirculation-limit', detail };
  }
  const why = [because, wentAstray(landing) ? astray(landing) : null].filter(Boolean).join('; ');
  return {
    kind: 'aside',
    code: 'exception-lane',
    detail: `The parcel waits in ${lane}${why ? ` (${why})` : ''}.`,
  };
}

/** True when the parcel took neither the commanded lane nor one that was offered beside it. */
export function wentAstray({
  commanded,
  lane,
  offered,
}: Pick<Landing, 'commanded' | 'lane' | 'offered'>): boolean {
  return commanded !== null && commanded !== lane && !offered.includes(lane);
}

function misroute(landing: Landing): string | null {
  const { lane, serves } = landing;
  const strayed = wentAstray(landing);
  if (serves)
    return strayed ? `The parcel went to ${lane}, which serves its carrier, ${astray(landing)}.` : null;
  return `The parcel went to ${lane}${strayed ? ` ${astray(landing)},` : ','} which does not serve its carrier.`;
}

function astray({ commanded, plcReason }: Landing): string {
  return `instead of ${commanded}${plcReason ? ` (${plcReason})` : ''}`;
}

const SAID: Readonly<Record<string, string>> = {
  'not-measured': 'It was not measured in time.',
  unsure: 'Two measures could have been its own.',
};

/** What an in-line check found, in a sentence for the person at the check lane; null where all is well. */
export function checkFaultInWords(
  result: string | null,
  found: { grams: number | null; sidesMm: readonly number[] | null },
  expected: ParcelExpectation | null,
): string | null {
  if (result === 'weight-out') {
    const { grams, toleranceGrams = 0 } = expected ?? {};
    return `It weighs ${found.grams} g instead of ${grams ?? '?'} g ± ${toleranceGrams} g.`;
  }
  if (result === 'size-out') {
    const { sidesMm, toleranceMm = 0 } = expected ?? {};
    const sides = (of: readonly number[] | null | undefined) => of?.join(' x ') ?? '?';
    return `It measures ${sides(found.sidesMm)} mm instead of ${sides(sidesMm)} mm ± ${toleranceMm} mm.`;
  }
  return (result && SAID[result]) ?? null;
}
