import type { LaneMove } from '#lib/contracts';
import { truckOf } from '#lib/flow';
import {
  type AssignableLane,
  type Assignment,
  assignmentsFor,
  assignRoute,
  type ServingLane,
} from './assign-route.js';
import { serviceName } from './lane-plan-faults.js';

/** A parcel, or a carton that a wave planned, as far as its lane goes. */
export interface Placed {
  carrier: string;
  service: string;
  /** HH:MM on the site's clock at which its order must leave. */
  cutOff: string;
  /** Where it is sent now, or its wave planned it to go; null where it is sent nowhere. */
  laneId: string | null;
}

/** The lanes of each carrier service, by its name. */
export type Serving = ReadonlyMap<string, readonly ServingLane[]>;

export interface Placement {
  lane: AssignableLane;
  alternatives: AssignableLane[];
  rank: number;
  because: string;
}

/**
 * Where each of these would go by a plan, in the order given; null where no lane takes it. What stands as well where it is stays there:
 * of equal lanes none is left for another. What a wave planned counts no more: it was planned by what lanes took before.
 */
export function placeAll<P extends Placed>(
  placed: readonly P[],
  serving: Serving,
  lanes: ReadonlyMap<string, AssignableLane>,
): (Placement | null)[] {
  const now = new Map([...lanes].map(([id, lane]) => [id, { ...lane }]));
  return placed.map((each) => {
    const served = serving.get(serviceName(each)) ?? [];
    const assignments = assignmentsFor(served, truckOf(served, each.cutOff));
    const choice = assignRoute(assignments, now);
    if (choice.kind === 'none') return null;
    const { lane, alternatives, because } = choice;
    const stays = equalLane(each, { assignments, lane, alternatives });
    const { rank } = assignments.find(({ laneId }) => laneId === (stays ?? lane).id)!;
    if (stays) {
      const others = [lane, ...alternatives].filter((other) => other !== stays);
      return { lane: stays, alternatives: others, rank, because: `${stays.code} has rank ${rank}` };
    }
    const left = each.laneId === null ? undefined : now.get(each.laneId);
    if (left) left.underWay -= 1;
    lane.underWay += 1;
    return { lane, alternatives, rank, because };
  });
}

/** The lane where it is, if that is as good as the one chosen. */
function equalLane(
  { laneId }: Placed,
  choice: { assignments: readonly Assignment[]; lane: AssignableLane; alternatives: AssignableLane[] },
): AssignableLane | null {
  const { assignments, lane, alternatives } = choice;
  const present = alternatives.find(({ id }) => id === laneId);
  if (!present || present.closed !== lane.closed) return null;
  const of = (id: string) => assignments.find((each) => each.laneId === id)!;
  const [mine, chosen] = [of(present.id), of(lane.id)];
  return mine.rank === chosen.rank && !mine.duty && !chosen.duty ? present : null;
}

/** Which of them would take another lane, counted by carrier service; most first. */
export function movesOf(
  counted: readonly {
    placed: readonly Placed[];
    to: readonly (Placement | null)[];
    as: 'underWay' | 'planned';
  }[],
  codeOf: (laneId: string) => string,
): LaneMove[] {
  const moves = new Map<string, LaneMove>();
  for (const { placed, to, as } of counted) {
    for (const [at, { carrier, service, laneId }] of placed.entries()) {
      const target = to[at]?.lane.id ?? null;
      if (target === laneId) continue;
      const key = JSON.stringify([carrier, service, laneId, target]);
      const [fromCode, toCode] = [laneId, target].map((id) => id && codeOf(id));
      const move = moves.get(key) ?? {
        carrier,
        service,
        from: fromCode ?? null,
        to: toCode ?? null,
        underWay: 0,
        planned: 0,
      };
      move[as] += 1;
      moves.set(key, move);
    }
  }
  return [...moves.values()].sort((one, two) => two.underWay + two.planned - one.underWay - one.planned);
}
