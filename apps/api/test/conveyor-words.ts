import type { PackView, RecordData } from '#lib/contracts';
import { newId } from '../src/platform/ids.js';
import { labelledParcel, type Outbound } from './outbound-fixture.js';

/** One sighting at the fixture's point. */
export interface Arrival {
  point: string;
  trackId: number;
  seq: number;
}

export const PARCEL_BY_ID = `select id, order_id as "orderId", merchant_id as "merchantId", state, sscc,
  tracking_number as "trackingNumber", carrier_code as "carrierCode", service from parcels where site_id = $1 and id = $2`;

/** What conveyor specs say and ask; `world` is there once their floor is built. */
export function conveyorWords(world: () => Outbound) {
  let track = 1_000;
  const ask = <T>(sql: string, values: unknown[] = []) => world().floor.ask<T>(sql, values);
  const parcelOnTheBelt = () => labelledParcel(world(), [[world().floor.items[0]!, 1]]);
  const arrivalAt = (): Arrival => ({ point: 'P1', trackId: ++track, seq: 1 });
  /** Without a code: nobody could read it. */
  const seen = (arrival: Arrival, ...codes: string[]) => {
    const result = codes.length === 0 ? 'no-read' : codes.length > 1 ? 'multi' : 'read';
    return world().apply('point.seen', { ...arrival, codes, result });
  };
  const decided = (arrival: Arrival, lane: string, over: Partial<RecordData<'point.decided'>> = {}) =>
    world().apply('point.decided', {
      ...arrival,
      decisionId: newId(),
      action: 'divert',
      lane,
      decidedBy: 'edge',
      routeVersion: 1,
      latencyMicros: 800,
      ...over,
    });
  const confirmed = ({ point, trackId }: Arrival, actual: string, reason?: string) =>
    world().apply('point.confirmed', { point, trackId, actual, ...(reason ? { reason } : {}) });
  const exceptionsOf = (parcel: PackView) =>
    ask<{ code: string; detail: string; owner_queue: string }>(
      'select code, detail, owner_queue from exceptions where parcel_id = $1 and resolved_at is null order by code',
      [parcel.parcelId],
    );
  const told = () => world().downlink.routes;
  const eventsOf = (type: string) =>
    ask<{ data: object; actor: string }>('select data, actor from events where type = $1 order by seq', [
      type,
    ]);
  const laneOf = async (parcel: PackView) =>
    (
      await ask<{ code: string }>(
        'select l.code from routes r join lanes l on l.id = r.lane_id where r.parcel_id = $1 and r.active',
        [parcel.parcelId],
      )
    )[0]?.code;
  return { ask, parcelOnTheBelt, arrivalAt, seen, decided, confirmed, exceptionsOf, told, eventsOf, laneOf };
}
