import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { resolveExceptions } from '../platform/exceptions.js';
import { Refusal } from '../platform/refusal.js';
import { ManifestsService } from './manifests.service.js';
import './shipping.events.js';

export interface Staged {
  parcelId: string;
  state: string;
  sscc: string | null;
  location: string;
  manifest: number;
}

/** What a person who puts a parcel into staging has seen to with their own eyes. */
const ANSWERED_BY_STAGING = [
  'missing',
  'exception-lane',
  'recirculation-limit',
  'misrouted',
  'unexpected',
  'no-route',
];

/** Off the lane, into staging, declared to the carrier. */
@Injectable()
export class ShippingService {
  constructor(
    private readonly db: Database,
    private readonly parcels: ParcelsService,
    private readonly manifests: ManifestsService,
    private readonly orders: OrderProgressService,
  ) {}

  /**
   * Parcel and staging location scanned: the parcel stands there. Works straight from its lane, and for a parcel that was carried; a
   * staged one may be moved to another place.
   * @throws Refusal for what is no staging place, a replaced label, or a parcel without one
   */
  stage(parcelScan: string, locationScan: string): Promise<Staged> {
    return this.db.transaction(async (tx) => {
      const parcel = await this.parcels.lockScanned(tx, parcelScan);
      const place = await this.stagingPlace(tx, locationScan);
      const manifest = await this.manifests.declare(tx, parcel);
      if (parcel.state === 'staged') await this.restage(tx, parcel, place.id);
      else {
        await this.parcels.moveOne(tx, parcel, 'staged', { stagingLocationId: place.id });
        await resolveExceptions(tx, parcel.id, `staged in ${place.code}`, ANSWERED_BY_STAGING);
        const all = await this.parcels.ordersWithAllIn(tx, [parcel.orderId], ['staged', 'loaded', 'shipped']);
        await this.orders.markStaged(tx, all);
      }
      await addEvent(tx, {
        type: 'shipping.parcel-staged',
        aggregateId: parcel.id,
        parcelId: parcel.id,
        orderId: parcel.orderId,
        merchantId: parcel.merchantId,
        data: { parcelId: parcel.id, carrier: parcel.carrierCode, location: place.code, manifest },
      });
      return { parcelId: parcel.id, state: 'staged', sscc: parcel.sscc, location: place.code, manifest };
    });
  }

  /** A labelled parcel is declared on the manifest of its carrier service. */
  async declareLabelled(tx: Tx, parcelId: string): Promise<void> {
    const parcel = await this.parcels.lock(tx, parcelId);
    if (parcel && !['open', 'closed', 'verified', 'cancelled'].includes(parcel.state)) {
      await this.manifests.declare(tx, parcel);
    }
  }

  /** A parcel that was opened again or cancelled is not declared any more. */
  async withdraw(tx: Tx, parcelId: string): Promise<void> {
    await rows(
      tx,
      `update parcels set manifest_id = null
       where site_id = $1 and id = $2 and state in ('open', 'closed', 'verified', 'cancelled')`,
      [tx.siteId, parcelId],
    );
  }

  private async restage(tx: Tx, parcel: Parcel, locationId: string): Promise<void> {
    await rows(tx, 'update parcels set staging_location_id = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      parcel.id,
      locationId,
    ]);
  }

  /** @throws Refusal when the scan is no place where parcels are staged */
  async stagingPlace(tx: Tx, scan: string): Promise<{ id: string; code: string }> {
    const code = identifyScan(scan);
    const place = await row<{ id: string; code: string; type: string }>(
      tx,
      'select id, code, type from locations where site_id = $1 and code = $2',
      [tx.siteId, code.kind === 'location' ? code.value : ''],
    );
    if (!place) {
      throw new Refusal('shipping.not-a-location', 'Scan the code of a staging place.', { status: 422 });
    }
    if (place.type !== 'staging' && place.type !== 'dock') {
      throw new Refusal(
        'shipping.not-staging',
        `${place.code} is a ${place.type} location; parcels are staged elsewhere.`,
        { status: 422, facts: { location: place.code, type: place.type } },
      );
    }
    return place;
  }
}
