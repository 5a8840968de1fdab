import type { OrderFilter, PickMethod, TemplateStep, WaveStepName } from '#lib/contracts';
import type {
  CartonReason,
  LaneReason,
  LeftOrder,
  ReplenishmentMove,
  ReservationReason,
  RunReason,
  SelectionReason,
} from '#lib/planning';

import type { WallOrder } from './plan-walls.js';

export interface WaveLimits {
  ordersMax?: number;
  linesMax?: number;
  unitsMax?: number;
  volumeMlMax?: number;
  weightGramsMax?: number;
  pickMinutesMax?: number;
  packMinutesMax?: number;
  laneOrdersMax?: number;
}

/** What a wave is planned by, kept with it so that a failed plan goes on as it began. */
export interface PlanOrder {
  filter: OrderFilter;
  limits: WaveLimits;
  pipeline: TemplateStep[];
  /** Most seconds of planning; null: as many as the number of orders is worth. */
  secondsMax: number | null;
  ofChannel: boolean;
}

export interface PlanOrderLine {
  lineId: string;
  orderId: string;
  merchantId: string;
  itemId: string;
  sku: string;
  quantity: number;
  /** Waves that tried it before. */
  attempts: number;
  /** Its goods were set aside before the plan went on here: after a crash, or when others were quicker with those of other lines. */
  reserved: boolean;
}

export interface OrderInPlan {
  orderId: string;
  merchantId: string;
  carrier: string;
  service: string;
  cutOffAtMs: number;
  lines: number;
  units: number;
  /** Why it was selected. */
  because: SelectionReason[];
}

/** Why a line or an order can't be planned. `facts` are those of the code. */
export interface Fault {
  step: WaveStepName;
  orderId: string;
  /** Null: the order itself is at fault. */
  lineId: string | null;
  code: string;
  facts: Record<string, unknown>;
  /** One sentence for people. */
  text: string;
}

/** Goods to take at one location for a line: a reservation once it is kept. */
export interface PlannedPick {
  id: string;
  lineId: string;
  orderId: string;
  merchantId: string;
  itemId: string;
  lot: string;
  /** Where a person takes them. */
  locationId: string;
  quantity: number;
  /** The replenishment that brings them there first; null: they lie there. */
  waitsFor: string | null;
  because: ReservationReason[];
}

/** A location and an item as far as planning needs them. */
export interface PlanPlace {
  locationId: string;
  code: string;
  aisleId: string;
  zoneId: string;
  zoneCode: string;
  type: string;
  xMm: number;
  yMm: number;
}

export interface PlanItem {
  itemId: string;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  weightGrams: number;
  fragile: boolean;
}

export interface CartonInPlan {
  orderId: string;
  merchantId: string;
  number: number;
  cartonTypeId: string;
  code: string;
  contents: { itemId: string; quantity: number }[];
  grossGrams: number;
  because: CartonReason[];
  laneId: string | null;
  laneBecause: (LaneReason & Record<string, unknown>)[];
}

/** Where on the cart the goods of an order go. */
export interface SlotInPlan {
  orderId: string;
  slot: number;
  because: { code: string } & Record<string, unknown>;
  /** The slot of the put wall that a batch run's order gets; null or nothing: a tote stands there. */
  containerId?: string | null;
}

export interface RunInPlan {
  id: string;
  method: PickMethod;
  /** Its code; null where a cart passes no zones. */
  zone: string | null;
  /** Place in the sequence of zones that a cart passes; null when it passes none. */
  leg: number | null;
  afterRunId: string | null;
  slots: SlotInPlan[];
  pickIds: string[];
  walkMm: number;
  naiveMm: number;
  because: (RunReason | ({ code: string } & Record<string, unknown>))[];
  /** Where its totes are handed over: a bench, for batch runs their put wall; null at a site without benches. */
  stationId: string | null;
}

/**
 * A wave as far as it is planned. Each step computes from it and adds to it, for a wave and for a dry run alike; only a wave's steps
 * then write what they added.
 */
export interface WavePlan {
  /** Null in a dry run of a template. */
  waveId: string | null;
  nowMs: number;
  /** YYYY-MM-DD. */
  onDay: string;
  order: PlanOrder;
  orders: Map<string, OrderInPlan>;
  lines: PlanOrderLine[];
  faults: Fault[];
  /** Orders that match and found no room. */
  left: number;
  /** Each of them with its reason. */
  leftOrders: Pick<LeftOrder, 'orderId' | 'reason'>[];
  picks: PlannedPick[];
  places: Map<string, PlanPlace>;
  items: Map<string, PlanItem>;
  cartons: CartonInPlan[];
  unfitOrderIds: string[];
  replenishments: (ReplenishmentMove & { id: string; merchantId: string })[];
  runs: RunInPlan[];
  /** The same orders first come first served in S-shape. */
  naiveMm: number;
}

export function emptyPlan(waveId: string | null, at: Date, order: PlanOrder): WavePlan {
  return {
    waveId,
    nowMs: at.getTime(),
    onDay: at.toISOString().slice(0, 10),
    order,
    orders: new Map(),
    lines: [],
    faults: [],
    left: 0,
    leftOrders: [],
    picks: [],
    places: new Map(),
    items: new Map(),
    cartons: [],
    unfitOrderIds: [],
    replenishments: [],
    runs: [],
    naiveMm: 0,
  };
}

/** The plan without the orders of these faults. */
export function withoutFaulty(plan: WavePlan, faults: readonly Fault[]): WavePlan {
  if (faults.length === 0) return plan;
  const out = new Set(faults.map(({ orderId }) => orderId));
  const left = onlyOrders(plan, new Set([...plan.orders.keys()].filter((orderId) => !out.has(orderId))));
  return { ...left, faults: [...plan.faults, ...faults] };
}

/** The plan with no other orders than these. */
export function onlyOrders(plan: WavePlan, orderIds: ReadonlySet<string>): WavePlan {
  if (orderIds.size >= plan.orders.size) return plan;
  const stays = ({ orderId }: { orderId: string }) => orderIds.has(orderId);
  const picks = plan.picks.filter(stays);
  const pickIds = new Set(picks.map(({ id }) => id));
  return {
    ...plan,
    orders: new Map([...plan.orders].filter(([orderId]) => orderIds.has(orderId))),
    lines: plan.lines.filter(stays),
    picks,
    cartons: plan.cartons.filter(stays),
    runs: plan.runs.map((run) => ({
      ...run,
      slots: run.slots.filter(stays),
      pickIds: run.pickIds.filter((id) => pickIds.has(id)),
    })),
  };
}

/** Each order as a put wall sees it. */
export function wallOrders(plan: WavePlan): Map<string, WallOrder> {
  const orders = new Map<string, WallOrder>();
  for (const { orderId, itemId, quantity } of plan.picks) {
    const item = plan.items.get(itemId)!;
    const known = orders.get(orderId) ?? { orderId, volumeMl: 0, picks: 0 };
    known.picks += 1;
    known.volumeMl += (quantity * item.lengthMm * item.widthMm * item.heightMm) / 1000;
    orders.set(orderId, known);
  }
  return orders;
}

/** The picks of each order, the most urgent order first. */
export function picksByOrder(plan: WavePlan): Map<string, PlannedPick[]> {
  const byOrder = new Map<string, PlannedPick[]>();
  for (const { orderId } of plan.orders.values()) byOrder.set(orderId, []);
  for (const pick of plan.picks) byOrder.get(pick.orderId)?.push(pick);
  return byOrder;
}
