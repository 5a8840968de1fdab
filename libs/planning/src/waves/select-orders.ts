/**
 * Chooses the orders of a wave: those whose cut-off presses, of high priority and waiting long first, shared fairly
 * among merchants, within every capacity. Each answer says why an order is in or why it stays.
 */

/** An order that could go into the wave. */
export interface WaveCandidate {
  orderId: string;
  merchantId: string;
  /** Higher goes first; 0 is normal. */
  priority: number;
  /** Latest hand-over to the carrier, milliseconds since the epoch; null when nothing is promised. */
  cutOffAtMs: number | null;
  /** When the order became ready, milliseconds since the epoch. */
  readyAtMs: number;
  lines: number;
  units: number;
  /** What the order takes of the wave's other capacities, for example `{ 'pack-minutes': 2, 'lane:5': 1 }`. */
  loads?: Record<string, number>;
}

/** What the wave can hold. What is left out is unlimited. */
export interface WaveCapacity {
  orders?: number;
  lines?: number;
  units?: number;
  /** By the names used in `WaveCandidate.loads`: pick, pack, put-wall, lane and labour capacity. */
  loads?: Record<string, number>;
}

export interface SelectOrdersRequest {
  nowMs: number;
  candidates: WaveCandidate[];
  capacity: WaveCapacity;
  /** Time from release to hand-over that a normal order needs. Default one hour. */
  leadTimeMs?: number;
  /** Relative claim of each merchant on the units of the wave; absent merchants have 1. */
  merchantShares?: Record<string, number>;
  weights?: Partial<SelectionWeights>;
}

/** Points that make up an order's score. */
export interface SelectionWeights {
  /** For an order that must start now to make its cut-off; less the more time it has. Default 1000. */
  urgency: number;
  /** Per step of priority. Default 100. */
  priority: number;
  /** Per hour waited, up to a day. Default 5. */
  waitingHour: number;
  /** Taken off a merchant that would hold the whole wave beyond its share. Default 1500. */
  fairness: number;
}

export type SelectionReason =
  | { code: 'cut-off-passed'; lateMs: number }
  | { code: 'cut-off-near'; slackMs: number }
  | { code: 'priority'; priority: number }
  | { code: 'waited'; waitedMs: number }
  | { code: 'fair-share'; merchantId: string }
  | { code: 'room-left' };

export type LeftReason =
  | { code: 'no-capacity'; capacity: string; needed: number; free: number }
  | { code: 'larger-than-wave'; capacity: string; needed: number; limit: number };

export interface SelectedOrder {
  orderId: string;
  score: number;
  reasons: SelectionReason[];
}

export interface LeftOrder {
  orderId: string;
  score: number;
  reason: LeftReason;
}

export interface OrderSelection {
  /** In the order chosen. */
  selected: SelectedOrder[];
  left: LeftOrder[];
  used: { orders: number; lines: number; units: number; loads: Record<string, number> };
  unitsByMerchant: Record<string, number>;
}

const HOUR_MS = 3_600_000;
const DEFAULT_WEIGHTS: SelectionWeights = { urgency: 1000, priority: 100, waitingHour: 5, fairness: 1500 };

interface Ranked {
  candidate: WaveCandidate;
  score: number;
}

interface MerchantQueue {
  merchantId: string;
  waiting: Ranked[];
  next: number;
  fairUnits: number;
  usedUnits: number;
}

/** Deterministic; never exceeds a capacity; an order is taken whole or stays. */
export function selectOrders(request: SelectOrdersRequest): OrderSelection {
  const weights = { ...DEFAULT_WEIGHTS, ...request.weights };
  const ranked = request.candidates.map((candidate) => ({
    candidate,
    score: scoreOf(candidate, request, weights),
  }));
  const queues = merchantQueues(ranked, request);
  const room = new Room(request.capacity);
  const selected: SelectedOrder[] = [];
  const left: LeftOrder[] = [];
  for (let queue = nextQueue(queues, weights); queue; queue = nextQueue(queues, weights)) {
    const { candidate, score } = queue.waiting[queue.next++]!;
    const obstacle = room.obstacleTo(candidate);
    if (obstacle) {
      left.push({ orderId: candidate.orderId, score, reason: obstacle });
      continue;
    }
    room.take(candidate);
    selected.push({ orderId: candidate.orderId, score, reasons: reasonsOf(candidate, request, queue) });
    queue.usedUnits += candidate.units;
  }
  const unitsByMerchant = Object.fromEntries(queues.map((queue) => [queue.merchantId, queue.usedUnits]));
  return { selected, left, used: room.used, unitsByMerchant };
}

function slackMsOf(candidate: WaveCandidate, request: SelectOrdersRequest): number | null {
  if (candidate.cutOffAtMs === null) return null;
  return candidate.cutOffAtMs - request.nowMs - (request.leadTimeMs ?? HOUR_MS);
}

/** Urgency falls by half with each two hours of slack; a passed cut-off stays as urgent as one that is due now. */
function scoreOf(candidate: WaveCandidate, request: SelectOrdersRequest, weights: SelectionWeights): number {
  const slackMs = slackMsOf(candidate, request);
  const urgency = slackMs === null ? 0 : 0.5 ** (Math.max(0, slackMs) / (2 * HOUR_MS));
  const waitedHours = Math.min(24, Math.max(0, (request.nowMs - candidate.readyAtMs) / HOUR_MS));
  const score =
    weights.urgency * urgency + weights.priority * candidate.priority + weights.waitingHour * waitedHours;
  return Math.round(score * 1000) / 1000;
}

