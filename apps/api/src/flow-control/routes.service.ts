import { Injectable } from '@nestjs/common';
import type { EdgeLane, EdgePoint, EdgeRoute, ParcelExpectation, RoutesMessage } from '#lib/contracts';
import { parcelKeys, truckOf } from '#lib/flow';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { EdgeDownlink } from '../platform/edge-requests.js';
import { addEvents } from '../platform/events.js';
import { answerExceptions, openExceptions } from '../platform/exceptions.js';
import { type AssignableLane, assignmentsFor, assignRoute, type RouteChoice } from './assign-route.js';
import {
  CUT_OFF_TIME,
  edgePoints,
  edgeRoute,
  edgeRoutes,
  everyLane,
  lanesOf,
  nextVersion,
  type RouteFacts,
  routeFactsOf,
  type StoredRoute,
  writeRoutes,
} from './edge-table.queries.js';
import './flow-control.events.js';

/** What changed for the edge in one version. */
interface RouteChange {
  set?: EdgeRoute[];
  removedParcelIds?: string[];
  lanes?: EdgeLane[];
  points?: EdgePoint[];
}

/** How a route is made where not as usual. */
export interface RouteWish {
  /** A supervisor chose this lane: no alternatives, and rebalancing leaves it alone. */
  pinnedTo?: { id: string; code: string; because: string };
  /** People have looked at the parcel: in-line checks let it pass. */
  unchecked?: boolean;
  /** What agents were told already, by the parcel's id. */
  proposed?: ReadonlyMap<string, Proposal>;
}

/** A choice that was told and is not written yet. */
export interface Proposal {
  parcel: Parcel;
  choice: RouteChoice;
}

/** What an agent is told; `proposal`: what is to be written because of it. */
export interface RouteAnswer {
  route: EdgeRoute | null;
  proposal: Proposal | null;
}

/** A parcel that needs its route no more, and why. */
export interface RouteRemoval {
  parcelId: string;
  because: string;
  /** What it belongs to, where not to the transaction. */
  trace?: string;
}

interface RouteToWrite {
  parcel: Parcel;
  choice: Extract<RouteChoice, { kind: 'route' }>;
  codes: string[];
  expected: ParcelExpectation | null;
}

/** States of a parcel that is on its way to a lane. */
const ROUTABLE: ReadonlySet<string> = new Set(['labelled', 'inducted']);
/** Routes in one message; more come in several, each with a version of its own. */
export const ROUTES_IN_MESSAGE = 500;

/** How the edge names the state of a lane: what people say of it counts, then its photo-eye. */
export function edgeLane(lane: {
  code: string;
  closed: boolean;
  fill: 'clear' | 'full' | 'jam';
  forcedOpen: boolean;
}): EdgeLane {
  const { code, closed, fill, forcedOpen } = lane;
  if (closed) return { code, state: 'closed' };
  if (forcedOpen) return { code, state: 'open', forced: true };
  return { code, state: fill === 'clear' ? 'open' : fill };
}

/** The table of where parcels should go: kept here, decided by, and pushed ahead to the agents that decide at the points. */
@Injectable()
export class RoutesService {
  constructor(
    private readonly parcels: ParcelsService,
    private readonly downlink: EdgeDownlink,
  ) {}

  /** {@link setRoutes} of one parcel. @returns the lane's code, null without one */
  async setRoute(tx: Tx, parcel: Parcel, wish: RouteWish = {}): Promise<string | null> {
    return (await this.setRoutes(tx, [parcel], wish))[0]?.lane ?? null;
  }

