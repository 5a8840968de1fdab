import { Injectable } from '@nestjs/common';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { sharedValues } from '../platform/shared-values.js';

/** Goods wanted at one chosen location for an order line. */
export interface ReservationRequest {
  /** The id that the reservation gets, where somebody has named it already. */
  id?: string;
  orderLineId: string;
  merchantId: string;
  waveId: string | null;
  locationId: string;
  itemId: string;
  lot: string;
  quantity: number;
  /** Why this location, as structured reasons. */
  because: unknown;
}

export interface Reservation {
  id: string;
  orderLineId: string;
  locationId: string;
  itemId: string;
  lot: string;
  quantity: number;
}

/** Stock of one item and lot at one location, with what is reserved of it. */
interface LockedLevel {
  account_id: string;
  item_id: string;
  lot: string;
  free: number;
}

/** One item and lot at one location: what is free there, and how much of it reservations take or give back. */
interface Place {
  locationId: string;
  itemId: string;
  lot: string;
  free: number;
  quantity: number;
}

/** Goods at chosen locations, set aside for pick tasks. `levels.reserved` is the sum of the open reservations. */
@Injectable()
export class ReservationsService {
  /**
   * Reserves in the order given as much as each location still has free: whoever locks a location first gets its goods,
   * nobody gets what another has.
   * @returns the reservations made; what is missing from them was lost to others.
   */
  async reserve(tx: Tx, requests: readonly ReservationRequest[]): Promise<Reservation[]> {
    if (requests.length === 0) return [];
    const places = new Map<string, Place>();
    const placeOf = requests.map((request) => placeIn(places, request));
    for (const level of await this.lockLevels(tx, [...places.values()])) {
      places.get(keyOf(level.account_id, level.item_id, level.lot))!.free = level.free;
    }
    const made: (ReservationRequest & { id: string })[] = [];
    requests.forEach((request, at) => {
      const place = placeOf[at]!;
      const quantity = Math.min(request.quantity, place.free - place.quantity);
      if (quantity <= 0) return;
      place.quantity += quantity;
      made.push({ ...request, id: request.id ?? newId(), quantity });
    });
    await this.changeReserved(tx, [...places.values()], 1);
    await this.insert(tx, made);
    return made;
  }

  /** Marks reservations as used up by picks; the movements of the picks lower `levels.reserved` themselves. */
  async consume(tx: Tx, reservationIds: readonly string[]): Promise<void> {
    await affected(
      tx,
      `update reservations set state = 'consumed' where site_id = $1 and id = any($2::uuid[]) and state = 'open'`,
      [tx.siteId, reservationIds],
    );
  }

