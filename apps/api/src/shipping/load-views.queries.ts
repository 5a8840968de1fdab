import type { LoadView } from '#lib/contracts';
import { rows, type Tx } from '../platform/database.service.js';

/** How many waiting parcels are named; the count of a full dock would fill no screen. */
const WAITING_SHOWN = 100;

/** Loads with what is aboard and what of their carrier still waits in staging. */
export async function loadViews(
  tx: Tx,
  { id = null, state = null }: { id?: string | null; state?: 'open' | 'departed' | null },
): Promise<LoadView[]> {
  const found = await rows<Omit<LoadView, 'number'> & { number: string }>(
    tx,
    `select l.id, l.number, l.carrier_code as carrier, s.code as door, l.state,
       (select count(*) from parcels p where p.site_id = l.site_id and p.load_id = l.id)::int as "parcelCount",
       case when l.state = 'departed' then '[]'::json else coalesce((select json_agg(json_build_object('parcelId', w.id,
           'sscc', w.sscc, 'stagingLocation', w.code) order by w.code, w.sscc)
         from (select p.id, p.sscc, c.code from parcels p
           left join locations c on c.site_id = p.site_id and c.id = p.staging_location_id
           where p.site_id = l.site_id and p.carrier_code = l.carrier_code and p.state = 'staged'
           order by c.code, p.sscc limit ${WAITING_SHOWN}) w), '[]'::json) end as waiting
     from loads l left join stations s on s.site_id = l.site_id and s.id = l.door_station_id
     where l.site_id = $1 and ($2::uuid is null or l.id = $2::uuid)
       and ($3::text is null or ($3 = 'open') = (l.state <> 'departed'))
       and ($2::uuid is not null or l.departed_at is null or l.departed_at > $4::timestamptz - interval '1 day')
     order by l.created_at, l.number limit 200`,
    [tx.siteId, id, state, tx.at],
  );
  return found.map((load) => ({ ...load, number: Number(load.number) }));
}