  /**
   * Chooses the lanes of parcels and tells the edge in as few messages as possible. For one without a lane for its carrier an exception
   * is opened instead.
   * @param traces what each route belongs to, where not to the transaction
   * @returns the routes that were made, as the edge is told them
   */
  async setRoutes(
    tx: Tx,
    parcels: readonly Parcel[],
    wish: RouteWish = {},
    traces: ReadonlyMap<string, string> = new Map(),
  ): Promise<EdgeRoute[]> {
    if (parcels.length === 0) return [];
    const facts = await routeFactsOf(tx, parcels.map(idOf));
    const choices = await this.chooseFor(tx, parcels, { wish, facts });
    const routed = parcels.flatMap((parcel, at) => {
      const choice = choices[at]!;
      return choice.kind === 'route' ? [{ parcel, choice }] : [];
    });
    await this.miss(
      tx,
      parcels.filter((_, at) => choices[at]!.kind === 'none'),
    );
    if (routed.length === 0) return [];
    await this.parcels.planLanes(
      tx,
      routed.map(({ parcel, choice }) => ({ id: parcel.id, laneId: choice.lane.id })),
    );
    const missed = routed.filter(({ parcel }) => facts.get(parcel.id)?.missesRoute);
    await answerExceptions(
      tx,
      missed.map(({ parcel }) => ({ subjectId: parcel.id, resolution: 'a lane was assigned' })),
      ['no-route'],
    );
    await addEvents(
      tx,
      routed.map(({ parcel, choice }) => {
        const trace = traces.get(parcel.id);
        return { ...routeSet(about(parcel), choice), ...(trace ? { trace } : {}) };
      }),
    );
    const set = routed.map(({ parcel, choice }) => {
      const expected = wish.unchecked ? null : (facts.get(parcel.id)?.expected ?? null);
      return { parcel, choice, codes: codesOf(parcel), expected };
    });
    return this.write(tx, set, wish);
  }

  /** Last, because of the version's lock. */
  private async write(tx: Tx, set: readonly RouteToWrite[], wish: RouteWish): Promise<EdgeRoute[]> {
    const { version, agents } = await nextVersion(tx);
    await writeRoutes(
      tx,
      version,
      set.map(({ parcel, choice, codes, expected }) => ({
        parcelId: parcel.id,
        merchantId: parcel.merchantId,
        codes,
        laneId: choice.lane.id,
        alternativeIds: choice.alternatives.map(idOf),
        because: { text: choice.because },
        pinned: wish.pinnedTo !== undefined,
        expected,
      })),
    );
    const routes = set.map(({ parcel, choice, expected }) => routeOf(parcel, choice, expected));
    this.tell(tx, agents, version, { set: routes });
    return routes;
  }

  /** Those of the parcels that have an active route. */
  async routed(tx: Tx, parcelIds: readonly string[]): Promise<Set<string>> {
    const found = await rows<{ id: string }>(
      tx,
      'select parcel_id as id from routes where site_id = $1 and parcel_id = any($2::uuid[]) and active',
      [tx.siteId, parcelIds],
    );
    return new Set(found.map(({ id }) => id));
  }

  /** Takes the routes of parcels that need none any more; those without an active one are left alone. */
  async removeRoutes(tx: Tx, removals: readonly RouteRemoval[]): Promise<void> {
    if (removals.length === 0) return;
    const active = await rows<{ parcelId: string; orderId: string; merchantId: string }>(
      tx,
      `select r.parcel_id as "parcelId", p.order_id as "orderId", p.merchant_id as "merchantId"
       from routes r join parcels p on p.site_id = r.site_id and p.id = r.parcel_id
       where r.site_id = $1 and r.parcel_id = any($2::uuid[]) and r.active order by r.parcel_id for update of r`,
      [tx.siteId, removals.map(({ parcelId }) => parcelId)],
    );
    if (active.length === 0) return;
    const removedParcelIds = active.map(({ parcelId }) => parcelId);
    const removalOf = new Map(removals.map((each) => [each.parcelId, each]));
    await addEvents(
      tx,
      active.map((about) => {
        const { because, trace } = removalOf.get(about.parcelId)!;
        const data = { because };
        return {
          type: 'flow.route-removed' as const,
          aggregateId: about.parcelId,
          ...about,
          ...(trace ? { trace } : {}),
          data,
        };
      }),
    );
    const { version, agents } = await nextVersion(tx);
    await rows(
      tx,
      'update routes set active = false, version = $3, at = $4 where site_id = $1 and parcel_id = any($2::uuid[])',
      [tx.siteId, removedParcelIds, version, tx.at],
    );
    this.tell(tx, agents, version, { removedParcelIds });
  }

