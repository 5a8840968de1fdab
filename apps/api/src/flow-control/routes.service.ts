import { Injectable } from '@nestjs/common';
import type { EdgeLane, EdgePoint, EdgeRoute, RoutesMessage } from '#lib/contracts';
import { parcelKeys } from '#lib/flow';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { EdgeDownlink } from '../platform/edge-requests.js';
import { addEvent, addEvents } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';
import { type AssignableLane, type Assignment, assignRoute } from './assign-route.js';
import './flow-control.events.js';

/** What changed for the edge in one version. */
interface RouteChange {
  set?: EdgeRoute[];
  removedParcelIds?: string[];
  lanes?: EdgeLane[];
}

/** How the edge names the state of a lane: what people closed is closed, whatever its photo-eye says. */
export function edgeLane(lane: { code: string; closed: boolean; fill: 'clear' | 'full' | 'jam' }): EdgeLane {
  return { code: lane.code, state: lane.closed ? 'closed' : lane.fill === 'clear' ? 'open' : lane.fill };
}

/** The table of where parcels should go: kept here, decided by, and pushed ahead to the agents that decide at the points. */
@Injectable()
export class RoutesService {
  constructor(
    private readonly parcels: ParcelsService,
    private readonly downlink: EdgeDownlink,
  ) {}

