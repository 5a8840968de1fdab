import { Injectable } from '@nestjs/common';
import type { LanePlan, LanePlanBody, LanePlanChange, LanePlanEffect, LanePlanView } from '#lib/contracts';
import { lanesOfTruck, truckOf } from '#lib/flow';
import { ParcelsService } from '../packing/parcels.service.js';
import { Database, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import {
  cartonsPlanned,
  endDuties,
  groundOf,
  isNews,
  lastChange,
  type PlacedParcel,
  type PlanLane,
  parcelsUnderWay,
  planCartons,
  planLanes,
  planNow,
  planView,
  recordChange,
  type Service,
  type StoredChange,
  servingBy,
  settle,
  unsettledChanges,
  writePlan,
} from './lane-plan.queries.js';
import { changedServices, mergedPlan, planDifferences } from './lane-plan-changes.js';
import { movesOf, type Placement, placeAll, type Serving } from './lane-plan-effect.js';
import { lanePlanFaults, serviceName } from './lane-plan-faults.js';
import { ROUTES_IN_MESSAGE, RoutesService } from './routes.service.js';
import './flow-control.events.js';

/** Whatever was choosing a lane by the plan before has written it, or given up, after so long. */
const SETTLED_AFTER_MS = 120_000;

/**
 * Which lanes take which carrier services, and where scan points send what they can't sort: one place through which editor, undo and
 * import change it. A change is checked whole, stays on record with who made it, and parcels on their way follow at once, as do the
 * cartons that waves planned.
 */
@Injectable()
export class LanePlanService {
  /** Imported changes that this process has made known to the agents. */
  private readonly madeKnown = new Set<string>();

  constructor(
    private readonly db: Database,
    private readonly routes: RoutesService,
    private readonly parcels: ParcelsService,
  ) {}

  view(): Promise<LanePlanView> {
    return this.db.transaction((tx) => planView(tx));
  }

  /** What a plan would do if it were saved now. @throws Refusal flow.lane-plan-invalid */
  preview(plan: LanePlan): Promise<LanePlanEffect> {
    return this.db.transaction(async (tx) => {
      const [before, lanes] = [await planNow(tx), await planLanes(tx)];
      await requireSound(tx, plan, { before, lanes });
      const services = changedServices(planDifferences(before, plan));
      const [serving, byId] = [servingBy(plan, lanes, services), lanesById(lanes)];
      const underWay = await parcelsUnderWay(tx, services);
      const cartons = await cartonsPlanned(tx, services);
      const moves = movesOf(
        [
          { placed: underWay, to: placeAll(underWay, serving, byId), as: 'underWay' },
          { placed: cartons, to: placeAll(cartons, serving, byId), as: 'planned' },
        ],
        (laneId) => byId.get(laneId)!.code,
      );
      const served = new Set(plan.takes.map(serviceName));
      const { services: all } = await groundOf(tx, before, lanes);
      return {
        underWay: moves.reduce((sum, move) => sum + move.underWay, 0),
        planned: moves.reduce((sum, move) => sum + move.planned, 0),
        moves,
        unsorted: all
          .filter((each) => !served.has(serviceName(each)))
          .map(({ carrier, service }) => ({ carrier, service })),
      };
    });
  }

  /** Replaces the plan. @throws Refusal flow.lane-plan-invalid, flow.lane-plan-changed */
  save({ revision, ...plan }: LanePlanBody): Promise<LanePlanView> {
    return this.db.transaction(async (tx) => {
      await requireRevision(tx, revision);
      await this.change(tx, { kind: 'edited', seen: revision }, plan);
      return planView(tx);
    });
  }

  /** Takes the last change back, as a change of its own. @throws Refusal as {@link save}, flow.nothing-to-undo */
  undo(revision: number): Promise<LanePlanView> {
    return this.db.transaction(async (tx) => {
      const last = await requireRevision(tx, revision);
      if (!last) throw new Refusal('flow.nothing-to-undo', 'No change of the lanes is on record.');
      await this.change(tx, { kind: 'undone', seen: revision }, last.before);
      return planView(tx);
    });
  }

  /**
   * What a file brings: it changes and adds, and takes nothing away. A file that says what it said the last time changes nothing: what
   * people set since then stays.
   * @throws Refusal flow.lane-plan-invalid, flow.lane-plan-changed
   */
  async bring(tx: Tx, plan: LanePlan): Promise<void> {
    if (!(await isNews(tx, plan))) return;
    const seen = (await lastChange(tx))?.revision ?? 0;
    await this.change(tx, { kind: 'imported', seen }, mergedPlan(await planNow(tx), plan));
  }

  /**
   * For a while after a change: parcels whose lane was being chosen by the plan before get one that takes them, and agents hear of what
   * another process imported. @returns how many parcels have another lane
   */
  async settle(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const open = await unsettledChanges(tx);
      if (open.length === 0) return 0;
      const unknown = open.filter(({ id, kind }) => kind === 'imported' && !this.madeKnown.has(id));
      // A version more: agents that were not told what is in it ask for all.
      if (unknown.length > 0) await this.routes.tellLanes(tx, []);
      for (const { id } of unknown) this.madeKnown.add(id);
      const services = changedServices(open.flatMap(({ before, after }) => planDifferences(before, after)));
      const moved = await this.reroute(tx, services, { straysOnly: true });
      const over = open.filter(({ at }) => tx.at.getTime() - at.getTime() >= SETTLED_AFTER_MS);
      if (over.length > 0)
        await settle(
          tx,
          over.map(({ id }) => id),
        );
      return moved;
    });
  }

  /** @param as `seen`: the revision that `wanted` was made of; it is read before the plan, so that nobody comes between unnoticed */
  private async change(
    tx: Tx,
    { kind, seen }: { kind: LanePlanChange['kind']; seen: number },
    wanted: LanePlan,
  ): Promise<void> {
    const [before, lanes] = [await planNow(tx), await planLanes(tx)];
    await requireSound(tx, wanted, { before, lanes });
    const differences = planDifferences(before, wanted);
    if (differences.length === 0) return;
    const after = mergedPlan({ takes: [], points: before.points }, wanted);
    const revision = seen + 1;
    if (!(await recordChange(tx, { revision, kind, before, after }))) throw changedMeanwhile(revision);
    await writePlan(tx, before, after);
    const services = changedServices(differences);
    await endDuties(tx, services);
    await replan(tx, services);
    const parcels = await this.reroute(tx, services);
    const points = new Set(differences.flatMap((each) => (each.kind === 'take' ? [] : [each.point])));
    for (const point of points) await this.routes.tellPoint(tx, point);
    const data = { revision, kind, differences: differences.length, parcels };
    await addEvent(tx, { type: 'flow.lane-plan-changed', aggregateId: newId(), data });
  }

  /** Parcels of these carrier services go where the plan that stands sends them. @returns how many have another lane than before */
  private async reroute(tx: Tx, services: readonly Service[], { straysOnly = false } = {}): Promise<number> {
    if (services.length === 0) return 0;
    const lanes = await planLanes(tx);
    const serving = servingBy(await planNow(tx), lanes, services);
    const found = await parcelsUnderWay(tx, services, { locked: true });
    const placed = straysOnly ? found.filter((parcel) => isStray(parcel, serving)) : found;
    const routed = placed.filter(({ laneId }) => laneId !== null);
    const groups = new Map<string, { placement: Placement; parcels: PlacedParcel[] }>();
    for (const [at, placement] of placeAll(routed, serving, lanesById(lanes)).entries()) {
      const parcel = routed[at]!;
      if (!placement || isAsBefore(parcel, placement)) continue;
      const key = JSON.stringify([placement.lane.id, ...placement.alternatives.map(({ id }) => id)]);
      const group = groups.get(key) ?? { placement, parcels: [] };
      group.parcels.push(parcel);
      groups.set(key, group);
    }
    const missing = placed.filter(({ laneId }) => laneId === null).map(({ id }) => id);
    const given = await this.routes.setRoutes(tx, await this.parcels.lockAll(tx, missing));
    for (const { placement, parcels } of groups.values()) {
      for (let at = 0; at < parcels.length; at += ROUTES_IN_MESSAGE)
        await this.routes.redirect(tx, parcels.slice(at, at + ROUTES_IN_MESSAGE), placement);
    }
    const moved = [...groups.values()].flatMap(({ placement, parcels }) =>
      parcels.filter(({ laneId }) => laneId !== placement.lane.id),
    );
    return moved.length + given.length;
  }
}

