/**
 * Plans back from the carriers' cut-offs with measured stage rates: when each order must start, whether it will make
 * it, and how many people each stage needs for it.
 */

/** One stage between release and hand-over, for example pick, pack, sort, load; in the order they are passed. */
export interface StageRate {
  stage: string;
  /** What the rate counts. */
  measure: 'orders' | 'lines' | 'units';
  /** Measured for the stage with the people it has now. */
  perHour: number;
  /** How much slower the slowest fifth of the time is: p80 duration / median duration, at least 1. Default 1.25. */
  spread?: number;
  /** Work already waiting in front of the stage, in its measure. */
  backlog: number;
  /** People working there now; at least 1 when the rate is not 0. */
  staff: number;
  /** Time to get to the next stage at the least, for example conveyor travel. */
  transferMs: number;
}

export interface CutOffOrder {
  orderId: string;
  cutOffAtMs: number;
  lines: number;
  units: number;
}

export interface CutOffRequest {
  nowMs: number;
  stages: StageRate[];
  /** Orders not yet released. */
  orders: CutOffOrder[];
}

export interface OrderOutlook {
  orderId: string;
  /** Latest start of the first stage so that this order and those due after it still make it. */
  startByMs: number;
  expectedDoneAtMs: number;
  /** With every stage as slow as in its slowest fifth. */
  cautiousDoneAtMs: number;
  risk: 'safe' | 'at-risk' | 'late';
  /** Stage in which the order waits longest. */
  bottleneck: string;
}

export interface StageNeed {
  stage: string;
  /** Work due by the cut-off with what waits already, in the stage's measure. */
  work: number;
  /** What the stage does until then at its rate. */
  capacity: number;
  /** People at the present rate per person; infinite when no time is left or nobody can. */
  staffNeeded: number;
  staff: number;
}

export interface CutOffNeed {
  cutOffAtMs: number;
  orders: number;
  stages: StageNeed[];
}

export interface CutOffPlan {
  /** Earliest cut-off first, the sequence in which to release. */
  orders: OrderOutlook[];
  cutOffs: CutOffNeed[];
}

const HOUR_MS = 3_600_000;
/** An idle stage: later than any cut-off. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** @throws RangeError without stages or for a negative rate. */
export function planCutOffs(request: CutOffRequest): CutOffPlan {
  if (request.stages.length === 0) throw new RangeError('A cut-off plan needs at least one stage.');
  for (const { stage, perHour } of request.stages) {
    if (!(perHour >= 0)) throw new RangeError(`The rate of ${stage} must not be negative.`);
  }
  const orders = [...request.orders].sort(
    (one, two) => one.cutOffAtMs - two.cutOffAtMs || (one.orderId < two.orderId ? -1 : 1),
  );
  const expected = forward(orders, request, () => 1);
  const cautious = forward(orders, request, (stage) => Math.max(1, stage.spread ?? 1.25));
  const startBy = latestStarts(orders, request.stages);
  return {
    orders: orders.map((order, at) => {
      const { doneAtMs, bottleneck } = expected[at]!;
      const cautiousDoneAtMs = cautious[at]!.doneAtMs;
      const risk =
        doneAtMs > order.cutOffAtMs ? 'late' : cautiousDoneAtMs > order.cutOffAtMs ? 'at-risk' : 'safe';
      const startByMs = startBy[at]!;
      return {
        orderId: order.orderId,
        startByMs,
        expectedDoneAtMs: doneAtMs,
        cautiousDoneAtMs,
        risk,
        bottleneck,
      };
    }),
    cutOffs: needsByCutOff(orders, request),
  };
}

function workOf(order: CutOffOrder, measure: StageRate['measure']): number {
  return measure === 'orders' ? 1 : order[measure];
}

function durationMs(work: number, stage: StageRate, slowness = 1): number {
  return stage.perHour === 0 ? (work === 0 ? 0 : NEVER_MS) : (work / stage.perHour) * HOUR_MS * slowness;
}

/** Each stage works off its queue in the sequence of the cut-offs. */
function forward(
  orders: CutOffOrder[],
  { stages, nowMs }: CutOffRequest,
  slowness: (stage: StageRate) => number,
) {
  const freeAtMs = stages.map((stage) => nowMs + durationMs(stage.backlog, stage, slowness(stage)));
  return orders.map((order) => {
    let atMs = nowMs;
    let longestWaitMs = -1;
    let bottleneck = stages[0]!.stage;
    stages.forEach((stage, index) => {
      const waitMs = freeAtMs[index]! - atMs;
      const spentMs = durationMs(workOf(order, stage.measure), stage, slowness(stage));
      if (Math.max(0, waitMs) + spentMs > longestWaitMs) {
        longestWaitMs = Math.max(0, waitMs) + spentMs;
        bottleneck = stage.stage;
      }
      const doneMs = Math.min(NEVER_MS, Math.max(atMs, freeAtMs[index]!) + spentMs);
      freeAtMs[index] = doneMs;
      atMs = doneMs + stage.transferMs;
    });
    return { doneAtMs: Math.min(NEVER_MS, Math.round(atMs)), bottleneck };
  });
}

/** Backward from the last order and the last stage: nobody may start later without pushing somebody past a cut-off. */
function latestStarts(orders: CutOffOrder[], stages: StageRate[]): number[] {
  const nextStartMs = stages.map(() => NEVER_MS);
  const starts = new Array<number>(orders.length).fill(0);
  for (let at = orders.length - 1; at >= 0; at--) {
    let endByMs = orders[at]!.cutOffAtMs;
    for (let index = stages.length - 1; index >= 0; index--) {
      const stage = stages[index]!;
      const doneByMs = Math.min(endByMs - stage.transferMs, nextStartMs[index]!);
      nextStartMs[index] = doneByMs - durationMs(workOf(orders[at]!, stage.measure), stage);
      endByMs = nextStartMs[index]!;
    }
    starts[at] = Math.floor(endByMs);
  }
  return starts;
}

function needsByCutOff(orders: CutOffOrder[], { stages, nowMs }: CutOffRequest): CutOffNeed[] {
  const due = stages.map((stage) => stage.backlog);
  const needs: CutOffNeed[] = [];
  orders.forEach((order, at) => {
    stages.forEach((stage, index) => {
      due[index]! += workOf(order, stage.measure);
    });
    if (orders[at + 1]?.cutOffAtMs === order.cutOffAtMs) return;
    const laterMs = (index: number) => stages.slice(index).reduce((sum, stage) => sum + stage.transferMs, 0);
    needs.push({
      cutOffAtMs: order.cutOffAtMs,
      orders: at + 1,
      stages: stages.map((stage, index) =>
        needOf(stage, due[index]!, (order.cutOffAtMs - nowMs - laterMs(index)) / HOUR_MS),
      ),
    });
  });
  return needs;
}

function needOf(stage: StageRate, work: number, hours: number): StageNeed {
  const capacity = Math.max(0, hours) * stage.perHour;
  const perPerson = stage.perHour / Math.max(1, stage.staff);
  const staffNeeded = work === 0 ? 0 : Math.ceil(work / (perPerson * Math.max(0, hours)) - 1e-9);
  return { stage: stage.stage, work, capacity, staffNeeded, staff: stage.staff };
}
