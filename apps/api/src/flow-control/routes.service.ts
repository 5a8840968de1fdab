import { Injectable } from '@nestjs/common';
import type { EdgeLane, EdgePoint, EdgeRoute, RoutesMessage } from '#lib/contracts';
import { parcelKeys } from '#lib/flow';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { EdgeDownlink } from '../platform/edge-requests.js';
import { addEvent, addEvents } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';
import { assignRoute, type RouteChoice } from './assign-route.js';
import {
  agentsWithPoints,
  edgePoints,
  edgeRoute,
  edgeRoutes,
  everyLane,
  expectedOf,
  lanesOf,
  type StoredRoute,
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
}

/** Routes in one message; more come in several, each with a version of its own. */
const ROUTES_IN_MESSAGE = 500;

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

  /**
   * Chooses the lane of a parcel and tells the edge. Without a lane for its carrier an exception is opened instead.
   * @returns the lane's code, null without one
   */
  async setRoute(tx: Tx, parcel: Parcel, wish: RouteWish = {}): Promise<string | null> {
    const choice = wish.pinnedTo ? pinned(wish.pinnedTo) : await this.choose(tx, parcel);
    if (choice.kind === 'none') {
      await this.miss(tx, parcel);
      return null;
    }
    const alternatives = choice.alternatives.map(({ code }) => code);
    const codes = [parcel.sscc, parcel.trackingNumber].filter((code): code is string => code !== null);
    const expected = wish.unchecked ? null : await expectedOf(tx, parcel.id);
    await this.parcels.planLane(tx, parcel.id, choice.lane.id);
    await resolveExceptions(tx, parcel.id, 'a lane was assigned', ['no-route']);
    const lane = choice.lane.code;
    const about = { parcelId: parcel.id, orderId: parcel.orderId, merchantId: parcel.merchantId };
    const data = { lane, alternatives, because: choice.because };
    await addEvent(tx, { type: 'flow.route-set', aggregateId: parcel.id, ...about, data });
    const agents = await agentsWithPoints(tx);
    const version = await this.nextVersion(tx);
    await rows(
      tx,
      `insert into routes (site_id, id, parcel_id, merchant_id, codes, lane_id, alternative_ids, because, active, version, at,
         laps, pinned, expected)
       values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $10, 0, $11, $12)
       on conflict (site_id, parcel_id) do update set codes = excluded.codes, lane_id = excluded.lane_id,
         alternative_ids = excluded.alternative_ids, because = excluded.because, active = true, version = excluded.version,
         at = excluded.at, laps = excluded.laps, pinned = excluded.pinned, expected = excluded.expected`,
      [
        tx.siteId,
        newId(),
        parcel.id,
        parcel.merchantId,
        codes,
        choice.lane.id,
        choice.alternatives.map(({ id }) => id),
        JSON.stringify({ text: choice.because }),
        version,
        tx.at,
        wish.pinnedTo !== undefined,
        expected && JSON.stringify(expected),
      ],
    );
    const route = edgeRoute({ codes, parcelId: parcel.id, lane, alternatives, laps: 0, expected });
    this.tell(tx, agents, version, { set: [route] });
    return lane;
  }

  /** Takes the routes of parcels that need none any more; those without an active one are left alone. */
  async removeRoutes(tx: Tx, parcelIds: readonly string[], because: string): Promise<void> {
    const active = await rows<{ parcelId: string; orderId: string; merchantId: string }>(
      tx,
      `select r.parcel_id as "parcelId", p.order_id as "orderId", p.merchant_id as "merchantId"
       from routes r join parcels p on p.site_id = r.site_id and p.id = r.parcel_id
       where r.site_id = $1 and r.parcel_id = any($2::uuid[]) and r.active order by r.parcel_id for update of r`,
      [tx.siteId, parcelIds],
    );
    if (active.length === 0) return;
    const removedParcelIds = active.map(({ parcelId }) => parcelId);
    await addEvents(
      tx,
      active.map((about) => ({
        type: 'flow.route-removed' as const,
        aggregateId: about.parcelId,
        ...about,
        data: { because },
      })),
    );
    const agents = await agentsWithPoints(tx);
    const version = await this.nextVersion(tx);
    await rows(
      tx,
      'update routes set active = false, version = $3, at = $4 where site_id = $1 and parcel_id = any($2::uuid[])',
      [tx.siteId, removedParcelIds, version, tx.at],
    );
    this.tell(tx, agents, version, { removedParcelIds });
  }

  /**
   * Sends the parcels of a carrier service that are still on their way to the lane that is on duty now, and tells the edge in as
   * few messages as possible. Lanes that a supervisor chose stay.
   * @returns how many parcels have another lane than before
   */
  async moveRoutes(tx: Tx, service: { carrier: string; service: string }): Promise<number> {
    const of = { carrierCode: service.carrier, service: service.service };
    const choice = await this.choose(tx, of);
    if (choice.kind === 'none') return 0;
    // Parcels before routes, as everybody locks them.
    const found = await rows<{ id: string; orderId: string; merchantId: string }>(
      tx,
      `select p.id, p.order_id as "orderId", p.merchant_id as "merchantId" from parcels p
       where p.site_id = $1 and p.carrier_code = $2 and p.service = $3 and p.state in ('labelled', 'inducted')
         and exists (select 1 from routes r where r.site_id = p.site_id and r.parcel_id = p.id and r.active and not r.pinned
           and r.lane_id <> $4)
       order by p.id for update`,
      [tx.siteId, of.carrierCode, of.service, choice.lane.id],
    );
    for (let at = 0; at < found.length; at += ROUTES_IN_MESSAGE) {
      await this.redirect(tx, found.slice(at, at + ROUTES_IN_MESSAGE), choice);
    }
    return found.length;
  }

  /** A parcel went round once more. */
  async countLap(tx: Tx, parcelId: string): Promise<void> {
    const agents = await agentsWithPoints(tx);
    const known = await row(
      tx,
      'select 1 from routes where site_id = $1 and parcel_id = $2 and active for update',
      [tx.siteId, parcelId],
    );
    if (!known) return;
    const version = await this.nextVersion(tx);
    const codes = await row<{ codes: string[] }>(
      tx,
      'update routes set laps = laps + 1, version = $3 where site_id = $1 and parcel_id = $2 returning codes',
      [tx.siteId, parcelId, version],
    );
    this.tell(tx, agents, version, { set: await edgeRoutes(tx, codes!.codes) });
  }

  /** Tells the edge how a lane is now. */
  async tellLanes(tx: Tx, lanes: EdgeLane[]): Promise<void> {
    const agents = await agentsWithPoints(tx);
    this.tell(tx, agents, await this.nextVersion(tx), { lanes });
  }

  /** Tells the edge how a point is now. */
  async tellPoint(tx: Tx, point: string): Promise<void> {
    const agents = await agentsWithPoints(tx);
    const points = await edgePoints(tx, { point });
    this.tell(tx, agents, await this.nextVersion(tx), { points });
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
   * The route of the parcel that carries one of these codes, for an agent that does not know it yet. A parcel that was
   * labelled a moment ago gets its route here.
   */
  async routeFor(tx: Tx, codes: readonly string[]): Promise<EdgeRoute | null> {
    const keys = codes.flatMap(parcelKeys);
    const found = await edgeRoutes(tx, keys);
    if (found.length > 0) return found.length === 1 ? found[0]! : null;
    const parcels = await this.parcels.lockSeen(tx, codes);
    const [parcel] = parcels;
    if (parcels.length !== 1 || !parcel || !['labelled', 'inducted'].includes(parcel.state)) return null;
    if ((await this.setRoute(tx, parcel)) === null) return null;
    return (await edgeRoutes(tx, keys))[0] ?? null;
  }

  private async choose(tx: Tx, of: Pick<Parcel, 'carrierCode' | 'service'>): Promise<RouteChoice> {
    const lanes = await lanesOf(tx, of);
    return assignRoute(lanes, new Map(lanes.map((lane) => [lane.id, lane])));
  }

  private async miss(tx: Tx, parcel: Parcel): Promise<void> {
    const about = { parcelId: parcel.id, orderId: parcel.orderId, merchantId: parcel.merchantId };
    const { carrierCode: carrier, service } = parcel;
    await openException(tx, {
      code: 'no-route',
      subjectKind: 'parcel',
      subjectId: parcel.id,
      ...about,
      owner: 'conveyor',
      detail: `No lane is assigned to ${carrier} ${service}; the parcel will leave by the exception lane.`,
    });
    const data = { carrier, service };
    await addEvent(tx, { type: 'flow.route-missing', aggregateId: parcel.id, ...about, data });
  }

  private async redirect(
    tx: Tx,
    parcels: readonly { id: string; orderId: string; merchantId: string }[],
    choice: Extract<RouteChoice, { kind: 'route' }>,
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
      parcels.map(({ id, orderId, merchantId }) => ({
        type: 'flow.route-set' as const,
        aggregateId: id,
        parcelId: id,
        orderId,
        merchantId,
        data: { lane, alternatives, because: choice.because },
      })),
    );
    const agents = await agentsWithPoints(tx);
    const version = await this.nextVersion(tx);
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

  /**
   * The next version of the site's table. Its row lock makes versions commit in order and without gaps; whoever holds it keeps
   * every other route of the site waiting, so it is taken last.
   */
  private async nextVersion(tx: Tx): Promise<number> {
    const next = await row<{ version: string }>(
      tx,
      `insert into route_versions as v (site_id, version) values ($1, 1)
       on conflict (site_id) do update set version = v.version + 1 returning version`,
      [tx.siteId],
    );
    return Number(next!.version);
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