  /** Chooses the lane of a parcel and tells the edge. Without a lane for its carrier an exception is opened instead. */
  async setRoute(tx: Tx, parcel: Parcel): Promise<string | null> {
    const choice = assignRoute(await this.assignmentsOf(tx, parcel), await this.lanes(tx));
    const about = { parcelId: parcel.id, orderId: parcel.orderId, merchantId: parcel.merchantId };
    if (choice.kind === 'none') {
      const { carrierCode: carrier, service } = parcel;
      await openException(tx, {
        code: 'no-route',
        subjectKind: 'parcel',
        subjectId: parcel.id,
        ...about,
        owner: 'conveyor',
        detail: `No lane is assigned to ${carrier} ${service}; the parcel will leave by the exception lane.`,
      });
      await addEvent(tx, {
        type: 'flow.route-missing',
        aggregateId: parcel.id,
        ...about,
        data: { carrier, service },
      });
      return null;
    }
    const codes = [parcel.sscc, parcel.trackingNumber].filter((code): code is string => code !== null);
    const alternatives = choice.alternatives.map(({ code }) => code);
    const version = await this.nextVersion(tx);
    await rows(
      tx,
      `insert into routes (site_id, id, parcel_id, merchant_id, codes, lane_id, alternative_ids, because, active, version, at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $10)
       on conflict (site_id, parcel_id) do update set codes = excluded.codes, lane_id = excluded.lane_id,
         alternative_ids = excluded.alternative_ids, because = excluded.because, active = true, version = excluded.version,
         at = excluded.at`,
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
      ],
    );
    await this.parcels.planLane(tx, parcel.id, choice.lane.id);
    await resolveExceptions(tx, parcel.id, 'a lane was assigned', ['no-route']);
    await this.push(tx, version, {
      set: [{ codes, parcelId: parcel.id, lane: choice.lane.code, alternatives }],
    });
    const data = { lane: choice.lane.code, alternatives, because: choice.because };
    await addEvent(tx, { type: 'flow.route-set', aggregateId: parcel.id, ...about, data });
    return choice.lane.code;
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
    const version = await this.nextVersion(tx);
    await rows(
      tx,
      'update routes set active = false, version = $3, at = $4 where site_id = $1 and parcel_id = any($2::uuid[])',
      [tx.siteId, removedParcelIds, version, tx.at],
    );
    await this.push(tx, version, { removedParcelIds });
    await addEvents(
      tx,
      active.map((about) => ({
        type: 'flow.route-removed' as const,
        aggregateId: about.parcelId,
        ...about,
        data: { because },
      })),
    );
  }

  /** Tells the edge how a lane is now. */
  async tellLanes(tx: Tx, lanes: EdgeLane[]): Promise<void> {
    await this.push(tx, await this.nextVersion(tx), { lanes });
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
      routes: await this.activeRoutes(tx),
      lanes: [...(await this.lanes(tx)).values()].map(edgeLane),
      points: await this.pointsOf(tx, agentCode),
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
    const found = await this.activeRoutes(tx, keys);
    if (found.length > 0) return found.length === 1 ? found[0]! : null;
    const parcels = await this.parcels.lockSeen(tx, codes);
    const [parcel] = parcels;
    if (parcels.length !== 1 || !parcel || !['labelled', 'inducted'].includes(parcel.state)) return null;
    if ((await this.setRoute(tx, parcel)) === null) return null;
    return (await this.activeRoutes(tx, keys))[0] ?? null;
  }

  /** True when the lane serves the carrier service. */
  async serves(tx: Tx, laneId: string, parcel: Pick<Parcel, 'carrierCode' | 'service'>): Promise<boolean> {
    const assigned = await this.assignmentsOf(tx, parcel);
    return assigned.some((each) => each.laneId === laneId);
  }

  private assignmentsOf(tx: Tx, parcel: Pick<Parcel, 'carrierCode' | 'service'>): Promise<Assignment[]> {
    return rows(
      tx,
      `select lane_id as "laneId", rank from lane_assignments where site_id = $1 and carrier_code = $2 and service = $3`,
      [tx.siteId, parcel.carrierCode, parcel.service],
    );
  }

  private async lanes(tx: Tx): Promise<Map<string, AssignableLane>> {
    const found = await rows<AssignableLane>(
      tx,
      `select l.id, l.code, l.closed, l.fill, coalesce(r.count, 0)::int as "underWay"
       from lanes l left join (select lane_id, count(*) from routes where site_id = $1 and active group by lane_id) r
         on r.lane_id = l.id
       where l.site_id = $1`,
      [tx.siteId],
    );
    return new Map(found.map((lane) => [lane.id, lane]));
  }

  private activeRoutes(tx: Tx, keys: string[] | null = null): Promise<EdgeRoute[]> {
    return rows(
      tx,
      `select r.codes, r.parcel_id as "parcelId", l.code as lane,
         array(select a.code from unnest(r.alternative_ids) with ordinality as t (id, at)
           join lanes a on a.site_id = r.site_id and a.id = t.id order by t.at) as alternatives
       from routes r join lanes l on l.site_id = r.site_id and l.id = r.lane_id
       where r.site_id = $1 and r.active ${keys ? 'and r.codes && $2::text[]' : ''}`,
      keys ? [tx.siteId, keys] : [tx.siteId],
    );
  }

  private pointsOf(tx: Tx, agentCode: string): Promise<EdgePoint[]> {
    return rows(
      tx,
      `select p.code, d.code as device, e.code as "exceptionLane", n.code as "noReadLane", c.code as "recirculationLane",
         p.laps_max as "lapsMax", p.deadline_ms as "deadlineMs"
       from conveyor_points p
       join devices d on d.site_id = p.site_id and d.id = p.device_id
       join agents a on a.site_id = d.site_id and a.id = d.agent_id
       join lanes e on e.site_id = p.site_id and e.id = p.exception_lane_id
       join lanes n on n.site_id = p.site_id and n.id = p.no_read_lane_id
       left join lanes c on c.site_id = p.site_id and c.id = p.recirculation_lane_id
       where p.site_id = $1 and a.code = $2 order by p.code`,
      [tx.siteId, agentCode],
    );
  }

  /** The next version of the site's table. Its row lock makes versions commit in order and without gaps. */
  private async nextVersion(tx: Tx): Promise<number> {
    const next = await row<{ version: string }>(
      tx,
      `insert into route_versions as v (site_id, version) values ($1, 1)
       on conflict (site_id) do update set version = v.version + 1 returning version`,
      [tx.siteId],
    );
    return Number(next!.version);
  }

  private async push(tx: Tx, version: number, { set = [], removedParcelIds = [], lanes = [] }: RouteChange) {
    const agents = await rows<{ code: string }>(
      tx,
      `select distinct a.code from conveyor_points p
       join devices d on d.site_id = p.site_id and d.id = p.device_id
       join agents a on a.site_id = d.site_id and a.id = d.agent_id
       where p.site_id = $1`,
      [tx.siteId],
    );
    const message: RoutesMessage = { kind: 'change', version, set, removedParcelIds, lanes };
    tx.afterCommit(() => {
      for (const { code } of agents) this.downlink.publishRoutes(tx.siteId, code, message);
    });
  }
}
