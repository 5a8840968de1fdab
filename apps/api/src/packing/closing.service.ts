import { Injectable } from '@nestjs/common';
import { identifyScan } from '#lib/barcodes';
import { type CloseOutcome, type PackView, parcelStates } from '#lib/contracts';
import { ReadingsService, type StationWeight } from '../devices/readings.service.js';
import { InventoryService } from '../inventory/inventory.service.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, addEvents } from '../platform/events.js';
import { openException, openExceptions, resolveExceptions } from '../platform/exceptions.js';
import { Refusal } from '../platform/refusal.js';
import { moveAll } from '../platform/transition.js';
import { newSscc } from './label-numbers.js';
import { LabelsService } from './labels.service.js';
import { type BenchParcel, benchParcel, expectedGrams, packedLines, packView } from './pack-view.queries.js';
import { about, requireState } from './packing.service.js';
import { PlannedPapersService } from './planned-papers.service.js';
import { freeEmptyTote } from './totes.queries.js';
import { checkWeight, faultOfReading, type WeighCheck } from './weigh-check.js';

export interface Closing {
  readingId: string;
  /** A supervisor's reason to accept a weight out of tolerance. */
  overrideReason: string | null;
}

interface WhyCancelled {
  reason: string;
  because: (externalRef: string) => string;
}

interface CancelledParcel {
  id: string;
  orderId: string;
  merchantId: string;
  carrierCode: string;
  externalRef: string;
  /** Goods are in it. */
  full: boolean;
}

const machine = { table: 'parcels', states: parcelStates, noun: 'parcel' };

/** Closes parcels (weight, SSCC, label), opens them again, and ends those of cancelled orders. */
@Injectable()
export class ClosingService {
  constructor(
    private readonly db: Database,
    private readonly labels: LabelsService,
    private readonly inventory: InventoryService,
    private readonly orders: OrderProgressService,
    private readonly readings: ReadingsService,
    private readonly papers: PlannedPapersService,
  ) {}

  /**
   * Checks the weight and, when it is right, gives the parcel its SSCC and asks for its label. A weight out of tolerance is an
   * outcome: the parcel stays open and an exception is opened. A parcel that is closed already answers as it did.
   */
  async closeParcel(parcelId: string, closing: Closing): Promise<CloseOutcome> {
    return this.db.transaction(async (tx) => {
      const parcel = await benchParcel(tx, parcelId, true);
      if (!['open', 'cancelled'].includes(parcel.state))
        return { outcome: 'closed', pack: await packView(tx, parcelId) };
      requireState(parcel, ['open'], 'close');
      const lines = await packedLines(tx, parcel, []);
      const units = lines.reduce((sum, line) => sum + line.inThisParcel, 0);
      if (units === 0) throw new Refusal('packing.empty-parcel', 'Nothing is in this parcel yet.');
      const grams = await this.weightOf(tx, parcel, closing.readingId);
      const check = checkWeight(expectedGrams(lines, parcel.carton.tareGrams), grams, units);
      if (!check.ok && closing.overrideReason === null) return this.mismatched(tx, parcel, check);
      if (!check.ok) requireSupervisor(tx);
      const planned = await this.papers.adopt(tx, parcel, { grams, units });
      await this.verified(tx, parcel, {
        check,
        readingId: closing.readingId,
        overrideReason: check.ok ? null : closing.overrideReason,
        sscc: planned?.sscc ?? (await newSscc(tx)),
      });
      if (planned) await this.labels.takeOver(tx, parcelId, planned);
      else await this.labels.want(tx, parcelId);
      await this.freeTote(tx, parcel);
      return { outcome: 'closed', pack: await packView(tx, parcelId) };
    });
  }

  /** Opens a closed parcel again. Its label is void first: no paper of it may leave the building any more. */
  async reopenParcel(parcelId: string, reason: string): Promise<PackView> {
    return this.db.transaction(async (tx) => {
      const parcel = await benchParcel(tx, parcelId, true);
      if (parcel.state === 'open') return packView(tx, parcelId);
      requireState(parcel, ['closed', 'verified', 'labelled'], 'reopen');
      await this.labels.voidLabels(tx, [parcel], reason);
      await moveAll(tx, machine, [parcelId], 'open');
      await this.packAnew(tx, parcelId);
      await rows(
        tx,
        `update parcels set sscc = null, tracking_number = null, weight_grams = null, weight_override_by = null, closed_at = null,
           labelled_at = null where site_id = $1 and id = $2`,
        [tx.siteId, parcelId],
      );
      await addEvent(tx, {
        type: 'packing.parcel-reopened',
        aggregateId: parcelId,
        ...about(parcel),
        data: { parcelId, reason },
      });
      return packView(tx, parcelId);
    });
  }