  /** Lets goods go that will not be picked after all. Reservations that are no longer open stay as they are. */
  async release(tx: Tx, reservationIds: readonly string[]): Promise<Reservation[]> {
    const open = await this.lift(tx, reservationIds);
    if (open.length === 0) return [];
    await affected(
      tx,
      `update reservations set state = 'released' where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, open.map((each) => each.id)],
    );
    return open;
  }

  /**
   * Goods that are set aside are about to leave their location: it no longer counts them as reserved. The same transaction moves them
   * and says with {@link setDown} where they are set aside from then on.
   * @returns those that were still open.
   */
  async lift(tx: Tx, reservationIds: readonly string[]): Promise<Reservation[]> {
    if (reservationIds.length === 0) return [];
    const open = await rows<Reservation>(
      tx,
      `select id, order_line_id as "orderLineId", location_id as "locationId", item_id as "itemId", lot, quantity
       from reservations where site_id = $1 and id = any($2::uuid[]) and state = 'open' order by id for update`,
      [tx.siteId, reservationIds],
    );
    if (open.length === 0) return [];
    const places = placesOf(open);
    await this.lockLevels(tx, places);
    await this.changeReserved(tx, places, -1);
    return open;
  }

  /** The goods of lifted reservations lie at another location now, set aside for the same lines; they wait for nothing any more. */
  async setDown(tx: Tx, lifted: readonly Reservation[], locationId: string): Promise<void> {
    if (lifted.length === 0) return;
    const places = placesOf(lifted.map((each) => ({ ...each, locationId })));
    await this.lockLevels(tx, places);
    await this.changeReserved(tx, places, 1);
    await affected(
      tx,
      `update reservations set location_id = $3, replenishment_id = null where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, lifted.map(({ id }) => id), locationId],
    );
  }

  private lockLevels(tx: Tx, places: readonly Place[]): Promise<LockedLevel[]> {
    return rows<LockedLevel>(
      tx,
      `select l.account_id, l.item_id, l.lot, l.quantity - l.reserved as free from levels l
       where l.site_id = $1 and l.account_kind = 'location' and (l.account_id, l.item_id, l.lot) in
         (select * from unnest($2::uuid[], $3::uuid[], $4::text[]))
       order by l.account_id, l.item_id, l.lot for update of l`,
      [
        tx.siteId,
        places.map((place) => place.locationId),
        places.map((place) => place.itemId),
        places.map((place) => place.lot),
      ],
    );
  }

  private async changeReserved(tx: Tx, places: readonly Place[], sign: 1 | -1): Promise<void> {
    const changes = places.filter(({ quantity }) => quantity > 0);
    if (changes.length === 0) return;
    const changed = await affected(
      tx,
      `update levels l set reserved = l.reserved + c.quantity
       from unnest($2::uuid[], $3::uuid[], $4::text[], $5::int[]) as c (location, item, lot, quantity)
       where l.site_id = $1 and l.account_kind = 'location' and l.account_id = c.location and l.item_id = c.item
         and l.lot = c.lot and l.reserved + c.quantity between 0 and l.quantity`,
      [
        tx.siteId,
        changes.map((change) => change.locationId),
        changes.map((change) => change.itemId),
        changes.map((change) => change.lot),
        changes.map((change) => sign * change.quantity),
      ],
    );
    if (changed !== changes.length) throw new Error('The reservations of a location do not match its level');
  }

  private async insert(tx: Tx, made: readonly (ReservationRequest & { id: string })[]): Promise<void> {
    if (made.length === 0) return;
    const because = sharedValues(made, (each) => each.because ?? {});
    // Location and item stand in the level that was raised for them, the line is joined: no id is taken on trust.
    const inserted = await affected(
      tx,
      `insert into reservations (site_id, id, merchant_id, order_line_id, wave_id, location_id, item_id, lot, quantity,
         state, because)
       select l.site_id, r.id, l.merchant_id, l.id, r.wave, r.location, r.item, r.lot, r.quantity, 'open', b.because
       from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::int[],
         $9::int[]) as r (id, line, wave, location, item, lot, quantity, because)
       join unnest($10::jsonb[]) with ordinality as b (because, place) on b.place = r.because
       join order_lines l on l.site_id = $1 and l.id = r.line`,
      [
        tx.siteId,
        made.map((each) => each.id),
        made.map((each) => each.orderLineId),
        made.map((each) => each.waveId),
        made.map((each) => each.locationId),
        made.map((each) => each.itemId),
        made.map((each) => each.lot),
        made.map((each) => each.quantity),
        because.places,
        because.texts,
      ],
    );
    if (inserted !== made.length)
      throw new Error('Goods were to be reserved for an order line that does not exist');
  }
}

/** The places of these reservations with what is set aside there. */
function placesOf(reservations: readonly Reservation[]): Place[] {
  const places = new Map<string, Place>();
  for (const each of reservations) placeIn(places, each).quantity += each.quantity;
  return [...places.values()];
}

/** The place of a request among those known, or a new one. */
function placeIn(places: Map<string, Place>, at: Pick<Place, 'locationId' | 'itemId' | 'lot'>): Place {
  const key = keyOf(at.locationId, at.itemId, at.lot);
  const known = places.get(key);
  if (known) return known;
  const place = { locationId: at.locationId, itemId: at.itemId, lot: at.lot, free: 0, quantity: 0 };
  places.set(key, place);
  return place;
}

function keyOf(locationId: string, itemId: string, lot: string): string {
  return `${locationId} ${itemId} ${lot}`;
}
