import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import type { PackView } from '#lib/contracts';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';
import { type CartonAdvice, CartonAdviceService, CartonQuestion } from './carton-advice.service.js';
import { decidePackScan } from './pack-scan.js';
import { type BenchParcel, benchParcel, packedLines, packView, toteContents } from './pack-view.queries.js';
import { printable } from './packing.errors.js';
import './packing.events.js';
import { LABELLED_STATES, ParcelsService } from './parcels.service.js';
import { type BenchTote, lockTote, openParcelOf, stationByCode, toteAtStation } from './totes.queries.js';

/** At the bench: a tote becomes parcels, scan by scan. Closing, weighing and labels are ClosingService and LabelsService. */
@Injectable()
export class PackingService {
  constructor(
    private readonly db: Database,
    private readonly inventory: InventoryService,
    private readonly orders: OrderProgressService,
    private readonly parcels: ParcelsService,
    private readonly cartons: CartonAdviceService,
  ) {}

  /**
   * A tote scanned at a bench opens a parcel for its order, or finds the one that is open. Two benches that scan the same tote
   * get the same parcel; it is packed where it was scanned last.
   */
  async openParcel(containerScan: string, stationCode: string): Promise<PackView> {
    const scan = { containerScan, stationCode };
    const opened = await this.db.transaction((tx) => this.open(tx, scan));
    if (!(opened instanceof CartonQuestion)) return opened;
    // Nothing is locked while the carton of a large basket is worked out; what happened meanwhile is looked at again.
    const carton = await this.cartons.workOut(opened);
    return this.db.transaction((tx) => this.open(tx, { ...scan, carton }));
  }

  find(parcelId: string): Promise<PackView> {
    return this.db.transaction((tx) => packView(tx, parcelId));
  }

  /** One item scan: its units move from the tote into the parcel. The same eventId packs once. */
  async packItem(parcelId: string, eventId: string, itemScan: string): Promise<PackView> {
    return this.db.transaction(async (tx) => {
      const parcel = await benchParcel(tx, parcelId, true);
      if (await packedAlready(tx, eventId)) return packView(tx, parcelId);
      requireState(parcel, ['open'], 'pack into');
      const tote = await toteContents(tx, parcel.toteId);
      const lines = await packedLines(tx, parcel, tote);
      const scan = decidePackScan(itemScan, lines, tote);
      if (scan.kind !== 'pack')
        throw new Refusal(`packing.${scan.kind}`, scan.detail, { status: 422, facts: scan.facts });
      const { line, quantity, lots } = scan;
      await this.orders.addPacked(tx, [{ orderLineId: line.orderLineId, quantity }]);
      await this.inventory.move(
        tx,
        lots.map(({ lot, quantity: units }, lineNo) => ({
          merchantId: parcel.merchantId,
          itemId: line.itemId,
          lot,
          quantity: units,
          from: { kind: 'container' as const, id: parcel.toteId! },
          to: { kind: 'parcel' as const, id: parcel.id },
          reason: 'pack',
          eventId,
          lineNo,
          orderLineId: line.orderLineId,
        })),
      );
      await addContents(tx, parcel, { orderLineId: line.orderLineId, itemId: line.itemId, eventId, lots });
      await addEvent(tx, {
        type: 'packing.item-packed',
        aggregateId: parcel.id,
        ...about(parcel),
        data: { parcelId, orderLineId: line.orderLineId, sku: line.sku, quantity },
      });
      return packView(tx, parcelId);
    });
  }