  /**
   * The order is being cancelled: its parcels get no further, their labels are void, their goods wait to be put back.
   * @returns what became of them, in words
   * @throws Refusal when one of them is on a truck
   */
  async cancelParcelsOf(tx: Tx, orderId: string, reason: string): Promise<string[]> {
    const found = await rows<{ id: string; state: string }>(
      tx,
      `select id, state from parcels where site_id = $1 and order_id = $2 and state <> 'cancelled' order by id for update`,
      [tx.siteId, orderId],
    );
    if (found.some(({ state }) => state === 'loaded' || state === 'shipped')) {
      throw new Refusal(
        'packing.parcel-loaded',
        "A parcel of the order is on a truck: it can't be cancelled any more.",
      );
    }
    await this.cancelParcels(
      tx,
      found.map(({ id }) => id),
      { reason, because: (externalRef) => `Order ${externalRef} was cancelled` },
    );
    return found.length === 0 ? [] : [`${found.length} parcel(s) cancelled, their labels are void`];
  }

  /**
   * The goods of a cancelled parcel are put on a shelf: scanned location, whole content.
   * @throws Refusal for a parcel that is not cancelled or a location that is none
   */
  async returnGoods(parcelId: string, eventId: string, locationScan: string): Promise<PackView> {
    return this.db.transaction(async (tx) => {
      const parcel = await benchParcel(tx, parcelId, true);
      requireState(parcel, ['cancelled'], 'return the goods of');
      const location = await row<{ id: string }>(
        tx,
        'select id from locations where site_id = $1 and code = $2',
        [tx.siteId, identifyScan(locationScan).value],
      );
      if (!location)
        throw new Refusal('packing.unknown-location', 'There is no such location.', { status: 404 });
      const goods = await rows<{ itemId: string; lot: string; quantity: number }>(
        tx,
        `select item_id as "itemId", lot, quantity from levels
         where site_id = $1 and account_kind = 'parcel' and account_id = $2 and quantity > 0 order by item_id, lot`,
        [tx.siteId, parcelId],
      );
      await this.inventory.move(
        tx,
        goods.map((each, lineNo) => ({
          ...each,
          merchantId: parcel.merchantId,
          from: { kind: 'parcel' as const, id: parcelId },
          to: { kind: 'location' as const, id: location.id },
          reason: 'put-back',
          eventId,
          lineNo,
        })),
      );
      await resolveExceptions(tx, parcelId, 'goods put back', ['cancelled-parcel']);
      return packView(tx, parcelId);
    });
  }

  /** Counts the parcel's units out and in again: its order is being packed once more. */
  private async packAnew(tx: Tx, parcelId: string): Promise<void> {
    const units = await rows<{ orderLineId: string; quantity: number }>(
      tx,
      `select order_line_id as "orderLineId", sum(quantity)::int as quantity from parcel_contents
       where site_id = $1 and parcel_id = $2 group by order_line_id order by order_line_id`,
      [tx.siteId, parcelId],
    );
    await this.orders.removePacked(tx, units);
    await this.orders.addPacked(tx, units);
  }

  /**
   * Ends parcels: their labels are void, what is in them waits to be put back.
   * @param why `because` begins the exception about the goods of an order's parcel
   */
  async cancelParcels(tx: Tx, parcelIds: readonly string[], why: WhyCancelled): Promise<void> {
    const parcels = await rows<CancelledParcel>(
      tx,
      `select p.id, p.order_id as "orderId", p.merchant_id as "merchantId", p.carrier_code as "carrierCode",
         o.external_ref as "externalRef", exists (select 1 from levels l where l.site_id = p.site_id
           and l.account_kind = 'parcel' and l.account_id = p.id and l.quantity > 0) as full
       from parcels p join orders o on o.site_id = p.site_id and o.id = p.order_id
       where p.site_id = $1 and p.id = any($2::uuid[]) order by p.id`,
      [tx.siteId, parcelIds],
    );
    await this.labels.voidLabels(tx, parcels, why.reason);
    await moveAll(tx, machine, parcelIds, 'cancelled');
    await addEvents(
      tx,
      parcels.map((parcel) => ({
        type: 'packing.parcel-cancelled' as const,
        aggregateId: parcel.id,
        ...about(parcel),
        data: { parcelId: parcel.id, reason: why.reason },
      })),
    );
    await openExceptions(
      tx,
      parcels
        .filter(({ full }) => full)
        .map((parcel) => ({
          code: 'cancelled-parcel',
          subjectKind: 'parcel' as const,
          subjectId: parcel.id,
          ...about(parcel),
          owner: 'packing' as const,
          detail: `${why.because(parcel.externalRef)}: take the parcel out and put its goods back.`,
        })),
    );
  }

