import { rows, type Tx } from '../platform/database.service.js';

/** A labelled parcel that has not been staged yet. */
export interface ParcelOnTheWay {
  parcelId: string;
  sscc: string;
  state: 'labelled' | 'inducted' | 'diverted';
  /** The lane that the conveyor put it in; null before. */
  lane: string | null;
}

const SHOWN_MAX = 1_000;

export function parcelsOnTheWay(tx: Tx): Promise<ParcelOnTheWay[]> {
  return rows(
    tx,
    `select p.id as "parcelId", p.sscc, p.state, l.code as lane
     from parcels p left join lanes l on l.site_id = p.site_id and l.id = p.actual_lane_id
     where p.site_id = $1 and p.state in ('labelled', 'inducted', 'diverted')
     order by p.labelled_at, p.id limit ${SHOWN_MAX}`,
    [tx.siteId],
  );
}
