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
  Partial<Pick<EdgePoint, 'check'>>;

/**
 * {@link decideDivert} in terms of one point: names the lane for every outcome. Where the conveyor is no loop a parcel
 * that would go round leaves by the exception lane, and the reason stays that of the blocked lane.
 */
export function chooseLane(seen: Seen, lanes: Lanes, point: PointLanes): LaneChoice {
  const divert = decideDivert(seen, lanes, point.lapsMax);
  switch (divert.action) {
    case 'divert':
      return divert;
    case 'recirculate':
      return point.recirculationLane === null
        ? rejectTo(point.exceptionLane, divert.because)
        : { ...divert, lane: point.recirculationLane, alternatives: [] };
    case 'reject':
      if (divert.because === 'no-read') return rejectTo(point.noReadLane, 'no-read');
      if (seen.kind === 'routed' && seen.checkFault) {
        return rejectTo(point.check?.lane ?? point.exceptionLane, seen.checkFault);
      }
      if (divert.because === 'laps-spent' && point.recirculationLane === null && seen.kind === 'routed') {
        return rejectTo(point.exceptionLane, whyBlocked(lanes.get(seen.route.lane)));
      }
      return rejectTo(point.exceptionLane, divert.because);
  }
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
export function safeChoice(point: Pick<EdgePoint, 'safe' | 'exceptionLane'>): LaneChoice {
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
