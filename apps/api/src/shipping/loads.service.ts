import { Injectable } from '@nestjs/common';
import { type LoadView, loadStates } from '#lib/contracts';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, addEvents } from '../platform/events.js';
import { newId, WORLD } from '../platform/ids.js';
import { takeCount } from '../platform/number-ranges.js';
import { Refusal } from '../platform/refusal.js';
import { move } from '../platform/transition.js';
import { loadViews } from './load-views.queries.js';
import { ManifestsService } from './manifests.service.js';
import './shipping.events.js';
import { ShippingService } from './shipping.service.js';

const machine = { table: 'loads', states: loadStates, noun: 'load' };

interface LoadRow {
  id: string;
  number: string;
  carrier: string;
  state: string;
  door: string | null;
}

/** Parcels on trucks: one carrier per load, scanned parcel by parcel, gone when the truck departs. */
@Injectable()
export class LoadsService {
  constructor(
    private readonly db: Database,
    private readonly parcels: ParcelsService,
    private readonly shipping: ShippingService,
    private readonly manifests: ManifestsService,
    private readonly inventory: InventoryService,
    private readonly orders: OrderProgressService,
  ) {}

  /** Loads that have not departed (`open`), those of the last day that have (`departed`), or both. */
  list(state: 'open' | 'departed' | null): Promise<LoadView[]> {
    return this.db.transaction((tx) => loadViews(tx, { state }));
  }

  find(id: string): Promise<LoadView> {
    return this.db.transaction((tx) => this.view(tx, id));
  }

  /** Opens a load for a carrier, at a door where one is named. A carrier's load that stands open there is found again. */
  openLoad(carrier: string, doorStationCode: string | null): Promise<LoadView> {
    return this.db.transaction(async (tx) => {
      const known = await row(tx, 'select 1 from carriers where code = $1', [carrier]);
      if (!known)
        throw new Refusal('shipping.unknown-carrier', `There is no carrier ${carrier}.`, {
          status: 404,
          facts: { carrier },
        });
      const door = doorStationCode === null ? null : await this.doorOf(tx, doorStationCode);
      return this.view(tx, await this.open(tx, carrier, door));
    });
  }

  /** Parcels of a carrier stand in staging: a load for them is open, at the door with the fewest. */
  async openLoadFor(tx: Tx, carrier: string): Promise<void> {
    const waiting = await row(
      tx,
      `select 1 from parcels where site_id = $1 and carrier_code = $2 and state = 'staged' limit 1`,
      [tx.siteId, carrier],
    );
    const open = await row(
      tx,
      `select 1 from loads where site_id = $1 and carrier_code = $2 and state <> 'departed' limit 1`,
      [tx.siteId, carrier],
    );
    if (waiting && !open) await this.open(tx, carrier, null);
  }

  /** @param door null: any door, the one with the fewest open loads @returns the id of the load, new or found */
  private async open(tx: Tx, carrier: string, door: { id: string; code: string } | null): Promise<string> {
    const number = await takeCount(tx, 'load'); // its row lock keeps two people from opening the same load twice
    const open = await row<{ id: string }>(
      tx,
      `select id from loads where site_id = $1 and carrier_code = $2 and state in ('planned', 'loading')
         and ($3::uuid is null or door_station_id = $3) order by created_at limit 1`,
      [tx.siteId, carrier, door?.id ?? null],
    );
    if (open) return open.id;
    const at = door ?? (await this.freeDoor(tx));
    const id = newId();
    await rows(
      tx,
      `insert into loads (site_id, id, number, carrier_code, door_station_id, state, created_at)
       values ($1, $2, $3, $4, $5, 'planned', $6) on conflict (site_id, id) do nothing`,
      [tx.siteId, id, number, carrier, at?.id ?? null, tx.at],
    );
    const data = { number, carrier, door: at?.code ?? null };
    await addEvent(tx, { type: 'shipping.load-opened', aggregateId: id, data });
    return id;
  }

  private freeDoor(tx: Tx): Promise<{ id: string; code: string } | null> {
    return row(
      tx,
      `select s.id, s.code from stations s
       left join loads l on l.site_id = s.site_id and l.door_station_id = s.id and l.state <> 'departed'
       where s.site_id = $1 and s.kind = 'dock-door' group by s.site_id, s.id, s.code order by count(l.id), s.code limit 1`,
      [tx.siteId],
    );
  }