  /**
   * Sends the parcels of a carrier service (of one of its trucks, where its lanes are told apart) that are still on their way to the lane that is on duty now, and tells the edge in as
   * few messages as possible. Lanes that a supervisor chose stay.
   * @returns how many parcels have another lane than before
   */
  async moveRoutes(
    tx: Tx,
    { carrier, service, truck }: { carrier: string; service: string; truck: string | null },
  ): Promise<number> {
    const of = { carrierCode: carrier, service };
    const [lanes = []] = await lanesOf(tx, [of]);
    const choice = assignRoute(assignmentsFor(lanes, truck), lanesById(lanes));
    if (choice.kind === 'none') return 0;
    // Parcels before routes, as everybody locks them.
    const ofAllTrucks = await rows<{ id: string; orderId: string; merchantId: string; cutOff: string }>(
      tx,
      `select p.id, p.order_id as "orderId", p.merchant_id as "merchantId", ${CUT_OFF_TIME} as "cutOff"
       from parcels p join orders o on o.site_id = p.site_id and o.id = p.order_id join sites s on s.id = p.site_id
       where p.site_id = $1 and p.carrier_code = $2 and p.service = $3 and p.state in ('labelled', 'inducted')
         and exists (select 1 from routes r where r.site_id = p.site_id and r.parcel_id = p.id and r.active and not r.pinned
           and r.lane_id <> $4)
       order by p.id for update of p`,
      [tx.siteId, of.carrierCode, of.service, choice.lane.id],
    );
    const found = ofAllTrucks
      .filter(({ cutOff }) => truckOf(lanes, cutOff) === truck)
      .map(({ cutOff: _, ...parcel }) => parcel);
    for (let at = 0; at < found.length; at += ROUTES_IN_MESSAGE) {
      await this.redirect(tx, found.slice(at, at + ROUTES_IN_MESSAGE), choice);
    }
    return found.length;
  }

  /** Parcels went round once more. */
  async countLaps(tx: Tx, parcelIds: readonly string[]): Promise<void> {
    if (parcelIds.length === 0) return;
    const known = await rows<{ codes: string[] }>(
      tx,
      `select codes from routes where site_id = $1 and parcel_id = any($2::uuid[]) and active
       order by parcel_id for update`,
      [tx.siteId, parcelIds],
    );
    if (known.length === 0) return;
    const { version, agents } = await nextVersion(tx);
    await rows(
      tx,
      'update routes set laps = laps + 1, version = $3 where site_id = $1 and parcel_id = any($2::uuid[]) and active',
      [tx.siteId, parcelIds, version],
    );
    const set = await edgeRoutes(
      tx,
      known.flatMap(({ codes }) => codes),
    );
    this.tell(tx, agents, version, { set });
  }

  /** Tells the edge how a lane is now. */
  async tellLanes(tx: Tx, lanes: EdgeLane[]): Promise<void> {
    const { version, agents } = await nextVersion(tx);
    this.tell(tx, agents, version, { lanes });
  }

  /** Tells the edge how a point is now. */
  async tellPoint(tx: Tx, point: string): Promise<void> {
    const points = await edgePoints(tx, { point });
    const { version, agents } = await nextVersion(tx);
    this.tell(tx, agents, version, { points });
  }

  /** Sends the whole table to one agent. @returns its version, 0 for a table that was never written */
  async sendSnapshot(tx: Tx, agentCode: string): Promise<number> {
    // The lock keeps the version and the rows below together: whoever changes routes takes it first.
    const held = await row<{ version: string }>(
      tx,
      'select version from route_versions where site_id = $1 for share',
      [tx.siteId],
    );
    const version = Number(held?.version ?? 0);
    const snapshot: RoutesMessage = {
      kind: 'snapshot',
      version,
      routes: await edgeRoutes(tx),
      lanes: (await everyLane(tx)).map(edgeLane),
      points: await edgePoints(tx, { agent: agentCode }),
    };
    tx.afterCommit(() => this.downlink.publishRoutes(tx.siteId, agentCode, snapshot));
    return version;
  }