  /** Another carton than the suggested one, while the parcel is open. */
  async changeCarton(parcelId: string, cartonCode: string): Promise<PackView> {
    return this.db.transaction(async (tx) => {
      const parcel = await benchParcel(tx, parcelId, true);
      requireState(parcel, ['open'], 'change the carton of');
      const carton = await row<{ id: string; code: string }>(
        tx,
        'select id, code from carton_types where site_id = $1 and code = $2 and active',
        [tx.siteId, cartonCode],
      );
      if (!carton) {
        throw new Refusal('packing.unknown-carton', `There is no carton ${printable(cartonCode)}.`, {
          status: 404,
          facts: { carton: printable(cartonCode) },
        });
      }
      if (carton.id === parcel.carton.id) return packView(tx, parcelId);
      await rows(tx, 'update parcels set carton_type_id = $3 where site_id = $1 and id = $2', [
        tx.siteId,
        parcelId,
        carton.id,
      ]);
      const data = { parcelId, from: parcel.carton.code, to: carton.code };
      await addEvent(tx, { type: 'packing.carton-changed', aggregateId: parcelId, ...about(parcel), data });
      return packView(tx, parcelId);
    });
  }

  /** Totes that wait at a bench and parcels that are not finished there. */
  async waitingAt(stationCode: string): Promise<BenchWork> {
    return this.db.transaction(async (tx) => {
      const station = await stationByCode(tx, stationCode);
      if (!station) throw unknownStation(stationCode);
      const totes = await rows<BenchWork['totes'][number]>(
        tx,
        `select c.lpn, s.state, o.id as "orderId", o.external_ref as "externalRef", o.cut_off_at as "cutOffAt",
           coalesce((select sum(l.quantity) from levels l where l.site_id = c.site_id and l.account_kind = 'container'
             and l.account_id = c.id), 0)::int as units
         from containers c
         join run_slots s on s.site_id = c.site_id and s.container_id = c.id and s.state in ('dropped', 'packing')
         join orders o on o.site_id = s.site_id and o.id = s.order_id
         where c.site_id = $1 and c.station_id = $2 order by o.cut_off_at, o.priority, c.lpn limit 200`,
        [tx.siteId, station.id],
      );
      const parcels = await rows<BenchWork['parcels'][number]>(
        tx,
        `select p.id as "parcelId", p.state, p.sscc, o.external_ref as "externalRef", c.lpn as tote,
           (select r.state from prints r where r.site_id = p.site_id and r.parcel_id = p.id
             order by r.created_at desc, r.id desc limit 1) as "printState"
         from parcels p join orders o on o.site_id = p.site_id and o.id = p.order_id
         left join containers c on c.site_id = p.site_id and c.id = p.source_container_id
         where p.site_id = $1 and p.station_id = $2 and p.state in ('open', 'closed', 'verified') order by p.opened_at limit 200`,
        [tx.siteId, station.id],
      );
      return { station: station.code, totes, parcels };
    });
  }

  /**
   * All goods of the order are picked. Where its parcels are ahead of it (its last line was closed short after the others had been
   * packed, even shipped) nothing will be packed any more, and the order follows its parcels at once.
   */
  async followParcels(tx: Tx, orderId: string): Promise<void> {
    const toPack = await row(
      tx,
      `select 1 from run_slots where site_id = $1 and order_id = $2 and state in ('open', 'picked', 'dropped', 'packing') limit 1`,
      [tx.siteId, orderId],
    );
    const parcels = await this.parcels.ordersWithAllIn(tx, [orderId], LABELLED_STATES);
    if (toPack || parcels.length === 0) return;
    const lines = await this.parcels.linesOf(tx, [orderId]);
    await this.orders.addPacked(tx, lines);
    await this.orders.markPacked(tx, parcels);
    const staged = await this.parcels.ordersWithAllIn(tx, [orderId], ['staged', 'loaded', 'shipped']);
    await this.orders.markStaged(tx, staged);
    const shipped = await this.parcels.ordersWithAllIn(tx, [orderId], ['shipped']);
    if (shipped.length > 0) await this.orders.addShipped(tx, lines);
  }

