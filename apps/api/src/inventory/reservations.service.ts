import { Injectable } from '@nestjs/common';
import { affected, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { sharedValues } from '../platform/shared-values.js';

/** Goods wanted at one chosen location for an order line. */
export interface ReservationRequest {
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
    const levels = await this.lockLevels(tx, requests);
    const free = new Map(
      levels.map((level) => [keyOf(level.account_id, level.item_id, level.lot), level.free]),
    );
    const made: (ReservationRequest & { id: string })[] = [];
    for (const request of requests) {
      const key = keyOf(request.locationId, request.itemId, request.lot);
      const quantity = Math.min(request.quantity, free.get(key) ?? 0);
      if (quantity <= 0) continue;
      free.set(key, free.get(key)! - quantity);
      made.push({ ...request, id: newId(), quantity });
    }
    await this.changeReserved(tx, made, 1);
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
    await this.lockLevels(tx, open);
    await this.changeReserved(tx, open, -1);
    return open;
  }

  /** The goods of lifted reservations lie at another location now, set aside for the same lines; they wait for nothing any more. */
  async setDown(tx: Tx, lifted: readonly Reservation[], locationId: string): Promise<void> {
    if (lifted.length === 0) return;
    const there = lifted.map((each) => ({ ...each, locationId }));
    await this.lockLevels(tx, there);
    await this.changeReserved(tx, there, 1);
    await affected(
      tx,
      `update reservations set location_id = $3, replenishment_id = null where site_id = $1 and id = any($2::uuid[])`,
      [tx.siteId, lifted.map(({ id }) => id), locationId],
    );
  }

  private lockLevels(
    tx: Tx,
    places: readonly { locationId: string; itemId: string; lot: string }[],
  ): Promise<LockedLevel[]> {
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

  private async changeReserved(
    tx: Tx,
    reservations: readonly { locationId: string; itemId: string; lot: string; quantity: number }[],
    sign: 1 | -1,
  ): Promise<void> {
    if (reservations.length === 0) return;
    const sums = new Map<string, { locationId: string; itemId: string; lot: string; quantity: number }>();
    for (const { locationId, itemId, lot, quantity } of reservations) {
      const key = keyOf(locationId, itemId, lot);
      sums.set(key, { locationId, itemId, lot, quantity: quantity + (sums.get(key)?.quantity ?? 0) });
    }
    const changes = [...sums.values()];
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
       select $1, r.id, l.merchant_id, l.id, r.wave, r.location, r.item, r.lot, r.quantity, 'open', b.because
       from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::int[],
         $9::int[]) as r (id, line, wave, location, item, lot, quantity, because)
       join unnest($10::jsonb[]) with ordinality as b (because, place) on b.place = r.because
       join order_lines l on l.site_id = $1 and l.id = r.line
       on conflict do nothing`,
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

function keyOf(locationId: string, itemId: string, lot: string): string {
  return `${locationId} ${itemId} ${lot}`;
}
