import type { CheckFault, EdgeLane, EdgePoint, EdgeRoute } from '#lib/contracts';

/** Which way a parcel goes when a scan point sees it. Used by the edge (which decides) and by the core (which explains). */

/**
 * What is known of the parcel in front of the point. `laps`: how often it has already been sent round. `checkFault`: what the
 * in-line check found, when that sends it to the check lane.
 */
export type Seen =
  | {
      kind: 'routed';
      route: Pick<EdgeRoute, 'lane' | 'alternatives'>;
      laps: number;
      checkFault?: CheckFault | null;
    }
  | { kind: 'no-read' | 'unknown' | 'conflict' | 'no-route' };

export type WhyBlocked = 'lane-full' | 'lane-closed' | 'lane-jam';

export type Divert =
  | { action: 'divert'; lane: string; alternatives: string[] }
  | { action: 'recirculate'; because: WhyBlocked }
  | {
      action: 'reject';
      because: 'no-read' | 'unknown' | 'conflict' | 'no-route' | 'laps-spent' | CheckFault;
    };

export type Lanes = ReadonlyMap<string, Pick<EdgeLane, 'state'>>;

/**
 * The rule itself: the first open lane of the route, else once more round until `lapsMax` is spent, else out.
 * A lane nobody has reported is not open: sending a parcel there would be a guess.
 */
export function decideDivert(seen: Seen, lanes: Lanes, lapsMax: number): Divert {
  if (seen.kind !== 'routed') return { action: 'reject', because: seen.kind };
  if (seen.checkFault) return { action: 'reject', because: seen.checkFault };
  const [lane, ...alternatives] = openLanes(seen.route, lanes);
  if (lane !== undefined) return { action: 'divert', lane, alternatives };
  if (seen.laps >= lapsMax) return { action: 'reject', because: 'laps-spent' };
  return { action: 'recirculate', because: whyBlocked(lanes.get(seen.route.lane)) };
}

/** What the PLC is told: always one lane. */
export interface LaneChoice {
  action: Divert['action'];
  lane: string;
  /** Lanes of the route that are open too, for a PLC that can choose in the last moment. */
  alternatives: string[];
  because?: WhyBlocked | Extract<Divert, { action: 'reject' }>['because'] | 'safe-state';
}

type PointLanes = Pick<EdgePoint, 'exceptionLane' | 'noReadLane' | 'recirculationLane' | 'lapsMax'> &
  Partial<Pick<EdgePoint, 'check' | 'safe'>>;

/**
 * {@link decideDivert} in terms of one point: names the lane for every outcome. Where the conveyor is no loop, or the loop takes
 * nothing, a parcel that would go round leaves by the exception lane, and the reason stays that of the blocked lane. Where the lane
 * to leave by takes nothing, a known parcel with laps left goes round; everything else leaves by the next lane where people look at
 * parcels. With all of them blocked the point's safe state is what is left.
 */
export function chooseLane(seen: Seen, lanes: Lanes, point: PointLanes): LaneChoice {
  const divert = decideDivert(seen, lanes, point.lapsMax);
  if (divert.action === 'divert') return divert;
  const round = (because: WhyBlocked): LaneChoice | null =>
    point.recirculationLane !== null && takes(lanes, point.recirculationLane)
      ? { action: 'recirculate', lane: point.recirculationLane, alternatives: [], because }
      : null;
  const around = divert.action === 'recirculate' ? round(divert.because) : null;
  if (around) return around;
  const own = ownWayOut(seen, point);
  if (!takes(lanes, own) && seen.kind === 'routed' && seen.laps < point.lapsMax) {
    const later = round(whyBlocked(lanes.get(own)));
    if (later) return later;
  }
  const out = [own, point.exceptionLane, point.noReadLane, point.check?.lane ?? own];
  const lane = out.find((each) => takes(lanes, each));
  return lane === undefined ? safeChoice(point) : rejectTo(lane, whyOut(seen, divert, { lanes, point }));
}

/** Where people wait for such a parcel. */
function ownWayOut(seen: Seen, point: PointLanes): string {
  if (seen.kind === 'no-read') return point.noReadLane;
  if (seen.kind === 'routed' && seen.checkFault) return point.check?.lane ?? point.exceptionLane;
  return point.exceptionLane;
}

/** Where no parcel goes round, none can have gone round too often: its lane is what is wrong. */
function whyOut(
  seen: Seen,
  { because }: Exclude<Divert, { action: 'divert' }>,
  { lanes, point }: { lanes: Lanes; point: PointLanes },
): NonNullable<LaneChoice['because']> {
  const neverRound = because === 'laps-spent' && point.recirculationLane === null;
  return neverRound && seen.kind === 'routed' ? whyBlocked(lanes.get(seen.route.lane)) : because;
}

/** Of lanes that are no parcel's goal many are watched by nobody: only what is known to be blocked is. */
function takes(lanes: Lanes, code: string): boolean {
  const state = lanes.get(code)?.state;
  return state === undefined || state === 'open';
}

/** Why a point sends everything to its safe lane now; null while it decides. `coreGoneMs`: null while the core is there. */
export function whySafe(
  point: Pick<EdgePoint, 'safe'>,
  coreGoneMs: number | null,
): 'forced' | 'core-gone' | null {
  const { safe } = point;
  if (!safe) return null;
  if (safe.forced !== null) return 'forced';
  const limitMs = safe.coreGoneAfterMs;
  return limitMs !== null && coreGoneMs !== null && coreGoneMs >= limitMs ? 'core-gone' : null;
}

/** The choice of a point in its safe state: the same lane for every parcel. */
export function safeChoice(
  point: Pick<EdgePoint, 'exceptionLane'> & Partial<Pick<EdgePoint, 'safe'>>,
): LaneChoice {
  return rejectTo(point.safe?.lane ?? point.exceptionLane, 'safe-state');
}

function rejectTo(lane: string, because: NonNullable<LaneChoice['because']>): LaneChoice {
  return { action: 'reject', lane, alternatives: [], because };
}

function openLanes(route: Pick<EdgeRoute, 'lane' | 'alternatives'>, lanes: Lanes): string[] {
  const wanted = new Set([route.lane, ...route.alternatives]);
  return [...wanted].filter((code) => lanes.get(code)?.state === 'open');
}

function whyBlocked(lane: Pick<EdgeLane, 'state'> | undefined): WhyBlocked {
  if (lane?.state === 'full') return 'lane-full';
  if (lane?.state === 'jam') return 'lane-jam';
  return 'lane-closed';
}