function merchantQueues(ranked: Ranked[], request: SelectOrdersRequest): MerchantQueue[] {
  const byMerchant = new Map<string, Ranked[]>();
  for (const entry of ranked) {
    const sameMerchant = byMerchant.get(entry.candidate.merchantId);
    if (sameMerchant) sameMerchant.push(entry);
    else byMerchant.set(entry.candidate.merchantId, [entry]);
  }
  const shareOf = (merchantId: string) => Math.max(0, request.merchantShares?.[merchantId] ?? 1);
  const shareTotal = [...byMerchant.keys()].reduce((sum, merchantId) => sum + shareOf(merchantId), 0) || 1;
  const waitingUnits = ranked.reduce((sum, { candidate }) => sum + candidate.units, 0);
  const waveUnits = Math.max(1, waitingUnits * shareThatFits(request));
  // By id, so that the sequence in which orders are given decides nothing.
  const merchants = [...byMerchant].sort(([one], [two]) => (one < two ? -1 : 1));
  return merchants.map(([merchantId, waiting]) => ({
    merchantId,
    waiting: waiting.sort(compareRanked),
    next: 0,
    fairUnits: (waveUnits * shareOf(merchantId)) / shareTotal,
    usedUnits: 0,
  }));
}

/** Roughly how much of what waits goes into the wave, by the capacity that every order needs and that has least room. */
function shareThatFits({ candidates, capacity }: SelectOrdersRequest): number {
  const total = (of: (candidate: WaveCandidate) => number) =>
    candidates.reduce((sum, candidate) => sum + of(candidate), 0);
  const shares = [
    (capacity.orders ?? Number.POSITIVE_INFINITY) / candidates.length,
    (capacity.lines ?? Number.POSITIVE_INFINITY) / total(({ lines }) => lines),
    (capacity.units ?? Number.POSITIVE_INFINITY) / total(({ units }) => units),
  ];
  for (const [name, limit] of Object.entries(capacity.loads ?? {})) {
    if (candidates.every(({ loads }) => (loads?.[name] ?? 0) > 0))
      shares.push(limit / total(({ loads }) => loads![name]!));
  }
  return Math.min(1, ...shares.filter((share) => !Number.isNaN(share)));
}

function compareRanked(one: Ranked, two: Ranked): number {
  return (
    two.score - one.score ||
    (one.candidate.cutOffAtMs ?? Number.MAX_SAFE_INTEGER) -
      (two.candidate.cutOffAtMs ?? Number.MAX_SAFE_INTEGER) ||
    one.candidate.readyAtMs - two.candidate.readyAtMs ||
    (one.candidate.orderId < two.candidate.orderId ? -1 : 1)
  );
}

/** The merchant whose first waiting order is worth most after what the merchant already holds beyond its share. */
function nextQueue(queues: MerchantQueue[], weights: SelectionWeights): MerchantQueue | undefined {
  let best: MerchantQueue | undefined;
  let bestWorth = Number.NEGATIVE_INFINITY;
  for (const queue of queues) {
    const first = queue.waiting[queue.next];
    if (!first) continue;
    const beyondShare = Math.max(0, queue.usedUnits / Math.max(queue.fairUnits, 1e-9) - 1);
    const worth = first.score - weights.fairness * Math.min(1, beyondShare);
    if (worth > bestWorth) {
      bestWorth = worth;
      best = queue;
    }
  }
  return best;
}

function reasonsOf(
  candidate: WaveCandidate,
  request: SelectOrdersRequest,
  queue: MerchantQueue,
): SelectionReason[] {
  const reasons: SelectionReason[] = [];
  const slackMs = slackMsOf(candidate, request);
  if (candidate.cutOffAtMs !== null && candidate.cutOffAtMs < request.nowMs) {
    reasons.push({ code: 'cut-off-passed', lateMs: request.nowMs - candidate.cutOffAtMs });
  } else if (slackMs !== null && slackMs < 2 * HOUR_MS) reasons.push({ code: 'cut-off-near', slackMs });
  if (candidate.priority > 0) reasons.push({ code: 'priority', priority: candidate.priority });
  const waitedMs = request.nowMs - candidate.readyAtMs;
  if (waitedMs >= HOUR_MS) reasons.push({ code: 'waited', waitedMs });
  const withinShare = queue.usedUnits + candidate.units <= queue.fairUnits;
  reasons.push(
    withinShare ? { code: 'fair-share', merchantId: candidate.merchantId } : { code: 'room-left' },
  );
  return reasons;
}

/** What is left of the wave's capacities. */
class Room {
  readonly used = { orders: 0, lines: 0, units: 0, loads: {} as Record<string, number> };

  constructor(private readonly capacity: WaveCapacity) {}

  obstacleTo(candidate: WaveCandidate): LeftReason | undefined {
    const plain = [
      ['orders', 1, this.used.orders, this.capacity.orders],
      ['lines', candidate.lines, this.used.lines, this.capacity.lines],
      ['units', candidate.units, this.used.units, this.capacity.units],
    ] as const;
    const loads = Object.entries(candidate.loads ?? {}).map(
      ([name, needed]) => [name, needed, this.used.loads[name] ?? 0, this.capacity.loads?.[name]] as const,
    );
    for (const [capacity, needed, used, limit] of [...plain, ...loads]) {
      if (limit === undefined || used + needed <= limit) continue;
      if (needed > limit) return { code: 'larger-than-wave', capacity, needed, limit };
      return { code: 'no-capacity', capacity, needed, free: limit - used };
    }
    return undefined;
  }

  take(candidate: WaveCandidate): void {
    this.used.orders += 1;
    this.used.lines += candidate.lines;
    this.used.units += candidate.units;
    for (const [name, load] of Object.entries(candidate.loads ?? {})) {
      this.used.loads[name] = (this.used.loads[name] ?? 0) + load;
    }
  }
}
