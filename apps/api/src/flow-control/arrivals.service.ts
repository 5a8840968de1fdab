import { Injectable } from '@nestjs/common';
import type { RecordData } from '#lib/contracts';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { type Application, applied, type RecordSource, refused } from '../platform/applies.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, addEvents, type EventMap, type EventType } from '../platform/events.js';
import { openException, openExceptions, resolveExceptions } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';
import { judgeArrival } from './judge-arrival.js';
import { aboutParcel, type ConfirmedAt, LandingsService } from './landings.service.js';
import { TravelsService } from './travels.service.js';

/** Where a reading says that it was taken, and when by the device's clock. */
export interface Sighting<K extends 'point.seen' | 'point.decided' | 'point.confirmed' | 'point.lost'> {
  source: RecordSource;
  data: RecordData<K>;
}

interface Decision
  extends Pick<
    ConfirmedAt,
    'commanded' | 'offered' | 'because' | 'checkResult' | 'checkGrams' | 'checkSidesMm'
  > {
  id: string;
  state: string;
  parcelId: string | null;
}

const DECISION = `id, state, parcel_id as "parcelId", commanded_lane as commanded, alternatives as offered, because,
  check_result as "checkResult", check_grams as "checkGrams", check_sides_mm as "checkSidesMm"`;

/** Exceptions that seeing the parcel again answers by itself. */
const ANSWERED_BY_SIGHT = ['missing'];
/** An arrival at a point that nobody described (any more) is given up after this. The longest way over a sorter takes less. */
const CONFIRM_LIMIT_MS = 5 * 60_000;

/**
 * The truth of the conveyor: each arrival is one row from seen to confirmed or lost, the commanded and the actual lane side by
 * side. All methods run in the inbox transaction and may be called again with the same reading.
 */
@Injectable()
export class ArrivalsService {
  constructor(
    private readonly parcels: ParcelsService,
    private readonly landings: LandingsService,
    private readonly travels: TravelsService,
  ) {}

  /** A point saw a parcel. */
  async seen(tx: Tx, { source, data }: Sighting<'point.seen'>): Promise<Application> {
    const named = data.result === 'no-read' ? [] : await this.parcels.lockSeen(tx, data.codes);
    const arrival = judgeArrival({ ...data, parcelStates: named.map(({ state }) => state) });
    const parcel = named.length === 1 ? named[0]! : null;
    const decision = await row<{ id: string; inserted: boolean }>(
      tx,
      `insert into point_decisions as d (site_id, id, agent_id, point, track_id, seq, parcel_id, merchant_id, codes, result,
         state, seen_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'seen', $11)
       on conflict (site_id, agent_id, point, track_id, seq) do update
         set codes = excluded.codes, result = excluded.result, parcel_id = excluded.parcel_id,
           merchant_id = excluded.merchant_id
         where d.result = 'unheard'
       returning id`,
      [
        tx.siteId,
        newId(),
        source.agentId,
        data.point,
        data.trackId,
        data.seq,
        parcel?.id ?? null,
        parcel?.merchantId ?? null,
        data.codes,
        data.result,
        tx.at,
      ],
    );
    if (!decision) return applied; // the PLC repeated itself: same point, track and sequence is the same arrival
    if (parcel) {
      const { point, trackId, result, codes } = data;
      await this.tell(tx, 'flow.parcel-seen', parcel, { point, trackId, result, codes });
    }
    if (arrival.kind === 'parcel') {
      await this.parcels.move(tx, [parcel!.id], 'inducted');
      await this.travels.arrive(tx, parcel!.id);
      await resolveExceptions(tx, parcel!.id, `seen at ${data.point}`, ANSWERED_BY_SIGHT);
      return applied;
    }
    if (arrival.kind === 'overtaken') return applied;
    await openException(tx, {
      code: arrival.code,
      subjectKind: parcel ? 'parcel' : 'arrival',
      subjectId: parcel?.id ?? decision.id,
      ...aboutParcel(parcel),
      owner: arrival.owner,
      detail: arrival.detail,
    });
    return applied;
  }

  /** A lane was chosen and the PLC was told. */
  async decided(tx: Tx, { source, data }: Sighting<'point.decided'>): Promise<Application> {
    const decision = await row<Decision>(
      tx,
      `insert into point_decisions as d (site_id, id, agent_id, point, track_id, seq, codes, result, state, action,
         commanded_lane, because, decided_by, latency_micros, seen_at, decided_at, alternatives, check_result, check_grams,
         check_sides_mm)
       values ($1, $2, $3, $4, $5, $6, $7, 'unheard', 'sent', $8, $9, $10, $11, $12, $13, $13, $14, $15, $16, $17)
       on conflict (site_id, agent_id, point, track_id, seq) do update
         set state = case when d.state in ('seen', 'decided') then 'sent' else d.state end, action = excluded.action,
           commanded_lane = excluded.commanded_lane, because = excluded.because, decided_by = excluded.decided_by,
           latency_micros = excluded.latency_micros, decided_at = excluded.decided_at, alternatives = excluded.alternatives,
           check_result = excluded.check_result, check_grams = excluded.check_grams, check_sides_mm = excluded.check_sides_mm
         where d.decided_at is null
       returning ${DECISION}`,
      [
        tx.siteId,
        newId(),
        source.agentId,
        data.point,
        data.trackId,
        data.seq,
        data.code ? [data.code] : [],
        data.action,
        data.lane,
        data.because ?? null,
        data.decidedBy,
        data.latencyMicros,
        tx.at,
        data.alternatives ?? [],
        data.check?.result ?? null,
        data.check?.grams ?? null,
        data.check?.sidesMm ?? null,
      ],
    );
    if (!decision?.parcelId) return applied;
    const parcel = await this.parcels.lock(tx, decision.parcelId);
    const { point, action, lane, decidedBy, latencyMicros } = data;
    const because = data.because ?? null;
    if (parcel) {
      await this.tell(tx, 'flow.parcel-decided', parcel, {
        point,
        action,
        lane,
        because,
        decidedBy,
        latencyMicros,
      });
    }
    return applied;
  }