  /**
   * For each question the route of the parcel that carries one of its codes, for agents that do not know it yet; null where there is
   * none, or more than one. A parcel that was labelled a moment ago has its lane chosen here. Reads only, and waits for nobody: what was
   * chosen is written by {@link keep}.
   * @param proposed what was chosen and is not written yet: the same parcel has the same answer
   */
  async answers(
    tx: Tx,
    questions: readonly (readonly string[])[],
    proposed: ReadonlyMap<string, Proposal> = new Map(),
  ): Promise<RouteAnswer[]> {
    const keys = questions.map((codes) => codes.flatMap(parcelKeys));
    const known = await edgeRoutes(tx, [...new Set(keys.flat())]);
    const answers = keys.map((of) => withKey(known, of, ({ codes }) => codes));
    const asked = questions.flatMap((codes, at) => (answers[at]!.length === 0 ? codes : []));
    const named = asked.length > 0 ? await this.parcels.named(tx, asked) : [];
    const parcels = named.filter(({ state }) => ROUTABLE.has(state));
    const facts =
      parcels.length > 0 ? await routeFactsOf(tx, parcels.map(idOf)) : new Map<string, RouteFacts>();
    const choices =
      parcels.length > 0 ? await this.chooseFor(tx, parcels, { wish: { proposed }, facts }) : [];
    const made = new Map(parcels.map((parcel, at) => [parcel.id, { parcel, choice: choices[at]! }]));
    return keys.map((of, at): RouteAnswer => {
      const [route, ...others] = answers[at]!;
      if (route) return { route: others.length === 0 ? route : null, proposal: null };
      const [parcel, ...twins] = withKey(named, of, codesOf);
      const proposal = (parcel && twins.length === 0 && made.get(parcel.id)) || null;
      if (proposal?.choice.kind !== 'route') return { route: null, proposal };
      const expected = facts.get(proposal.parcel.id)?.expected ?? null;
      return { route: routeOf(proposal.parcel, proposal.choice, expected), proposal };
    });
  }

  /** Writes what {@link answers} chose, for parcels that still need a route and have none by now. */
  async keep(tx: Tx, proposals: readonly Proposal[]): Promise<void> {
    const of = new Map(proposals.map((each) => [each.parcel.id, each]));
    const parcels = await this.parcels.lockAll(tx, [...of.keys()]);
    const routed = await this.routed(tx, [...of.keys()]);
    const open = parcels.filter(({ id, state }) => ROUTABLE.has(state) && !routed.has(id));
    await this.setRoutes(tx, open, { proposed: of });
  }

  /** Parcels that the same choice concerns see each other: of equal lanes the emptier one is taken. */
  private async chooseFor(
    tx: Tx,
    parcels: readonly Parcel[],
    { wish, facts }: { wish: RouteWish; facts: ReadonlyMap<string, RouteFacts> },
  ): Promise<RouteChoice[]> {
    if (wish.pinnedTo) return parcels.map(() => pinned(wish.pinnedTo!));
    const serviceOf = ({ carrierCode, service }: Parcel) => `${carrierCode}\n${service}`;
    const services = new Map(parcels.map((parcel) => [serviceOf(parcel), parcel]));
    const found = await lanesOf(tx, [...services.values()]);
    const lanes = lanesById(found.flat());
    const serving = new Map([...services.keys()].map((key, at) => [key, found[at]!]));
    return parcels.map((parcel) => {
      const told = wish.proposed?.get(parcel.id)?.choice;
      if (told) return told;
      const served = serving.get(serviceOf(parcel))!;
      const { cutOff, plannedLaneId } = facts.get(parcel.id)!;
      const choice = assignRoute(assignmentsFor(served, truckOf(served, cutOff)), lanes, plannedLaneId);
      if (choice.kind === 'route') choice.lane.underWay += 1;
      return choice;
    });
  }

  private async miss(tx: Tx, parcels: readonly Parcel[]): Promise<void> {
    await openExceptions(
      tx,
      parcels.map((parcel) => ({
        code: 'no-route',
        subjectKind: 'parcel' as const,
        subjectId: parcel.id,
        ...about(parcel),
        owner: 'conveyor' as const,
        detail: `No lane is assigned to ${parcel.carrierCode} ${parcel.service}; the parcel will leave by the exception lane.`,
      })),
    );
    await addEvents(
      tx,
      parcels.map((parcel) => ({
        type: 'flow.route-missing' as const,
        aggregateId: parcel.id,
        ...about(parcel),
        data: { carrier: parcel.carrierCode, service: parcel.service },
      })),
    );
  }