  /** With the carton in hand it opens; else it may be a large basket, of which the carton is to be worked out first. */
  private open(tx: Tx, scan: ToteScan & { carton: CartonAdvice }): Promise<PackView>;
  private open(tx: Tx, scan: ToteScan): Promise<PackView | CartonQuestion>;
  private async open(
    tx: Tx,
    { containerScan, stationCode, carton: known }: ToteScan & { carton?: CartonAdvice },
  ): Promise<PackView | CartonQuestion> {
    const station = await this.benchOf(tx, stationCode);
    const tote = await lockTote(tx, lpnOf(containerScan));
    if (!tote)
      throw new Refusal('packing.unknown-tote', `There is no tote ${printable(containerScan)}.`, {
        status: 404,
        facts: { got: printable(containerScan) },
      });
    const open = await openParcelOf(tx, tote.id);
    if (open && (tote.orderId === null || tote.orderId === open.orderId)) {
      await rows(tx, 'update parcels set station_id = $3 where site_id = $1 and id = $2', [
        tx.siteId,
        open.id,
        station.id,
      ]);
      return packView(tx, open.id);
    }
    const slot = requirePackable(tote);
    const order = await requireOpenOrder(tx, slot.orderId);
    const carton = known ?? (await this.cartons.suggest(tx, slot.orderId, tote.id));
    if (carton instanceof CartonQuestion) return carton;
    await toteAtStation(tx, { id: tote.id, slotId: slot.slotId }, station.id);
    const parcelId = await this.createParcel(tx, { tote, orderId: slot.orderId, order, station, carton });
    return packView(tx, parcelId);
  }

  private async benchOf(tx: Tx, stationCode: string) {
    const station = await stationByCode(tx, stationCode);
    if (!station) throw unknownStation(stationCode);
    if (station.kind !== 'pack-bench') {
      throw new Refusal('packing.not-a-bench', `${station.code} is a ${station.kind}, not a pack bench.`, {
        status: 422,
        facts: { station: station.code, kind: station.kind },
      });
    }
    return station;
  }

  private async createParcel(tx: Tx, { tote, orderId, order, station, carton }: NewParcel): Promise<string> {
    const parcelId = newId();
    await rows(
      tx,
      `insert into parcels (site_id, id, order_id, merchant_id, state, number_in_order, carton_type_id, suggested_carton_id,
         because, source_container_id, station_id, carrier_code, service, opened_at)
       values ($1, $2, $3, $4, 'open', (select coalesce(max(number_in_order), 0) + 1 from parcels
         where site_id = $1 and order_id = $3), $5, $5, $6, $7, $8, $9, $10, $11)
       on conflict (site_id, id) do nothing`,
      [
        tx.siteId,
        parcelId,
        orderId,
        order.merchantId,
        carton.id,
        JSON.stringify(carton.because),
        tote.id,
        station.id,
        order.carrier,
        order.service,
        tx.at,
      ],
    );
    await addEvent(tx, {
      type: 'packing.parcel-opened',
      aggregateId: parcelId,
      parcelId,
      orderId,
      merchantId: order.merchantId,
      data: { parcelId, tote: tote.lpn, carton: carton.code, station: station.code },
    });
    return parcelId;
  }
}

interface ToteScan {
  containerScan: string;
  stationCode: string;
}

interface NewParcel {
  tote: BenchTote;
  orderId: string;
  order: OrderToPack;
  station: { id: string; code: string };
  carton: CartonAdvice;
}

interface OrderToPack {
  merchantId: string;
  carrier: string;
  service: string;
}

/** `GET /packing/stations/:code`. */
export interface BenchWork {
  station: string;
  totes: {
    lpn: string;
    state: string;
    orderId: string;
    externalRef: string;
    cutOffAt: Date;
    units: number;
  }[];
  parcels: {
    parcelId: string;
    state: string;
    sscc: string | null;
    externalRef: string;
    tote: string | null;
    printState: string | null;
  }[];
}

/** Who and whose: the part of every event that lets the story find it. */
export function about(parcel: { id: string; orderId: string; merchantId: string }) {
  return { parcelId: parcel.id, orderId: parcel.orderId, merchantId: parcel.merchantId };
}

/** Refuses when the parcel is past (or before) the act. */
export function requireState(parcel: BenchParcel, states: readonly string[], act: string): void {
  if (states.includes(parcel.state)) return;
  throw new Refusal('packing.wrong-state', `The parcel is ${parcel.state}: you can't ${act} it now.`, {
    facts: { parcelId: parcel.id, state: parcel.state },
  });
}