  /**
   * A parcel goes onto the truck. Scanned again it is still there.
   * @throws Refusal for another carrier's parcel, one that is not staged, a replaced label, a parcel on another load, a truck that is gone
   */
  loadParcel(loadId: string, parcelScan: string): Promise<LoadView> {
    return this.db.transaction(async (tx) => {
      const load = await this.lock(tx, loadId);
      const parcel = await this.parcels.lockScanned(tx, parcelScan);
      if (parcel.loadId === loadId && ['loaded', 'shipped'].includes(parcel.state))
        return this.view(tx, loadId);
      requireOpen(load);
      requireFit(load, parcel);
      await this.parcels.moveOne(tx, parcel, 'loaded', { loadId });
      if (load.state === 'planned') await move(tx, machine, loadId, 'loading');
      await addEvent(tx, {
        type: 'shipping.parcel-loaded',
        aggregateId: parcel.id,
        parcelId: parcel.id,
        orderId: parcel.orderId,
        merchantId: parcel.merchantId,
        data: { parcelId: parcel.id, load: Number(load.number), door: load.door },
      });
      return this.view(tx, loadId);
    });
  }

  /** A parcel comes off the truck again, into staging. The undo of {@link loadParcel}. */
  unloadParcel(loadId: string, parcelScan: string, locationScan: string): Promise<LoadView> {
    return this.db.transaction(async (tx) => {
      requireOpen(await this.lock(tx, loadId));
      const parcel = await this.parcels.lockScanned(tx, parcelScan);
      if (parcel.loadId !== loadId)
        throw new Refusal('shipping.not-on-load', 'That parcel is not on this load.');
      const place = await this.shipping.stagingPlace(tx, locationScan);
      await this.parcels.moveOne(tx, parcel, 'staged', { loadId: null, stagingLocationId: place.id });
      const manifest = await this.manifests.declare(tx, parcel);
      await addEvent(tx, {
        type: 'shipping.parcel-staged',
        aggregateId: parcel.id,
        parcelId: parcel.id,
        orderId: parcel.orderId,
        merchantId: parcel.merchantId,
        data: { parcelId: parcel.id, carrier: parcel.carrierCode, location: place.code, manifest },
      });
      return this.view(tx, loadId);
    });
  }

  /**
   * The truck leaves: its parcels are shipped, their goods are the customer's, orders follow their last parcel, manifests are told to
   * the carrier. A load that has departed answers the same again.
   */
  depart(loadId: string): Promise<LoadView> {
    return this.db.transaction(async (tx) => {
      const load = await this.lock(tx, loadId);
      if (load.state === 'departed') return this.view(tx, loadId);
      const aboard = await rows<Parcel>(
        tx,
        `select id, order_id as "orderId", merchant_id as "merchantId", manifest_id as "manifestId" from parcels
         where site_id = $1 and load_id = $2 and state = 'loaded' order by id for update`,
        [tx.siteId, loadId],
      );
      if (aboard.length === 0) throw new Refusal('shipping.empty-load', 'Nothing has been loaded yet.');
      await move(tx, machine, loadId, 'loaded');
      await move(tx, machine, loadId, 'departed');
      await rows(tx, 'update loads set departed_at = $3 where site_id = $1 and id = $2', [
        tx.siteId,
        loadId,
        tx.at,
      ]);
      await this.ship(tx, load, aboard);
      const manifestIds = [...new Set(aboard.map(({ manifestId }) => manifestId))].filter(
        (id) => id !== null,
      );
      await this.manifests.departed(tx, manifestIds);
      await this.openLoadFor(tx, load.carrier);
      return this.view(tx, loadId);
    });
  }

