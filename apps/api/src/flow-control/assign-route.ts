import { lanesOfTruck, type TruckLane } from '#lib/flow';

/** A lane as far as it matters for choosing one. */
export interface AssignableLane {
  id: string;
  code: string;
  closed: boolean;
  fill: 'clear' | 'full' | 'jam';
  /** Parcels under way to it. */
  underWay: number;
  /** Open by a supervisor's word, whatever its photo-eye says. */
  forcedOpen?: boolean;
}

/** A lane that serves a carrier service; rank 1 is asked first, before it the lane on duty. */
export interface Assignment {
  laneId: string;
  rank: number;
  /** Why rebalancing put this lane on duty; null where it did not. */
  duty?: string | null;
}

/** A lane that serves a carrier service, for one of its trucks or for all. */
export interface ServingLane extends TruckLane {
  laneId: string;
  rank: number;
  /** Why rebalancing put it on duty, by the truck ('' without one). */
  duties: Readonly<Record<string, string>> | null;
}

/** The lanes that may take the parcels of one truck of the service. */
export function assignmentsFor(serving: readonly ServingLane[], truck: string | null): Assignment[] {
  return lanesOfTruck(serving, truck).map(({ laneId, rank, duties }) => ({
    laneId,
    rank,
    duty: duties?.[truck ?? ''] ?? null,
  }));
}

export type RouteChoice =
  | { kind: 'route'; lane: AssignableLane; alternatives: AssignableLane[]; because: string }
  | { kind: 'none'; because: string };

/**
 * The lane of a parcel and where it may go instead: lanes that people closed come last (the parcel may meet them open), the lane on
 * duty first, then by rank, then the emptier one, then by code. The edge takes the first of them that is open when the parcel arrives.
 * The lane that the parcel's wave planned comes before all of them while it is open, serves the carrier and no other is on duty: the plan
 * knew the whole wave, but rebalancing knows what came after it.
 */
export function assignRoute(
  assignments: readonly Assignment[],
  lanes: ReadonlyMap<string, AssignableLane>,
  plannedLaneId: string | null = null,
): RouteChoice {
  const served = assignments
    .map(({ laneId, rank, duty }) => ({ rank, duty: duty ?? null, lane: lanes.get(laneId) }))
    .filter((each): each is Served => each.lane !== undefined)
    .sort(
      (one, two) =>
        Number(one.lane.closed) - Number(two.lane.closed) ||
        Number(two.duty !== null) - Number(one.duty !== null) ||
        one.rank - two.rank ||
        one.lane.underWay - two.lane.underWay ||
        (one.lane.code < two.lane.code ? -1 : 1),
    );
  const [usual] = served;
  if (!usual) return { kind: 'none', because: 'no lane is assigned to this carrier service' };
  const planned = served.find(({ lane }) => lane.id === plannedLaneId);
  const against = planned ? whyNotAsPlanned(planned, usual) : null;
  const first = planned && against === null ? planned : usual;
  const why =
    planned && against === null ? `${first.lane.code} as its wave planned` : whyThisLane(first, served);
  return {
    kind: 'route',
    lane: first.lane,
    alternatives: served.filter((each) => each !== first).map(({ lane }) => lane),
    because: against === null ? why : `${why}; its wave planned ${planned!.lane.code}, ${against}`,
  };
}

/** Null where the parcel goes as its wave planned. */
function whyNotAsPlanned({ lane, duty }: Served, usual: Served): string | null {
  if (duty === null && usual.duty !== null) return `but ${usual.lane.code} is on duty since`;
  if (lane.closed) return 'which is closed';
  if (lane.fill === 'clear' || lane.forcedOpen) return null;
  return lane.fill === 'full' ? 'which is full' : 'which is jammed';
}

interface Served {
  rank: number;
  duty: string | null;
  lane: AssignableLane;
}

function whyThisLane(first: Served, served: readonly Served[]): string {
  if (first.lane.closed)
    return `${first.lane.code} has rank ${first.rank}; all lanes of the service are closed`;
  if (first.duty !== null) return `${first.lane.code} is on duty: ${first.duty}`;
  const passed = served
    .filter(({ rank, lane }) => lane.closed && rank < first.rank)
    .map(({ lane }) => lane.code);
  if (passed.length > 0)
    return `${first.lane.code} has rank ${first.rank}; closed before it: ${passed.join(', ')}`;
  const equals = served.filter(({ rank, lane }) => rank === first.rank && !lane.closed).length;
  return equals > 1
    ? `${first.lane.code} is the emptiest of ${equals} lanes with rank ${first.rank}`
    : `${first.lane.code} has rank ${first.rank}`;
}