function unknownStation(code: string): Refusal {
  return new Refusal('packing.unknown-station', `There is no station ${printable(code)}.`, {
    status: 404,
    facts: { station: printable(code) },
  });
}

function lpnOf(scan: string): string {
  const code = identifyScan(scan);
  if (code.kind === 'container') return code.value;
  throw new Refusal('packing.not-a-tote', `Scan a tote; "${printable(scan)}" is none.`, {
    status: 422,
    facts: { got: printable(scan) },
  });
}

function requirePackable(tote: BenchTote): { slotId: string; orderId: string } {
  const { slotId, orderId, slotState, lpn, type, toSort } = tote;
  if (toSort)
    throw new Refusal(
      'packing.tote-to-sort',
      `${lpn} has goods of several orders: bring it to the put wall.`,
      { facts: { tote: lpn } },
    );
  if (slotId === null || orderId === null)
    throw new Refusal('packing.tote-empty', `${lpn} holds nothing to pack.`, { facts: { tote: lpn } });
  if (type === 'slot' && (slotState === 'open' || slotState === 'picked'))
    throw new Refusal(
      'packing.slot-not-complete',
      `Slot ${lpn} is not complete: goods for it are still to come.`,
      { facts: { slot: lpn } },
    );
  if (slotState === 'open')
    throw new Refusal('packing.tote-not-picked', `${lpn} is still being picked.`, { facts: { tote: lpn } });
  if (slotState === 'picked') {
    throw new Refusal(
      'packing.tote-not-dropped',
      `${lpn} has not been dropped yet: scan the station on the cart's handheld.`,
      { facts: { tote: lpn } },
    );
  }
  return { slotId, orderId };
}

/** The order, locked against being cancelled meanwhile. */
async function requireOpenOrder(tx: Tx, orderId: string): Promise<OrderToPack> {
  const order = await row<OrderToPack & { state: string; hold: string | null }>(
    tx,
    `select o.merchant_id as "merchantId", o.carrier_code as carrier, o.service, o.state,
       (select h.reason from order_holds h where h.site_id = o.site_id and h.order_id = o.id and h.released_at is null
         limit 1) as hold
     from orders o where o.site_id = $1 and o.id = $2 for no key update of o`,
    [tx.siteId, orderId],
  );
  if (order!.hold !== null)
    throw new Refusal('packing.order-held', `The order is on hold: ${order!.hold}.`, {
      facts: { reason: order!.hold },
    });
  if (order!.state === 'cancelled')
    throw new Refusal('packing.order-cancelled', 'The order was cancelled: its goods go back to the shelf.');
  return order!;
}

async function packedAlready(tx: Tx, eventId: string): Promise<boolean> {
  const known = await row(tx, 'select 1 from parcel_contents where site_id = $1 and event_id = $2', [
    tx.siteId,
    eventId,
  ]);
  return known !== null;
}

async function addContents(
  tx: Tx,
  parcel: BenchParcel,
  packed: { orderLineId: string; itemId: string; eventId: string; lots: { lot: string; quantity: number }[] },
): Promise<void> {
  await rows(
    tx,
    `insert into parcel_contents (site_id, id, parcel_id, order_line_id, merchant_id, item_id, lot, quantity, event_id, at)
     select $1, c.id, $2, $3, $4, $5, c.lot, c.quantity, $6, $7
     from unnest($8::uuid[], $9::text[], $10::int[]) as c (id, lot, quantity) on conflict (site_id, id) do nothing`,
    [
      tx.siteId,
      parcel.id,
      packed.orderLineId,
      parcel.merchantId,
      packed.itemId,
      packed.eventId,
      tx.at,
      packed.lots.map(() => newId()),
      packed.lots.map(({ lot }) => lot),
      packed.lots.map(({ quantity }) => quantity),
    ],
  );
}
