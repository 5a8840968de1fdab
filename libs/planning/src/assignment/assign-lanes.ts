import { solveAssignment } from './solve-assignment.js';

/** Something that needs a lane or a put-wall slot of its own, for example a carrier service or an order. */
export interface LaneSeeker {
  seekerId: string;
  /** Cost of each lane that will do, for example walk in millimetres times parcels; lanes not named are forbidden. */
  costByLane: Record<string, number>;
}

/** A sorter lane, a put-wall slot, a dock door. */
export interface Lane {
  laneId: string;
  /** How many seekers it takes. Default 1. */
  places?: number;
}

export type LaneReason =
  | { code: 'cheapest-lane' }
  /** Another seeker gains more from the lane that would be cheapest for this one. */
  | { code: 'gave-way'; cheapestLaneId: string; extraCost: number };

export interface LaneAssignment {
  assigned: { seekerId: string; laneId: string; cost: number; reason: LaneReason }[];
  unassigned: { seekerId: string; reason: { code: 'no-lane-allowed' } | { code: 'lanes-full' } }[];
  totalCost: number;
}

/** Optimal: as many seekers as possible get a lane, at the least total cost among such plans. */
export function assignLanes(seekers: LaneSeeker[], lanes: Lane[]): LaneAssignment {
  const places = lanes.flatMap((lane) =>
    new Array<string>(Math.min(lane.places ?? 1, seekers.length)).fill(lane.laneId),
  );
  const able = seekers.filter((seeker) => places.some((laneId) => seeker.costByLane[laneId] !== undefined));
  const forbidden = forbiddenCost(able, places);
  // A spare place per seeker keeps the model feasible; it costs as much as a forbidden one, so it is the last resort.
  const costs = able.map((seeker) => [
    ...places.map((laneId) => seeker.costByLane[laneId] ?? forbidden),
    ...able.map(() => forbidden),
  ]);
  const { columnOfRow } = solveAssignment(costs);
  const result: LaneAssignment = { assigned: [], unassigned: [], totalCost: 0 };
  able.forEach((seeker, row) => {
    const laneId = places[columnOfRow[row]!];
    const cost = laneId === undefined ? undefined : seeker.costByLane[laneId];
    if (laneId === undefined || cost === undefined) {
      result.unassigned.push({ seekerId: seeker.seekerId, reason: { code: 'lanes-full' } });
      return;
    }
    result.assigned.push({
      seekerId: seeker.seekerId,
      laneId,
      cost,
      reason: reasonFor(seeker, laneId, lanes),
    });
    result.totalCost += cost;
  });
  for (const seeker of seekers) {
    if (!able.includes(seeker)) {
      result.unassigned.push({ seekerId: seeker.seekerId, reason: { code: 'no-lane-allowed' } });
    }
  }
  return result;
}

function reasonFor({ costByLane }: LaneSeeker, laneId: string, lanes: Lane[]): LaneReason {
  const costOf = (id: string) => costByLane[id] ?? Number.POSITIVE_INFINITY;
  const cheapest = lanes.reduce(
    (best, lane) => (costOf(lane.laneId) < costOf(best) ? lane.laneId : best),
    laneId,
  );
  if (cheapest === laneId) return { code: 'cheapest-lane' };
  return { code: 'gave-way', cheapestLaneId: cheapest, extraCost: costOf(laneId) - costOf(cheapest) };
}

/** Dearer than any saving a whole plan can make elsewhere, so that nobody is left out to save cost. */
function forbiddenCost(seekers: LaneSeeker[], places: string[]): number {
  const known = new Set(places);
  let least = 0;
  let most = 0;
  for (const { costByLane } of seekers) {
    for (const [laneId, cost] of Object.entries(costByLane)) {
      if (!known.has(laneId)) continue;
      least = Math.min(least, cost);
      most = Math.max(most, cost);
    }
  }
  return most + (most - least + 1) * (seekers.length + 1);
}