/** Cartons that a wave planned and nobody has labelled follow, or their parcels would go as was planned before. */
async function replan(tx: Tx, services: readonly Service[]): Promise<void> {
  if (services.length === 0) return;
  const lanes = await planLanes(tx);
  const cartons = await cartonsPlanned(tx, services);
  const placements = placeAll(cartons, servingBy(await planNow(tx), lanes, services), lanesById(lanes));
  const moved = cartons.flatMap(({ id, laneId }, at) => {
    const placement = placements[at];
    if (!placement || placement.lane.id === laneId) return [];
    return [{ id, laneId: placement.lane.id, lane: placement.lane.code, rank: placement.rank }];
  });
  if (moved.length > 0) await planCartons(tx, moved);
}

async function requireSound(
  tx: Tx,
  plan: LanePlan,
  { before, lanes }: { before: LanePlan; lanes: readonly PlanLane[] },
): Promise<void> {
  const errors = lanePlanFaults(plan, await groundOf(tx, before, lanes));
  if (errors.length === 0) return;
  const detail = errors.map(({ message }) => message).join(' ');
  throw new Refusal('flow.lane-plan-invalid', detail, { status: 422, errors });
}

async function requireRevision(tx: Tx, revision: number): Promise<StoredChange | null> {
  const last = await lastChange(tx);
  const now = last?.revision ?? 0;
  if (now !== revision) throw changedMeanwhile(now);
  return last;
}

function changedMeanwhile(revision: number): Refusal {
  return new Refusal('flow.lane-plan-changed', 'Somebody else changed what lanes take meanwhile.', {
    facts: { revision },
  });
}

function lanesById(lanes: readonly PlanLane[]): Map<string, PlanLane> {
  return new Map(lanes.map((lane) => [lane.id, lane]));
}

function isStray(parcel: PlacedParcel, serving: Serving): boolean {
  const lanes = serving.get(serviceName(parcel)) ?? [];
  return !lanesOfTruck(lanes, truckOf(lanes, parcel.cutOff)).some(({ laneId }) => laneId === parcel.laneId);
}

function isAsBefore({ laneId, alternativeIds }: PlacedParcel, { lane, alternatives }: Placement): boolean {
  return (
    laneId === lane.id && JSON.stringify(alternativeIds) === JSON.stringify(alternatives.map(({ id }) => id))
  );
}