  /** Gives parcels another lane, at most {@link ROUTES_IN_MESSAGE} of them; those that a supervisor sent somewhere stay. */
  async redirect(
    tx: Tx,
    parcels: readonly { id: string; orderId: string; merchantId: string }[],
    choice: Omit<Extract<RouteChoice, { kind: 'route' }>, 'kind'>,
  ): Promise<void> {
    const ids = parcels.map(({ id }) => id);
    const alternatives = choice.alternatives.map(({ code }) => code);
    const { code: lane } = choice.lane;
    await rows(tx, 'update parcels set lane_id = $3 where site_id = $1 and id = any($2::uuid[])', [
      tx.siteId,
      ids,
      choice.lane.id,
    ]);
    await addEvents(
      tx,
      parcels.map(({ id: parcelId, orderId, merchantId }) =>
        routeSet({ parcelId, orderId, merchantId }, choice),
      ),
    );
    const { version, agents } = await nextVersion(tx);
    const moved = await rows<Pick<StoredRoute, 'codes' | 'parcelId' | 'laps' | 'expected'>>(
      tx,
      `update routes set lane_id = $3, alternative_ids = $4, because = $5, version = $6, at = $7
       where site_id = $1 and parcel_id = any($2::uuid[]) and active and not pinned
       returning codes, parcel_id as "parcelId", laps, expected`,
      [
        tx.siteId,
        ids,
        choice.lane.id,
        choice.alternatives.map(({ id }) => id),
        JSON.stringify({ text: choice.because }),
        version,
        tx.at,
      ],
    );
    this.tell(tx, agents, version, { set: moved.map((each) => edgeRoute({ ...each, lane, alternatives })) });
  }

  private tell(tx: Tx, agents: readonly string[], version: number, change: RouteChange): void {
    const { set = [], removedParcelIds = [], lanes = [], points } = change;
    const message: RoutesMessage = {
      kind: 'change',
      version,
      set,
      removedParcelIds,
      lanes,
      ...(points ? { points } : {}),
    };
    tx.afterCommit(() => {
      for (const code of agents) this.downlink.publishRoutes(tx.siteId, code, message);
    });
  }
}

function pinned({ id, code, because }: NonNullable<RouteWish['pinnedTo']>): RouteChoice {
  const lane = { id, code, closed: false, fill: 'clear' as const, underWay: 0 };
  return { kind: 'route', lane, alternatives: [], because };
}

const idOf = ({ id }: { id: string }): string => id;

function lanesById(lanes: readonly AssignableLane[]): Map<string, AssignableLane> {
  return new Map(lanes.map((lane) => [lane.id, lane]));
}

/** What a scanner may read of a parcel. */
function codesOf({ sscc, trackingNumber }: Pick<Parcel, 'sscc' | 'trackingNumber'>): string[] {
  return [sscc, trackingNumber].filter((code): code is string => code !== null);
}

function withKey<T>(
  among: readonly T[],
  keys: readonly string[],
  codesOf: (of: T) => readonly string[],
): T[] {
  return among.filter((each) => codesOf(each).some((code) => keys.includes(code)));
}

/** A route of a parcel that has not been on its way yet. */
function routeOf(
  parcel: Parcel,
  { lane, alternatives }: Extract<RouteChoice, { kind: 'route' }>,
  expected: ParcelExpectation | null,
): EdgeRoute {
  return edgeRoute({
    codes: codesOf(parcel),
    parcelId: parcel.id,
    lane: lane.code,
    alternatives: alternatives.map(({ code }) => code),
    laps: 0,
    expected,
  });
}

function about({ id, orderId, merchantId }: Parcel) {
  return { parcelId: id, orderId, merchantId };
}

function routeSet(
  about: { parcelId: string; orderId: string; merchantId: string },
  { lane, alternatives, because }: Omit<Extract<RouteChoice, { kind: 'route' }>, 'kind'>,
) {
  const data = { lane: lane.code, alternatives: alternatives.map(({ code }) => code), because };
  return { type: 'flow.route-set' as const, aggregateId: about.parcelId, ...about, data };
}
