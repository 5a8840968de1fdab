import type { FlowSettings } from '#lib/contracts';
import { assignLanes } from '#lib/planning';

/** A carrier service with the parcels that wait for a lane, and the lane that takes them now. */
export interface ServiceLoad {
  carrier: string;
  service: string;
  /** The truck whose parcels these are; null where the service's lanes are not told apart by trucks. */
  truck: string | null;
  /** Parcels with a route that have not been diverted. */
  parcels: number;
  /** The next moment by which they must be handed over; null where none waits. */
  cutOffAt: Date | null;
  /** Lanes that may take it; rank 1 is the first choice. */
  lanes: readonly { laneId: string; rank: number }[];
  /** The lane on duty and since when; null where the ranks decide. */
  duty: { laneId: string; since: Date } | null;
}

export interface LaneLoad {
  id: string;
  code: string;
  closed: boolean;
  fill: 'clear' | 'full' | 'jam';
  fillSince: Date | null;
  /** Open by a supervisor's word. */
  forcedOpen: boolean;
  /** Parcels that lie in it. */
  lying: number;
  capacity: number | null;
}

export interface DutyChange {
  carrier: string;
  service: string;
  truck: string | null;
  fromLaneId: string;
  toLaneId: string;
  because: string;
}

type Settings = Pick<FlowSettings, 'blockedAfterMs' | 'holdMs' | 'worthwhile'>;

/** Points that a lane costs per rank behind the first, and when it is full to the brim. */
const RANK_COST = 40;
const FILL_COST = 100;
/** A service whose cut-off is this near weighs up to twice. */
const URGENT_MS = 60 * 60_000;

interface Seeker {
  id: string;
  load: ServiceLoad;
  currentLaneId: string;
  costByLane: Record<string, number>;
}

/**
 * Which carrier services (each truck of one by itself) should change their lane now. A lane costs by its rank and by how full it is, weighted by the parcels
 * that wait and the nearness of their cut-off; lanes are given out by {@link assignLanes}, one service a lane as long as lanes last.
 * So that lanes do not flap: a lane is blocked only after `blockedAfterMs`, one that works keeps its duty for `holdMs`, and after
 * that another must be better by `worthwhile` points. A service all of whose lanes are blocked stays where it is.
 */
export function rebalanceLanes(
  services: readonly ServiceLoad[],
  lanes: readonly LaneLoad[],
  now: Date,
  settings: Settings,
): DutyChange[] {
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  const blocked = new Map(lanes.map((lane) => [lane.id, whyBlocked(lane, now, settings)]));
  const seekers = services.flatMap((load) => seekerOf(load, { byId, blocked, now, settings }) ?? []);
  const chosen = giveOut(seekers, lanes);
  return seekers.flatMap((seeker): DutyChange[] => {
    const toLaneId = chosen.get(seeker.id);
    if (toLaneId === undefined || toLaneId === seeker.currentLaneId) return [];
    const { carrier, service, truck } = seeker.load;
    const from = byId.get(seeker.currentLaneId)!;
    const because = explain(from, byId.get(toLaneId)!, blocked.get(from.id) ?? null);
    return [{ carrier, service, truck, fromLaneId: from.id, toLaneId, because }];
  });
}

/** Why nothing should be sent to a lane, or null: closed by people at once, full or jammed only when it lasts. */
function whyBlocked(lane: LaneLoad, now: Date, { blockedAfterMs }: Settings): string | null {
  if (lane.closed) return 'is closed';
  if (lane.forcedOpen || lane.fill === 'clear') return null;
  const sinceMs = now.getTime() - (lane.fillSince?.getTime() ?? now.getTime());
  if (sinceMs < blockedAfterMs) return null;
  return `has been ${lane.fill === 'jam' ? 'jammed' : 'full'} for ${Math.floor(sinceMs / 1_000)} s`;
}

function seekerOf(
  load: ServiceLoad,
  at: {
    byId: ReadonlyMap<string, LaneLoad>;
    blocked: ReadonlyMap<string, string | null>;
    now: Date;
    settings: Settings;
  },
): Seeker | null {
  const { byId, blocked, now, settings } = at;
  const allowed = load.lanes.filter(({ laneId }) => byId.has(laneId));
  const current = currentLane(load, allowed, byId);
  if (current === null) return null;
  const works = (laneId: string) => blocked.get(laneId) === null;
  const held = load.duty !== null && now.getTime() - load.duty.since.getTime() < settings.holdMs;
  const usable = allowed.filter(
    ({ laneId }) => works(laneId) && (!(held && works(current)) || laneId === current),
  );
  if (usable.length === 0) return null;
  const weight = Math.max(1, load.parcels) * urgency(load.cutOffAt, now);
  const costs = usable.map(({ laneId, rank }): [string, number] => {
    const cost = (rank - 1) * RANK_COST + fullness(byId.get(laneId)!) * FILL_COST;
    return [laneId, weight * (cost + (laneId === current ? 0 : settings.worthwhile))];
  });
  return {
    id: JSON.stringify([load.carrier, load.service, load.truck]),
    load,
    currentLaneId: current,
    costByLane: Object.fromEntries(costs),
  };
}

function currentLane(
  { duty }: ServiceLoad,
  allowed: readonly { laneId: string; rank: number }[],
  byId: ReadonlyMap<string, LaneLoad>,
): string | null {
  if (duty && allowed.some(({ laneId }) => laneId === duty.laneId)) return duty.laneId;
  const codeOf = (laneId: string) => byId.get(laneId)!.code;
  const [first] = [...allowed].sort(
    (one, two) => one.rank - two.rank || (codeOf(one.laneId) < codeOf(two.laneId) ? -1 : 1),
  );
  return first?.laneId ?? null;
}

/** Round after round, one service a lane: only when every lane that will do is taken do two services share one. */
function giveOut(seekers: readonly Seeker[], lanes: readonly LaneLoad[]): Map<string, string> {
  const chosen = new Map<string, string>();
  let left = [...seekers];
  while (left.length > 0) {
    const { assigned } = assignLanes(
      left.map(({ id, costByLane }) => ({ seekerId: id, costByLane })),
      lanes.map(({ id }) => ({ laneId: id })),
    );
    if (assigned.length === 0) break;
    for (const { seekerId, laneId } of assigned) chosen.set(seekerId, laneId);
    left = left.filter(({ id }) => !chosen.has(id));
  }
  return chosen;
}

function fullness({ lying, capacity }: LaneLoad): number {
  return capacity ? Math.min(1, lying / capacity) : 0;
}

/** 1 far from the cut-off, rising to 2 at it and after it. */
function urgency(cutOffAt: Date | null, now: Date): number {
  if (!cutOffAt) return 1;
  const leftMs = Math.max(0, cutOffAt.getTime() - now.getTime());
  return 2 - Math.min(1, leftMs / URGENT_MS);
}

function explain(from: LaneLoad, to: LaneLoad, blocked: string | null): string {
  if (blocked) return `${from.code} ${blocked}`;
  if (fullness(from) > fullness(to)) {
    return `${from.code} is ${percent(from)} full and ${to.code} ${percent(to)}`;
  }
  return `${to.code} is the better lane and works`;
}

function percent(lane: LaneLoad): string {
  return `${Math.round(fullness(lane) * 100)} %`;
}
