import { Injectable } from '@nestjs/common';
import { travelLimitMs } from '#lib/flow';
import type { Parcel } from '../packing/parcels.service.js';
import { rows, type Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import { openExceptions } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';

/** The stretch that leads on from where a parcel left a point. */
export interface WayOn {
  toPoint: string;
  lengthMm: number;
  speedMmPerS: number;
  marginMs: number;
}

/** A parcel that left a point by a lane. */
export interface Leaving {
  parcel: Pick<Parcel, 'id' | 'merchantId'>;
  agentId: string;
  point: string;
  lane: string;
  way: WayOn;
}

interface Missed {
  parcelId: string;
  orderId: string;
  merchantId: string;
  fromPoint: string;
  lane: string;
  toPoint: string;
  leftAt: Date;
  dueAt: Date;
  /** An agent on its way has not told all it knows. */
  untold: boolean;
}

const MISSED_AT_ONCE = 500;
/** How long after its time a parcel is not missed because an agent on its way is silent. */
const AGENTS_WAIT_MS = 3_600_000;

/**
 * Parcels out of sight between two points. Who is not seen again within the segment's time is lost: somebody must look for it. That is
 * judged once the agents of the points at both ends are here and have told all they knew then; otherwise the sighting may be on its
 * way. An agent that stays away keeps nobody from looking: after an hour the parcel is missed all the same.
 */
@Injectable()
export class TravelsService {
  /** Parcels left points by lanes that lead to another point. */
  async leave(tx: Tx, left: readonly Leaving[]): Promise<void> {
    if (left.length === 0) return;
    await rows(
      tx,
      `insert into travels (site_id, id, parcel_id, merchant_id, agent_id, from_point, lane, to_point, state, left_at, due_at)
       select $1, n.id, n.parcel_id, n.merchant_id, n.agent_id, n.from_point, n.lane, n.to_point, 'under-way', $2,
         $2::timestamptz + n.limit_ms * interval '1 millisecond'
       from unnest($3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::float8[])
         as n (id, parcel_id, merchant_id, agent_id, from_point, lane, to_point, limit_ms)
       on conflict do nothing`,
      [
        tx.siteId,
        tx.at,
        left.map(() => newId()),
        left.map(({ parcel }) => parcel.id),
        left.map(({ parcel }) => parcel.merchantId),
        left.map(({ agentId }) => agentId),
        left.map(({ point }) => point),
        left.map(({ lane }) => lane),
        left.map(({ way }) => way.toPoint),
        left.map(({ way }) => travelLimitMs(way)),
      ],
    );
  }

  /** Parcels were seen, or taken off the conveyor: they are out of sight no more. */
  async arrive(tx: Tx, parcelIds: readonly string[]): Promise<void> {
    if (parcelIds.length === 0) return;
    await rows(
      tx,
      `update travels set state = 'arrived', ended_at = $3
       where site_id = $1 and parcel_id = any($2::uuid[]) and state = 'under-way'`,
      [tx.siteId, parcelIds, tx.at],
    );
  }

  /** Ends the travels whose time is over. @returns how many */
  async giveUpMissed(tx: Tx): Promise<number> {
    const missed = await rows<Missed>(
      tx,
      `with due as (
         select t.id, on_the_way.untold from travels t
         cross join lateral (
           select coalesce(bool_or(not a.online or (a.state ->> 'oldestUnsentAt')::timestamptz < t.due_at), false) as untold
           from conveyor_points p
           join devices d on d.site_id = p.site_id and d.id = p.device_id
           join agents a on a.site_id = d.site_id and a.id = d.agent_id
           where p.site_id = $1 and p.code in (t.from_point, t.to_point)) on_the_way
         where t.site_id = $1 and t.state = 'under-way' and t.due_at < $2
           and (not on_the_way.untold or t.due_at < $2::timestamptz - $3 * interval '1 millisecond')
         order by t.due_at limit ${MISSED_AT_ONCE} for update of t skip locked),
       ended as (
         update travels t set state = 'lost', ended_at = $2 from due
         where t.site_id = $1 and t.id = due.id
         returning t.site_id, t.parcel_id, t.merchant_id, t.from_point, t.lane, t.to_point, t.left_at, t.due_at, due.untold)
       select e.parcel_id as "parcelId", p.order_id as "orderId", e.merchant_id as "merchantId", e.from_point as "fromPoint",
         e.lane, e.to_point as "toPoint", e.left_at as "leftAt", e.due_at as "dueAt", e.untold
       from ended e join parcels p on p.site_id = e.site_id and p.id = e.parcel_id
       where p.state in ('labelled', 'inducted', 'diverted')`,
      [tx.siteId, tx.at, AGENTS_WAIT_MS],
    );
    await openExceptions(
      tx,
      missed.map(({ parcelId, orderId, merchantId, ...way }) => ({
        code: 'missing',
        subjectKind: 'parcel' as const,
        subjectId: parcelId,
        parcelId,
        orderId,
        merchantId,
        owner: 'conveyor' as const,
        detail: `Left ${way.fromPoint} by ${way.lane} and was not seen at ${way.toPoint} within ${seconds(way)} s.${way.untold ? UNTOLD : ''}`,
      })),
    );
    await addEvents(
      tx,
      missed.map(({ parcelId, orderId, merchantId, ...way }) => ({
        type: 'flow.parcel-missed' as const,
        aggregateId: parcelId,
        parcelId,
        orderId,
        merchantId,
        data: { from: way.fromPoint, lane: way.lane, to: way.toPoint, withinSeconds: seconds(way) },
      })),
    );
    return missed.length;
  }
}

const UNTOLD = ' An agent on this way has not said for an hour what it saw.';

function seconds({ leftAt, dueAt }: { leftAt: Date; dueAt: Date }): number {
  return Math.ceil((dueAt.getTime() - leftAt.getTime()) / 1_000);
}
