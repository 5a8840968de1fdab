import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import { parcelStates, type StateOf, statesBefore } from '#lib/contracts';
import { parcelKeys } from '#lib/flow';
import { affected, row, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { notAParcel } from './packing.errors.js';

export type ParcelState = StateOf<typeof parcelStates>;

/** A parcel as the modules after packing need it. */
export interface Parcel {
  id: string;
  orderId: string;
  merchantId: string;
  state: ParcelState;
  sscc: string | null;
  trackingNumber: string | null;
  carrierCode: string;
  service: string;
  laneId: string | null;
  actualLaneId: string | null;
  stagingLocationId: string | null;
  manifestId: string | null;
  loadId: string | null;
}

const PARCEL = `id, order_id as "orderId", merchant_id as "merchantId", state, sscc, tracking_number as "trackingNumber",
  carrier_code as "carrierCode", service, lane_id as "laneId", actual_lane_id as "actualLaneId",
  staging_location_id as "stagingLocationId", manifest_id as "manifestId", load_id as "loadId"`;

/** What else a move writes into the parcel's row. */
interface Changes {
  laneId?: string;
  actualLaneId?: string | null;
  divertedAt?: Date;
  stagingLocationId?: string | null;
  manifestId?: string;
  loadId?: string | null;
  shippedAt?: Date;
}

/** A parcel and a lane. */
export interface ParcelInLane {
  id: string;
  laneId: string;
}

/** States of a parcel that has left the bench with its label on. */
export const LABELLED_STATES: readonly ParcelState[] = [
  'labelled',
  'inducted',
  'diverted',
  'staged',
  'loaded',
  'shipped',
];

const COLUMNS: Record<keyof Changes, [column: string, type: string]> = {
  laneId: ['lane_id', 'uuid'],
  actualLaneId: ['actual_lane_id', 'uuid'],
  divertedAt: ['diverted_at', 'timestamptz'],
  stagingLocationId: ['staging_location_id', 'uuid'],
  manifestId: ['manifest_id', 'uuid'],
  loadId: ['load_id', 'uuid'],
  shippedAt: ['shipped_at', 'timestamptz'],
};

/** Parcels after the bench: found by what is scanned, moved along their states. Conveyor and shipping call it. */
@Injectable()
export class ParcelsService {
  /** The parcel with this id, locked; null when there is none. */
  lock(tx: Tx, id: string): Promise<Parcel | null> {
    return row(tx, `select ${PARCEL} from parcels where site_id = $1 and id = $2 for update`, [
      tx.siteId,
      id,
    ]);
  }

  /** The parcels with these ids, locked in order of id so that two callers can't deadlock. */
  lockAll(tx: Tx, ids: readonly string[]): Promise<Parcel[]> {
    return rows(
      tx,
      `select ${PARCEL} from parcels where site_id = $1 and id = any($2::uuid[]) order by id for update`,
      [tx.siteId, ids],
    );
  }

  /**
   * The parcel that a person scanned (SSCC, with or without the print's nonce, or tracking number), locked.
   * @throws Refusal when the scan is no parcel here, or is the paper of a label that was replaced
   */
  async lockScanned(tx: Tx, scan: string): Promise<Parcel> {
    const code = identifyScan(scan);
    if (code.kind !== 'sscc' && code.kind !== 'tracking') throw notAParcel(scan);
    const parcel = await row<Parcel>(
      tx,
      `select ${PARCEL} from parcels where site_id = $1 and ${code.kind === 'sscc' ? 'sscc' : 'tracking_number'} = $2 for update`,
      [tx.siteId, code.value],
    );
    if (!parcel) throw notAParcel(scan);
    if (code.kind === 'sscc' && code.printNonce !== null)
      await this.requireNonce(tx, parcel, code.printNonce);
    return parcel;
  }

  /** A paper whose nonce is not the active label's must not leave the building: there is another one of the same parcel. */
  private async requireNonce(tx: Tx, parcel: Parcel, nonce: string): Promise<void> {
    const label = await row<{ nonce: string }>(
      tx,
      'select nonce from labels where site_id = $1 and parcel_id = $2 and active',
      [tx.siteId, parcel.id],
    );
    if (label?.nonce === nonce) return;
    throw new Refusal(
      'packing.old-label',
      label
        ? `This label was replaced by a newer print (${label.nonce}). Take it off and use the new one.`
        : 'This label was voided. The parcel needs a new one.',
      { facts: { parcelId: parcel.id } },
    );
  }

  /** All parcels that the codes of one scan-point trigger name, locked in order of id. */
  lockSeen(tx: Tx, codes: readonly string[]): Promise<Parcel[]> {
    const keys = [...new Set(codes.flatMap(parcelKeys))];
    return rows(
      tx,
      `select ${PARCEL} from parcels where site_id = $1 and (sscc = any($2::text[]) or tracking_number = any($2::text[]))
       order by id for update`,
      [tx.siteId, keys],
    );
  }

  /** Those that a code names, as {@link lockSeen} has it, whoever holds them. */
  named(tx: Tx, codes: readonly string[]): Promise<Parcel[]> {
    const keys = [...new Set(codes.flatMap(parcelKeys))];
    return rows(
      tx,
      `select ${PARCEL} from parcels where site_id = $1 and (sscc = any($2::text[]) or tracking_number = any($2::text[]))
       order by id`,
      [tx.siteId, keys],
    );
  }

  /** Those of the parcels that one of the codes names, as {@link lockSeen} has it. */
  carrying(parcels: readonly Parcel[], codes: readonly string[]): Parcel[] {
    const keys = new Set(codes.flatMap(parcelKeys));
    return parcels.filter(
      ({ sscc, trackingNumber }) =>
        (sscc !== null && keys.has(sscc)) || (trackingNumber !== null && keys.has(trackingNumber)),
    );
  }

  /** Moves parcels along their states; those that may not move stay. @returns how many moved */
  async move(tx: Tx, ids: readonly string[], to: ParcelState, changes: Changes = {}): Promise<number> {
    if (ids.length === 0) return 0;
    const entries = Object.entries(changes) as [keyof Changes, unknown][];
    const sets = entries.map(([key], at) => `, ${COLUMNS[key][0]} = $${at + 5}::${COLUMNS[key][1]}`);
    return affected(
      tx,
      `update parcels set state = $3${sets.join('')}
       where site_id = $1 and id = any($2::uuid[]) and state = any($4::text[])`,
      [tx.siteId, ids, to, statesBefore(parcelStates, to), ...entries.map(([, value]) => value)],
    );
  }

  /** {@link move} of one parcel, or a refusal that names the state it is in. */
  async moveOne(tx: Tx, parcel: Parcel, to: ParcelState, changes: Changes = {}): Promise<void> {
    if ((await this.move(tx, [parcel.id], to, changes)) === 1) return;
    throw new Refusal('parcel.wrong-state', `The parcel is ${parcel.state} and can't become ${to}.`, {
      facts: { parcelId: parcel.id, state: parcel.state, to },
    });
  }

  /**
   * Those of the orders whose parcels (the cancelled ones left out) are all in one of these states. The orders are locked first: of
   * two that bring an order's last parcels along at the same moment the second must see what the first did, or the order stays behind.
   */
  async ordersWithAllIn(
    tx: Tx,
    orderIds: readonly string[],
    states: readonly ParcelState[],
  ): Promise<string[]> {
    await rows(
      tx,
      'select 1 from orders where site_id = $1 and id = any($2::uuid[]) order by id for no key update',
      [tx.siteId, orderIds],
    );
    const found = await rows<{ id: string }>(
      tx,
      `select order_id as id from parcels where site_id = $1 and order_id = any($2::uuid[]) and state <> 'cancelled'
       group by order_id having bool_and(state = any($3::text[])) order by order_id`,
      [tx.siteId, orderIds, states],
    );
    return found.map(({ id }) => id);
  }

  /** The lines of orders, each with nothing added: for telling their progress that something about the order is complete. */
  linesOf(tx: Tx, orderIds: readonly string[]): Promise<{ orderLineId: string; quantity: 0 }[]> {
    return rows(
      tx,
      `select id as "orderLineId", 0 as quantity from order_lines
       where site_id = $1 and order_id = any($2::uuid[]) and state not in ('cancelled', 'closed-short') order by id`,
      [tx.siteId, orderIds],
    );
  }

  /** Writes the lanes that parcels should take, beside their state. */
  async planLanes(tx: Tx, places: readonly ParcelInLane[]): Promise<void> {
    await this.place(tx, 'lane_id = n.lane_id', places);
  }

  /** Where parcels were really seen last, beside their state. */
  async sawInLanes(tx: Tx, places: readonly ParcelInLane[]): Promise<void> {
    await this.place(tx, 'actual_lane_id = n.lane_id', places);
  }

  private async place(tx: Tx, set: string, places: readonly ParcelInLane[]): Promise<void> {
    if (places.length === 0) return;
    await rows(
      tx,
      `update parcels p set ${set} from unnest($2::uuid[], $3::uuid[]) as n (id, lane_id)
       where p.site_id = $1 and p.id = n.id`,
      [tx.siteId, places.map(({ id }) => id), places.map(({ laneId }) => laneId)],
    );
  }

  /**
   * Books the lanes in which parcels came to lie: those that may be diverted are now, of the others only the place is noted.
   * @returns the ids of those that moved
   */
  async landIn(tx: Tx, places: readonly ParcelInLane[]): Promise<Set<string>> {
    if (places.length === 0) return new Set();
    const moved = await rows<{ id: string }>(
      tx,
      `update parcels p set state = 'diverted', actual_lane_id = n.lane_id, diverted_at = $4
       from unnest($2::uuid[], $3::uuid[]) as n (id, lane_id)
       where p.site_id = $1 and p.id = n.id and p.state = any($5::text[]) returning p.id`,
      [
        tx.siteId,
        places.map(({ id }) => id),
        places.map(({ laneId }) => laneId),
        tx.at,
        statesBefore(parcelStates, 'diverted'),
      ],
    );
    const ids = new Set(moved.map(({ id }) => id));
    await this.sawInLanes(
      tx,
      places.filter(({ id }) => !ids.has(id)),
    );
    return ids;
  }
}
