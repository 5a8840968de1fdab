import type { LaneView } from '#lib/contracts';
import { rows, type Tx } from '../platform/database.service.js';

/** How many of a lane's last parcels are shown. */
const LAST_SHOWN = 8;

/** Every lane with its last parcels, newest first. Set-based: one query for all lanes. */
export async function laneViews(tx: Tx): Promise<LaneView[]> {
  const found = await rows<
    Omit<LaneView, 'fillSince' | 'last'> & { fillSince: Date | null; last: LaneView['last'] }
  >(
    tx,
    `select l.code, l.name, l.kind, l.closed, l.fill, l.fill_since as "fillSince",
       (select count(*) from point_decisions d where d.site_id = l.site_id and d.actual_lane = l.code
          and d.ended_at > $2::timestamptz - interval '1 hour')::int as "parcelsLastHour",
       coalesce((select json_agg(json_build_object('parcelId', t.parcel_id, 'code', t.code, 'at', t.at, 'because', t.because)
          order by t.ended_at desc)
          from (select d.parcel_id, coalesce(p.tracking_number, p.sscc, d.codes[1]) as code, d.ended_at,
              to_char(d.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at, d.because
            from point_decisions d
            left join parcels p on p.site_id = d.site_id and p.id = d.parcel_id
            where d.site_id = l.site_id and d.actual_lane = l.code and d.ended_at is not null
            order by d.ended_at desc limit ${LAST_SHOWN}) t), '[]'::json) as last
     from lanes l where l.site_id = $1
     order by array_position(array['ship', 'recirculation', 'exception', 'no-read'], l.kind), l.code`,
    [tx.siteId, tx.at],
  );
  return found.map((lane) => ({ ...lane, fillSince: lane.fillSince?.toISOString() ?? null }));
}
