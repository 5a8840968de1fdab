import { lanesOfTruck, type TruckLane, truckOf } from '#lib/flow';
import { assignLanes, type LaneReason } from '#lib/planning';

/** A lane as far as it matters for planning what goes there. */
export interface PlanLane {
  id: string;
  code: string;
  closed: boolean;
  fill: 'clear' | 'full' | 'jam';
  /** Parcels on their way to it, planned or labelled. */
  onTheWay: number;
}

/** That a lane takes a carrier service; rank 1 is its first choice. */
export interface LaneRank extends TruckLane {
  laneId: string;
  carrier: string;
  service: string;
  rank: number;
}

/** Parcels of one carrier service for one cut-off. */
export interface LaneLoad {
  key: string;
  carrier: string;
  service: string;
  /** HH:MM of the cut-off on the site's clock: which truck they ride. */
  cutOff: string;
  parcels: number;
}

export interface LaneShare {
  laneId: string;
  parcels: number;
  because: (LaneReason | { code: 'lane-rank'; rank: number; lane: string } | { code: 'only-closed-lanes' })[];
}

/** So many pieces are dealt to the lanes: enough that every lane gets its share, few enough that it takes no time. */
const PIECES = 48;
const RANK_COST = 1_000_000;
const FULL_COST = 100_000;

/**
 * Shares the parcels of each carrier service and cut-off among the lanes that take it: by rank first, lanes that are clear before
 * full ones, of lanes told apart by trucks those of its own, closed ones only where all are closed, and among equals evenly, those with least on their way first. Services without
 * a lane have no shares.
 */
export function planLanes(
  loads: readonly LaneLoad[],
  lanes: readonly PlanLane[],
  ranks: readonly LaneRank[],
): Map<string, LaneShare[]> {
  const laneOf = new Map(lanes.map((lane) => [lane.id, lane]));
  const total = loads.reduce((sum, { parcels }) => sum + parcels, 0);
  const places = new Map<string, number>();
  const pieces = loads.flatMap((load) => {
    const open = openLanes(load, laneOf, ranks);
    const count = Math.max(
      1,
      Math.min(load.parcels, Math.round((load.parcels / Math.max(1, total)) * PIECES)),
    );
    const best = Math.min(...open.map(({ cost }) => Math.floor(cost / FULL_COST)));
    const equals = open.filter(({ cost }) => Math.floor(cost / FULL_COST) === best);
    for (const { lane } of equals) places.set(lane.id, (places.get(lane.id) ?? 0) + count / equals.length);
    if (open.length === 0) return [];
    const costByLane = Object.fromEntries(equals.map(({ lane, cost }) => [lane.id, cost]));
    return Array.from({ length: count }, (_, at) => ({
      seekerId: `${load.key}#${at}`,
      load,
      parcels: Math.floor(((at + 1) * load.parcels) / count) - Math.floor((at * load.parcels) / count),
      costByLane,
    }));
  });
  const { assigned } = assignLanes(
    pieces,
    [...places].map(([laneId, share]) => ({ laneId, places: Math.ceil(share) })),
  );
  const pieceOf = new Map(pieces.map((piece) => [piece.seekerId, piece]));
  const shares = new Map<string, LaneShare[]>();
  for (const { seekerId, laneId, reason } of assigned) {
    const { load, parcels } = pieceOf.get(seekerId)!;
    const own = shares.get(load.key) ?? [];
    const known = own.find((share) => share.laneId === laneId);
    if (known) known.parcels += parcels;
    else own.push({ laneId, parcels, because: becauseOf(load, laneOf.get(laneId)!, ranks, reason) });
    shares.set(load.key, own);
  }
  return shares;
}

function openLanes(load: LaneLoad, laneOf: ReadonlyMap<string, PlanLane>, ranks: readonly LaneRank[]) {
  const own = ranks.filter(({ carrier, service }) => carrier === load.carrier && service === load.service);
  const serving = lanesOfTruck(own, truckOf(own, load.cutOff)).flatMap(({ laneId, rank }) => {
    const lane = laneOf.get(laneId);
    if (!lane) return [];
    const cost =
      rank * RANK_COST + (lane.fill === 'clear' ? 0 : FULL_COST) + Math.min(lane.onTheWay, FULL_COST - 1);
    return [{ lane, cost }];
  });
  const open = serving.filter(({ lane }) => !lane.closed);
  return open.length > 0 ? open : serving;
}

function becauseOf(
  load: LaneLoad,
  lane: PlanLane,
  ranks: readonly LaneRank[],
  reason: LaneReason,
): LaneShare['because'] {
  const serving = ranks.filter(
    ({ carrier, service }) => carrier === load.carrier && service === load.service,
  );
  const own = lanesOfTruck(serving, truckOf(serving, load.cutOff)).find(({ laneId }) => laneId === lane.id);
  const because: LaneShare['because'] = [{ code: 'lane-rank', rank: own!.rank, lane: lane.code }, reason];
  return lane.closed ? [...because, { code: 'only-closed-lanes' }] : because;
}
