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
  because: string | null;
  /** True when the lane serves the parcel's carrier service. */
  serves: boolean;
}

export type Landed =
  | { kind: 'diverted'; misrouted: string | null }
  | { kind: 'round-again' }
  | { kind: 'aside'; code: string; detail: string };

/**
 * What a confirmed lane means for a known parcel: in a ship lane it is diverted (and misrouted where the lane does not serve its
 * carrier), on the loop it comes again, in an exception lane somebody must look at it, for the reason it was sent there.
 */
export function judgeLanding({ laneKind, lane, commanded, because, serves }: Landing): Landed {
  if (laneKind === 'ship') {
    const told = commanded && commanded !== lane ? ` instead of ${commanded}` : '';
    return {
      kind: 'diverted',
      misrouted: serves ? null : `The parcel went to ${lane}${told}, which does not serve its carrier.`,
    };
  }
  if (laneKind === 'recirculation') return { kind: 'round-again' };
  const code = because === 'laps-spent' ? 'recirculation-limit' : 'exception-lane';
  return {
    kind: 'aside',
    code,
    detail:
      code === 'recirculation-limit'
        ? `No lane of its route was open in all its laps; it waits in ${lane}.`
        : `The parcel waits in ${lane}${because ? ` (${because})` : ''}.`,
  };
}
