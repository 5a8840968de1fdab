import type { CutOffOutlook, DryRunDifference, DryRunView } from '#lib/contracts';
import { type CutOffPlan, planCutOffs, type StageRate } from '#lib/planning';
import { groupBy } from './group-by.js';
import type { WavePlan } from './wave-plan.js';

/** What two dry runs are compared by. */
const FIGURES = [
  'orders',
  'lines',
  'units',
  'runs',
  'walkMetres',
  'shortLines',
  'left',
  'unfitOrders',
] as const satisfies readonly (keyof DryRunView)[];

/** What is not a number of the report itself. */
const COUNTED: Readonly<Record<string, (view: Rehearsed) => number>> = {
  cartons: ({ cartons }) => cartons.reduce((sum, { count }) => sum + count, 0),
  pickMinutes: ({ labour }) => labour.pickMinutes,
  packMinutes: ({ labour }) => labour.packMinutes,
  labourMinutes: ({ labour }) => labour.pickMinutes + labour.packMinutes,
};

/** A projected finish moves with the clock: less than this is not worth a word. */
const MOVED_MS = 5 * 60_000;

type Rehearsed = Omit<DryRunView, 'difference'>;

/** When the orders of a plan would be handed over at these rates, by carrier service and cut-off. */
export function cutOffOutlooks(plan: WavePlan, stages: StageRate[]): CutOffOutlook[] {
  const orders = [...plan.orders.values()];
  if (orders.length === 0) return [];
  const outlook = planCutOffs({
    nowMs: plan.nowMs,
    stages,
    orders: orders.map(({ orderId, cutOffAtMs, lines, units }) => ({ orderId, cutOffAtMs, lines, units })),
  });
  const byId = new Map(outlook.orders.map((each) => [each.orderId, each]));
  const groups = groupBy(orders, ({ carrier, service, cutOffAtMs }) =>
    JSON.stringify([cutOffAtMs, carrier, service]),
  );
  return [...groups.values()]
    .map((group) => groupOutlook(group, byId, outlook))
    .sort((one, two) => (one.cutOffAt < two.cutOffAt ? -1 : 1));
}

function groupOutlook(
  group: { orderId: string; carrier: string; service: string; cutOffAtMs: number }[],
  byId: ReadonlyMap<string, CutOffPlan['orders'][number]>,
  outlook: CutOffPlan,
): CutOffOutlook {
  const { carrier, service, cutOffAtMs } = group[0]!;
  const own = group.map(({ orderId }) => byId.get(orderId)!);
  const last = own.reduce((one, two) => (two.expectedDoneAtMs > one.expectedDoneAtMs ? two : one));
  const cautiousMs = Math.max(...own.map((each) => each.cautiousDoneAtMs));
  const startByMs = Math.min(...own.map((each) => each.startByMs));
  const risk = own.some((each) => each.risk === 'late')
    ? 'late'
    : own.some((each) => each.risk === 'at-risk')
      ? 'at-risk'
      : 'safe';
  const need = outlook.cutOffs.find((each) => each.cutOffAtMs === cutOffAtMs)!;
  return {
    carrier,
    service,
    cutOffAt: isoOf(cutOffAtMs),
    orders: group.length,
    startBy: isoOf(startByMs),
    projectedAt: isoOf(last.expectedDoneAtMs),
    cautiousAt: isoOf(cautiousMs),
    risk,
    bottleneck: last.bottleneck,
    stages: need.stages.map((stage) => ({
      ...stage,
      work: Math.round(stage.work),
      capacity: Math.round(stage.capacity),
      staffNeeded: Number.isFinite(stage.staffNeeded) ? stage.staffNeeded : null,
    })),
  };
}

/** The last moment that a date can name: for a stage that stands still. */
const END_OF_TIME_MS = 8.64e15;

function isoOf(ms: number): string {
  return new Date(Math.min(END_OF_TIME_MS, Math.max(0, ms))).toISOString();
}

/** What changed against the dry run before; figures that stayed are left out. */
export function differenceOf(
  before: { view: DryRunView; orderIds: readonly string[] },
  now: { view: Rehearsed; orderIds: readonly string[] },
): DryRunDifference {
  const old = new Set(before.orderIds);
  const kept = now.orderIds.filter((id) => old.has(id)).length;
  return {
    since: before.view.at,
    figures: figuresOf(before.view, now.view).filter((each) => each.before !== each.after),
    lanes: laneChanges(before.view, now.view),
    cutOffs: cutOffChanges(before.view, now.view),
    ordersAdded: now.orderIds.length - kept,
    ordersGone: before.orderIds.length - kept,
  };
}

function figuresOf(before: Rehearsed, now: Rehearsed): DryRunDifference['figures'] {
  const plain = FIGURES.map((name) => ({ name, before: before[name], after: now[name] }));
  const counted = Object.entries(COUNTED).map(([name, of]) => ({ name, before: of(before), after: of(now) }));
  return [...plain, ...counted];
}

/** Parcels for each lane that has more or fewer than before. */
function laneChanges(before: Rehearsed, now: Rehearsed): DryRunDifference['lanes'] {
  const codes = new Set([...before.lanes, ...now.lanes].map(({ code }) => code));
  const parcelsOf = (view: Rehearsed, code: string) =>
    view.lanes.find((lane) => lane.code === code)?.parcels ?? 0;
  return [...codes]
    .map((code) => ({ code, before: parcelsOf(before, code), after: parcelsOf(now, code) }))
    .filter((lane) => lane.before !== lane.after);
}

/** Cut-offs whose orders will be ready earlier or later than was foreseen, or against which the risk is another one. */
function cutOffChanges(before: Rehearsed, now: Rehearsed): DryRunDifference['cutOffs'] {
  const keyOf = ({ carrier, service, cutOffAt }: CutOffOutlook) => `${carrier} ${service} ${cutOffAt}`;
  const known = new Map(before.cutOffs.map((each) => [keyOf(each), each]));
  return now.cutOffs.flatMap((each) => {
    const old = known.get(keyOf(each));
    if (!old) return [];
    const movedMs = Math.abs(Date.parse(each.projectedAt) - Date.parse(old.projectedAt));
    if (movedMs < MOVED_MS && each.risk === old.risk) return [];
    const { carrier, service, cutOffAt, risk } = each;
    return [{ carrier, service, cutOffAt, before: old.projectedAt, after: each.projectedAt, risk }];
  });
}