  private async weightOf(tx: Tx, parcel: BenchParcel, readingId: string): Promise<number> {
    const reading = parcel.stationId && (await this.readings.stationWeight(tx, readingId, parcel.stationId));
    const last = await row<{ at: Date | null }>(
      tx,
      'select max(at) as at from parcel_contents where site_id = $1 and parcel_id = $2',
      [tx.siteId, parcel.id],
    );
    const fault = faultOfReading(reading || null, { lastItemAt: last?.at ?? null }, tx.at);
    if (fault) throw new Refusal(`packing.${fault.code}`, fault.detail, { status: 422 });
    return (reading as StationWeight).grams;
  }

  private async mismatched(tx: Tx, parcel: BenchParcel, check: WeighCheck): Promise<CloseOutcome> {
    const { expectedGrams, weightGrams, toleranceGrams } = check;
    await openException(tx, {
      code: 'weight-mismatch',
      subjectKind: 'parcel',
      subjectId: parcel.id,
      ...about(parcel),
      owner: 'packing',
      detail: `Parcel of order ${parcel.externalRef} weighs ${weightGrams} g, expected ${expectedGrams} g (± ${toleranceGrams} g).`,
    });
    await addEvent(tx, {
      type: 'packing.weight-mismatched',
      aggregateId: parcel.id,
      ...about(parcel),
      data: { parcelId: parcel.id, expectedGrams, weightGrams, toleranceGrams },
    });
    const pack = await packView(tx, parcel.id);
    return { outcome: 'weight-mismatch', expectedGrams, weightGrams, toleranceGrams, pack };
  }

  private async verified(
    tx: Tx,
    parcel: BenchParcel,
    {
      check,
      readingId,
      overrideReason,
      sscc,
    }: { check: WeighCheck; readingId: string; overrideReason: string | null; sscc: string },
  ): Promise<void> {
    await moveAll(tx, machine, [parcel.id], 'closed');
    await moveAll(tx, machine, [parcel.id], 'verified');
    await rows(
      tx,
      `update parcels set sscc = $3, expected_grams = $4, weight_grams = $5, weight_override_by = $6, closed_at = $7
       where site_id = $1 and id = $2`,
      [
        tx.siteId,
        parcel.id,
        sscc,
        check.expectedGrams,
        check.weightGrams,
        overrideReason === null ? null : tx.actorName,
        tx.at,
      ],
    );
    const resolution = overrideReason === null ? 'weighed again' : `accepted: ${overrideReason}`;
    await resolveExceptions(tx, parcel.id, resolution, ['weight-mismatch']);
    const { weightGrams, expectedGrams } = check;
    await addEvent(tx, {
      type: 'packing.parcel-closed',
      aggregateId: parcel.id,
      ...about(parcel),
      data: {
        parcelId: parcel.id,
        weightGrams,
        expectedGrams,
        overridden: overrideReason !== null,
        readingId,
      },
    });
  }

  private async freeTote(tx: Tx, parcel: BenchParcel): Promise<void> {
    const freed = parcel.toteId === null ? null : await freeEmptyTote(tx, parcel.toteId);
    if (!freed) return;
    await addEvent(tx, {
      type: 'packing.tote-emptied',
      aggregateId: parcel.toteId!,
      orderId: parcel.orderId,
      merchantId: parcel.merchantId,
      data: { lpn: freed.lpn, runSlotId: freed.slotId },
    });
  }
}

function requireSupervisor(tx: Tx): void {
  const { actor } = tx;
  if (actor.kind === 'person' && actor.roles.some((role) => role === 'supervisor' || role === 'admin'))
    return;
  throw new Refusal('packing.supervisor-needed', 'A weight out of tolerance is accepted by a supervisor.', {
    status: 403,
  });
}