  /** Where a parcel really went. */
  async confirmed(tx: Tx, { source, data }: Sighting<'point.confirmed'>): Promise<Application> {
    const decision = await this.arrivalOf(tx, source, data);
    if (!decision)
      return refused(`no arrival with track ${data.trackId} at ${data.point} waits for a confirm`);
    // A confirm that comes after the arrival was given up still says where the parcel is; the arrival stays lost.
    await rows(
      tx,
      `update point_decisions set state = case when state = 'lost' then state else 'confirmed' end, actual_lane = $3,
         commanded_lane = coalesce(commanded_lane, $4), ended_at = coalesce(ended_at, $5), plc_reason = $6
       where site_id = $1 and id = $2`,
      [tx.siteId, decision.id, data.actual, data.planned ?? null, tx.at, data.reason ?? null],
    );
    const parcel = decision.parcelId ? await this.parcels.lock(tx, decision.parcelId) : null;
    if (!parcel) return applied;
    const { id: decisionId, state: _state, parcelId: _parcelId, ...decided } = decision;
    const { point, actual: lane, reason: plcReason = null } = data;
    const commanded = decided.commanded ?? data.planned ?? null;
    const at = { ...decided, decisionId, commanded, agentId: source.agentId, point, lane, plcReason };
    await this.landings.landed(tx, parcel, at);
    return applied;
  }

  /** The PLC lost sight of a parcel that it had announced. */
  async lost(tx: Tx, { source, data }: Sighting<'point.lost'>): Promise<Application> {
    const decision = await this.arrivalOf(tx, source, data);
    if (!decision || decision.state === 'lost') {
      return refused(`no arrival with track ${data.trackId} at ${data.point} is under way`);
    }
    const ids = [decision.id];
    await this.giveUp(tx, ids, data.reason ?? 'the conveyor lost sight of it');
    return applied;
  }

  /**
   * Ends arrivals that nobody confirmed within their point's time: every arrival ends once, also when the PLC forgot it.
   * @returns how many there were
   */
  async giveUpStale(tx: Tx): Promise<number> {
    const stale = await rows<{ id: string }>(
      tx,
      `select d.id from point_decisions d
       left join conveyor_points p on p.site_id = d.site_id and p.code = d.point
       where d.site_id = $1 and d.state not in ('confirmed', 'lost')
         and d.seen_at + coalesce(p.confirm_limit_ms, ${CONFIRM_LIMIT_MS}) * interval '1 millisecond' < $2
       order by d.id limit 500 for update of d skip locked`,
      [tx.siteId, tx.at],
    );
    await this.giveUp(
      tx,
      stale.map(({ id }) => id),
      'no confirm came in time',
    );
    return stale.length;
  }

  private async giveUp(tx: Tx, ids: string[], reason: string): Promise<void> {
    const ended = await rows<{
      id: string;
      point: string;
      trackId: string;
      parcelId: string | null;
      orderId: string | null;
      merchantId: string | null;
    }>(
      tx,
      `with ended as (
         update point_decisions set state = 'lost', ended_at = $3
         where site_id = $1 and id = any($2::uuid[]) and state not in ('confirmed', 'lost')
         returning site_id, id, point, track_id, parcel_id)
       select e.id, e.point, e.track_id as "trackId", e.parcel_id as "parcelId", p.order_id as "orderId",
         p.merchant_id as "merchantId"
       from ended e left join parcels p on p.site_id = e.site_id and p.id = e.parcel_id`,
      [tx.siteId, ids, tx.at],
    );
    await openExceptions(
      tx,
      ended.map((each) => ({
        code: 'missing',
        subjectKind: each.parcelId ? ('parcel' as const) : ('arrival' as const),
        subjectId: each.parcelId ?? each.id,
        parcelId: each.parcelId,
        orderId: each.orderId,
        merchantId: each.merchantId,
        owner: 'conveyor' as const,
        detail: `Seen at ${each.point} and not again: ${reason}.`,
      })),
    );
    await addEvents(
      tx,
      ended.map((each) => ({
        type: 'flow.parcel-lost' as const,
        aggregateId: each.parcelId ?? each.id,
        parcelId: each.parcelId,
        orderId: each.orderId,
        merchantId: each.merchantId,
        data: { point: each.point, trackId: Number(each.trackId), reason },
      })),
    );
  }

  /** The newest arrival of this track that has no actual lane yet; an open one before one that was given up. */
  private arrivalOf(
    tx: Tx,
    source: RecordSource,
    data: { point: string; trackId: number },
  ): Promise<Decision | null> {
    return row(
      tx,
      `select ${DECISION} from point_decisions
       where site_id = $1 and agent_id = $2 and point = $3 and track_id = $4 and state <> 'confirmed' and actual_lane is null
       order by (state = 'lost'), seen_at desc, seq desc limit 1 for update`,
      [tx.siteId, source.agentId, data.point, data.trackId],
    );
  }

  private tell<K extends EventType>(tx: Tx, type: K, parcel: Parcel, data: EventMap[K]): Promise<void> {
    return addEvent(tx, { type, aggregateId: parcel.id, ...aboutParcel(parcel), data });
  }
}
