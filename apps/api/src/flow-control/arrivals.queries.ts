import type { RecordData, SidesMm } from '#lib/contracts';
import { rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';

/** An arrival whose end is told, as it stands. */
export interface OpenArrival {
  id: string;
  state: string;
  parcelId: string | null;
  commanded: string | null;
  offered: string[];
  because: string | null;
  checkResult: string | null;
  checkGrams: number | null;
  checkSidesMm: SidesMm | null;
}

/** What a sighting writes. */
export interface SeenRow {
  agentId: string;
  data: RecordData<'point.seen'>;
  parcelId: string | null;
  merchantId: string | null;
}

/** @returns for each sighting the id of its arrival; null where the PLC repeats itself: the same point, track and sequence. */
export async function writeSeen(tx: Tx, seen: readonly SeenRow[]): Promise<(string | null)[]> {
  const written = await rows<{ id: string; point: string; trackId: string; seq: string }>(
    tx,
    `insert into point_decisions as d (site_id, id, agent_id, point, track_id, seq, parcel_id, merchant_id, codes, result,
       state, seen_at)
     select $1, n.id, n."agentId", n.point, n."trackId", n.seq, n."parcelId", n."merchantId", n.codes, n.result, 'seen', $2
     from jsonb_to_recordset($3::jsonb) as n (id uuid, "agentId" uuid, point text, "trackId" bigint, seq bigint, "parcelId" uuid,
       "merchantId" uuid, codes text[], result text)
     on conflict (site_id, agent_id, point, track_id, seq) do update
       set codes = excluded.codes, result = excluded.result, parcel_id = excluded.parcel_id,
         merchant_id = excluded.merchant_id
       where d.result = 'unheard'
     returning id, point, track_id as "trackId", seq`,
    [
      tx.siteId,
      tx.at,
      JSON.stringify(
        seen.map(({ data: { point, trackId, seq, codes, result }, ...of }) => {
          return { id: newId(), ...of, point, trackId, seq, codes, result };
        }),
      ),
    ],
  );
  const ids = new Map(written.map(({ id, ...of }) => [keyOf(of), id]));
  return seen.map(({ data }) => ids.get(keyOf(data)) ?? null);
}

function keyOf({ point, trackId, seq }: { point: string; trackId: number | string; seq: number | string }) {
  return `${point}\n${trackId}\n${seq}`;
}

/** A decision that was news, with its parcel where that is known. */
export interface DecidedArrival {
  point: string;
  trackId: string;
  seq: string;
  parcelId: string | null;
  orderId: string | null;
  merchantId: string | null;
}

/** What a decision writes. */
export interface DecidedRow {
  agentId: string;
  data: RecordData<'point.decided'>;
}

/** Writes decisions; one that comes up before its sighting waits for it in a row that nobody has heard of yet. */
export async function writeDecided(
  tx: Tx,
  decided: readonly DecidedRow[],
): Promise<(DecidedArrival | null)[]> {
  const written = await rows<DecidedArrival>(
    tx,
    `with told as (
       insert into point_decisions as d (site_id, id, agent_id, point, track_id, seq, codes, result, state, action,
         commanded_lane, because, decided_by, latency_micros, seen_at, decided_at, alternatives, check_result, check_grams,
         check_sides_mm)
       select $1, n.id, n."agentId", n.point, n."trackId", n.seq, n.codes, 'unheard', 'sent', n.action, n.lane, n.because,
         n."decidedBy", n."latencyMicros", $2, $2, n.alternatives, n."checkResult", n."checkGrams", n."checkSidesMm"
       from jsonb_to_recordset($3::jsonb) as n (id uuid, "agentId" uuid, point text, "trackId" bigint, seq bigint, codes text[],
         action text, lane text, because text, "decidedBy" text, "latencyMicros" int, alternatives text[], "checkResult" text,
         "checkGrams" int, "checkSidesMm" int[])
       on conflict (site_id, agent_id, point, track_id, seq) do update
         set state = case when d.state in ('seen', 'decided') then 'sent' else d.state end, action = excluded.action,
           commanded_lane = excluded.commanded_lane, because = excluded.because, decided_by = excluded.decided_by,
           latency_micros = excluded.latency_micros, decided_at = excluded.decided_at, alternatives = excluded.alternatives,
           check_result = excluded.check_result, check_grams = excluded.check_grams, check_sides_mm = excluded.check_sides_mm
         where d.decided_at is null
       returning d.site_id, d.point, d.track_id, d.seq, d.parcel_id)
     select t.point, t.track_id as "trackId", t.seq, t.parcel_id as "parcelId", p.order_id as "orderId",
       p.merchant_id as "merchantId"
     from told t
     left join lateral (select order_id, merchant_id from parcels where site_id = $1 and id = t.parcel_id limit 1) p on true`,
    [tx.siteId, tx.at, JSON.stringify(decided.map(decidedRow))],
  );
  const told = new Map(written.map((each) => [keyOf(each), each]));
  return decided.map(({ data }) => told.get(keyOf(data)) ?? null);
}

function decidedRow({ agentId, data }: DecidedRow) {
  const { point, trackId, seq, code, action, lane, because, decidedBy, latencyMicros, alternatives, check } =
    data;
  return {
    id: newId(),
    agentId,
    point,
    trackId,
    seq,
    codes: code ? [code] : [],
    action,
    lane,
    because: because ?? null,
    decidedBy,
    latencyMicros,
    alternatives: alternatives ?? [],
    checkResult: check?.result ?? null,
    checkGrams: check?.grams ?? null,
    checkSidesMm: check?.sidesMm ?? null,
  };
}

/** A track at a point of an agent. */
export interface Track {
  agentId: string;
  point: string;
  trackId: number;
}

const OPEN = `d.id, d.state, d.parcel_id as "parcelId", d.commanded_lane as commanded, d.alternatives as offered, d.because,
  d.check_result as "checkResult", d.check_grams as "checkGrams", d.check_sides_mm as "checkSidesMm"`;

/** For each track its newest arrival that has no actual lane yet, locked; an open one before one that was given up. */
export async function lockOpen(tx: Tx, tracks: readonly Track[]): Promise<(OpenArrival | null)[]> {
  const found = await rows<OpenArrival & { place: string }>(
    tx,
    `select n.place, o.* from unnest($2::uuid[], $3::text[], $4::bigint[]) with ordinality as n (agent_id, point, track_id, place)
     cross join lateral (
       select ${OPEN} from point_decisions d
       where d.site_id = $1 and d.agent_id = n.agent_id and d.point = n.point and d.track_id = n.track_id
         and d.state <> 'confirmed' and d.actual_lane is null
       order by (d.state = 'lost'), d.seen_at desc, d.seq desc limit 1 for update) o`,
    [
      tx.siteId,
      tracks.map(({ agentId }) => agentId),
      tracks.map(({ point }) => point),
      tracks.map(({ trackId }) => trackId),
    ],
  );
  const byPlace = new Map(found.map(({ place, ...arrival }) => [Number(place), arrival]));
  return tracks.map((_, at) => byPlace.get(at + 1) ?? null);
}

/** What a confirm writes. */
export interface ConfirmedRow {
  id: string;
  data: RecordData<'point.confirmed'>;
}

/** A confirm that comes after the arrival was given up still says where the parcel is; the arrival stays lost. */
export async function writeConfirmed(tx: Tx, confirmed: readonly ConfirmedRow[]): Promise<void> {
  await rows(
    tx,
    `update point_decisions d set state = case when d.state = 'lost' then d.state else 'confirmed' end, actual_lane = n.actual,
       commanded_lane = coalesce(d.commanded_lane, n.planned), ended_at = coalesce(d.ended_at, $2), plc_reason = n.reason
     from unnest($3::uuid[], $4::text[], $5::text[], $6::text[]) as n (id, actual, planned, reason)
     where d.site_id = $1 and d.id = n.id`,
    [
      tx.siteId,
      tx.at,
      confirmed.map(({ id }) => id),
      confirmed.map(({ data }) => data.actual),
      confirmed.map(({ data }) => data.planned ?? null),
      confirmed.map(({ data }) => data.reason ?? null),
    ],
  );
}

/** An arrival that was given up. */
export interface LostArrival {
  id: string;
  point: string;
  trackId: string;
  parcelId: string | null;
  orderId: string | null;
  merchantId: string | null;
}

/** Ends those of the arrivals that have not ended. */
export async function writeLost(tx: Tx, ids: readonly string[]): Promise<LostArrival[]> {
  return rows(
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
}

/** The oldest arrivals that nobody confirmed within their point's time, locked, those that others look at left out. */
export async function lockStale(tx: Tx, usualLimitMs: number, most: number): Promise<string[]> {
  const stale = await rows<{ id: string }>(
    tx,
    `select d.id from point_decisions d
     left join conveyor_points p on p.site_id = d.site_id and p.code = d.point
     where d.site_id = $1 and d.state not in ('confirmed', 'lost')
       and d.seen_at + coalesce(p.confirm_limit_ms, $3) * interval '1 millisecond' < $2
     order by d.id limit $4 for update of d skip locked`,
    [tx.siteId, tx.at, usualLimitMs, most],
  );
  return stale.map(({ id }) => id);
}