  private async ship(tx: Tx, load: LoadRow, aboard: readonly Parcel[]): Promise<void> {
    const ids = aboard.map(({ id }) => id);
    const goods = await rows<{
      parcelId: string;
      orderLineId: string;
      merchantId: string;
      itemId: string;
      lot: string;
      quantity: number;
    }>(
      tx,
      `select parcel_id as "parcelId", order_line_id as "orderLineId", merchant_id as "merchantId", item_id as "itemId", lot,
         sum(quantity)::int as quantity
       from parcel_contents where site_id = $1 and parcel_id = any($2::uuid[])
       group by parcel_id, order_line_id, merchant_id, item_id, lot order by parcel_id, order_line_id, item_id, lot`,
      [tx.siteId, ids],
    );
    await this.parcels.move(tx, ids, 'shipped', { shippedAt: tx.at });
    await this.inventory.move(
      tx,
      goods.map(({ parcelId, ...each }, lineNo) => ({
        ...each,
        from: { kind: 'parcel' as const, id: parcelId },
        to: { kind: 'customer' as const, id: WORLD },
        reason: 'ship',
        eventId: load.id,
        lineNo,
      })),
    );
    // Lines that other parcels took before may be complete only now: they are told too, with nothing added.
    const orderIds = [...new Set(aboard.map(({ orderId }) => orderId))];
    await this.orders.addShipped(tx, [...goods, ...(await this.parcels.linesOf(tx, orderIds))]);
    const numbers = await this.manifestNumbers(tx, ids);
    const units = new Map<string, number>();
    for (const { parcelId, quantity } of goods) units.set(parcelId, (units.get(parcelId) ?? 0) + quantity);
    await addEvents(
      tx,
      aboard.map(({ id, orderId, merchantId }) => ({
        type: 'shipping.parcel-shipped' as const,
        aggregateId: id,
        parcelId: id,
        orderId,
        merchantId,
        data: {
          parcelId: id,
          load: Number(load.number),
          manifest: numbers.get(id) ?? null,
          units: units.get(id) ?? 0,
        },
      })),
    );
    await addEvent(tx, {
      type: 'shipping.load-departed',
      aggregateId: load.id,
      data: { number: Number(load.number), carrier: load.carrier, parcels: aboard.length },
    });
  }

  private async manifestNumbers(tx: Tx, parcelIds: readonly string[]): Promise<Map<string, number>> {
    const found = await rows<{ id: string; number: string }>(
      tx,
      `select p.id, m.number from parcels p join manifests m on m.site_id = p.site_id and m.id = p.manifest_id
       where p.site_id = $1 and p.id = any($2::uuid[])`,
      [tx.siteId, parcelIds],
    );
    return new Map(found.map(({ id, number }) => [id, Number(number)]));
  }

  private async lock(tx: Tx, id: string): Promise<LoadRow> {
    const load = await row<LoadRow>(
      tx,
      `select l.id, l.number, l.carrier_code as carrier, l.state, s.code as door from loads l
       left join stations s on s.site_id = l.site_id and s.id = l.door_station_id
       where l.site_id = $1 and l.id = $2 for update of l`,
      [tx.siteId, id],
    );
    if (!load) throw unknownLoad();
    return load;
  }

  private async view(tx: Tx, id: string): Promise<LoadView> {
    const [view] = await loadViews(tx, { id });
    if (!view) throw unknownLoad();
    return view;
  }

  private async doorOf(tx: Tx, code: string): Promise<{ id: string; code: string }> {
    const door = await row<{ id: string; code: string }>(
      tx,
      `select id, code from stations where site_id = $1 and code = $2 and kind = 'dock-door'`,
      [tx.siteId, code],
    );
    if (!door)
      throw new Refusal('shipping.unknown-door', `There is no dock door ${code}.`, {
        status: 404,
        facts: { door: code },
      });
    return door;
  }
}

function unknownLoad(): Refusal {
  return new Refusal('shipping.unknown-load', 'There is no such load.', { status: 404 });
}

function requireOpen(load: LoadRow): void {
  if (load.state !== 'departed') return;
  throw new Refusal('shipping.load-departed', `Load ${load.number} has departed.`, {
    facts: { load: Number(load.number) },
  });
}

function requireFit(load: LoadRow, parcel: Parcel): void {
  if (parcel.carrierCode !== load.carrier) {
    throw new Refusal(
      'shipping.wrong-carrier',
      `This is a parcel for ${parcel.carrierCode}; load ${load.number} is for ${load.carrier}.`,
      {
        facts: {
          parcelId: parcel.id,
          load: Number(load.number),
          need: load.carrier,
          got: parcel.carrierCode,
        },
      },
    );
  }
  if (parcel.state === 'loaded' || parcel.state === 'shipped') {
    throw new Refusal('shipping.on-other-load', 'That parcel is on another load already.', {
      facts: { parcelId: parcel.id, loadId: parcel.loadId },
    });
  }
}
