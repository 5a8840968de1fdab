import { Injectable } from '@nestjs/common';
import { labelStates, type PackView, type PrintView, printStates } from '#lib/contracts';
import { DeviceCommandsService } from '../devices/device-commands.service.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent, addEvents } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { newId } from '../platform/ids.js';
import { Live } from '../platform/live.js';
import { Refusal } from '../platform/refusal.js';
import { move, moveAll } from '../platform/transition.js';
import { mayBeOut } from './adopt-label.js';
import { CarrierDesk } from './carrier-desk.js';
import { type LabelFacts, labelFacts, printerOf } from './label-facts.queries.js';
import { newNonce, renderFor } from './label-numbers.js';
import { faultOfLabelScan } from './label-scan.js';
import { type BenchParcel, benchParcel, packView } from './pack-view.queries.js';
import { noPrinter } from './packing.errors.js';
import { about, requireState } from './packing.service.js';
import './packing.events.js';
import { OrderProgressService } from '../orders/order-progress.service.js';
import { LABELLED_STATES, ParcelsService } from './parcels.service.js';
import { type PlannedLabelOf, PlannedPapersService } from './planned-papers.service.js';

const labels = { table: 'labels', states: labelStates, noun: 'label' };
const prints = { table: 'prints', states: printStates, noun: 'print' };

/** A print that no printer has begun within this time is not wanted any more: the packer will have asked again. */
const PRINT_VALID_MS = 60_000;
/** A label may be printed anew until the parcel is on the truck. */
const REPRINTABLE = ['verified', 'labelled', 'inducted', 'diverted', 'staged'];
const PRINT_TROUBLE = ['print-failed', 'print-unknown'];

export type PrintState = PrintView['state'];

interface LabelRow {
  id: string;
  state: keyof typeof labelStates;
  nonce: string;
  trackingNumber: string | null;
}

type LabelledParcel = Pick<BenchParcel, 'id' | 'orderId' | 'merchantId' | 'carrierCode'>;

interface PrintWish {
  labelId: string;
  printId: string;
  /** Why it is printed again. */
  reason: string | null;
  /** Sent ahead under a command of its own. */
  planned?: PlannedLabelOf;
}

interface NewPrint {
  id: string;
  labelId: string;
  parcelId: string;
  merchantId: string;
  deviceId: string;
  commandId: string;
  nonce: string;
  state: PrintState;
  reason: string | null;
}

/** Labels: asked of the carrier, printed once, and never two valid papers of one parcel. */
@Injectable()
export class LabelsService {
  constructor(
    private readonly db: Database,
    private readonly carriers: CarrierDesk,
    private readonly commands: DeviceCommandsService,
    private readonly parcels: ParcelsService,
    private readonly orders: OrderProgressService,
    private readonly live: Live,
    private readonly papers: PlannedPapersService,
  ) {}

  /** Wants a label for a verified parcel, asks the carrier and queues the print. */
  async want(tx: Tx, parcelId: string): Promise<void> {
    const labelId = newId();
    await rows(
      tx,
      `insert into labels (site_id, id, parcel_id, merchant_id, state, active, carrier_code, nonce, created_at)
       select site_id, $3, id, merchant_id, 'wanted', true, carrier_code, $4, $5 from parcels where site_id = $1 and id = $2
       on conflict (site_id, id) do nothing`,
      [tx.siteId, parcelId, labelId, newNonce(), tx.at],
    );
    const facts = await labelFacts(tx, parcelId);
    await this.ask(tx, facts, labelId, null);
  }

  /**
   * Gives a verified parcel the label that was planned for its tote. Paper that is out is this parcel's; what is not is printed now,
   * under the same command, so that an agent that has just printed it by itself does not do so again.
   */
  async takeOver(tx: Tx, parcelId: string, planned: PlannedLabelOf): Promise<void> {
    const { id, trackingNumber, printState } = planned;
    const parcel = await benchParcel(tx, parcelId);
    const printer = await printerOf(tx, parcel.stationId);
    // On another printer, or after a print that failed, the agent may still bring out the old paper: the new one has another name.
    const same = mayBeOut(printState) || (printState === 'queued' && printer?.id === planned.deviceId);
    await rows(
      tx,
      `insert into labels (site_id, id, parcel_id, merchant_id, state, active, carrier_code, tracking_number, nonce, zpl, created_at)
       values ($1, $2, $3, $4, 'got', true, $5, $6, $7,
         (select args ->> 'zpl' from device_commands where site_id = $1 and id = $8), $9)
       on conflict (site_id, id) do nothing`,
      [
        ...[tx.siteId, id, parcelId, parcel.merchantId, parcel.carrierCode, trackingNumber],
        ...[same ? planned.nonce : newNonce(), planned.commandId, tx.at],
      ],
    );
    const tracked = [tx.siteId, parcelId, trackingNumber];
    await rows(tx, 'update parcels set tracking_number = $3 where site_id = $1 and id = $2', tracked);
    if (mayBeOut(printState)) return this.takePaper(tx, await benchParcel(tx, parcelId), planned);
    const facts = await labelFacts(tx, parcelId);
    if (same) return this.print(tx, facts, { labelId: id, printId: id, reason: null, planned });
    await this.commands.withdrawPlanned(tx, [planned.commandId], 'printed anew');
    await this.print(tx, facts, { labelId: id, printId: newId(), reason: null });
  }

  /** Prints a label again, with a new nonce: the papers printed before are void from now on. The same eventId prints once. */
  async reprint(parcelId: string, eventId: string, reason: string): Promise<PackView> {
    return this.db.transaction(async (tx) => {
      const parcel = await benchParcel(tx, parcelId, true);
      const known = await row(tx, 'select 1 from prints where site_id = $1 and id = $2', [
        tx.siteId,
        eventId,
      ]);
      if (known) return packView(tx, parcelId);
      requireState(parcel, REPRINTABLE, 'reprint the label of');
      const label = await this.activeLabel(tx, parcelId);
      if (!label) throw new Refusal('packing.no-label', 'The parcel has no label yet.');
      await this.closePrintsInDoubt(tx, [parcel.id], 'replaced by a new print');
      await rows(tx, 'update labels set nonce = $3 where site_id = $1 and id = $2', [
        tx.siteId,
        label.id,
        newNonce(),
      ]);
      const facts = await labelFacts(tx, parcelId);
      if (label.state === 'got') await this.print(tx, facts, { labelId: label.id, printId: eventId, reason });
      else await this.ask(tx, facts, label.id, { printId: eventId, reason });
      return packView(tx, parcelId);
    });
  }

  /**
   * The label on the carton was scanned: that ends every doubt about its print.
   * @throws Refusal for another parcel's label, for a paper that was replaced, and where the scan can't tell which paper it is
   */
  async confirmLabel(parcelId: string, labelScan: string): Promise<PackView> {
    return this.db.transaction(async (tx) => {
      const parcel = await benchParcel(tx, parcelId, true);
      requireState(parcel, ['verified', ...LABELLED_STATES], 'confirm the label of');
      const label = await this.activeLabel(tx, parcelId);
      const papers = await row<{ count: number }>(
        tx,
        'select count(*)::int as count from prints where site_id = $1 and parcel_id = $2',
        [tx.siteId, parcelId],
      );
      const { sscc, trackingNumber } = parcel;
      const known = { sscc, trackingNumber, nonce: label?.nonce ?? null, papers: papers!.count };
      const fault = faultOfLabelScan(labelScan, known);
      if (fault)
        throw new Refusal(`packing.${fault.code}`, fault.detail, { status: 422, facts: fault.facts });
      const newest = await this.newestPrint(tx, parcelId);
      if (newest && newest.state !== 'printed')
        await this.setPrint(tx, newest.id, 'printed', 'confirmed by scan');
      await this.labelled(tx, parcel);
      return packView(tx, parcelId);
    });
  }

  /** What the printer said about a job. @returns false for a job that is none of ours */
  async printReported(
    tx: Tx,
    printId: string,
    to: Exclude<PrintState, 'queued'>,
    reason: string | null,
  ): Promise<boolean> {
    const print = await row<{ parcelId: string; nonce: string }>(
      tx,
      'select parcel_id as "parcelId", nonce from prints where site_id = $1 and id = $2',
      [tx.siteId, printId],
    );
    if (!print) return false;
    const parcel = await benchParcel(tx, print.parcelId, true);
    if (!(await this.setPrint(tx, printId, to, reason))) return true;
    const label = await this.activeLabel(tx, parcel.id);
    // A paper with an old nonce came out late: a newer print stands for the parcel.
    if (label?.nonce !== print.nonce) return true;
    if (to === 'printed') await this.labelled(tx, parcel);
    if (to === 'failed' || to === 'unknown') await this.troubled(tx, parcel, to, reason);
    return true;
  }

  /** A command that ended without the printer's own word: it was never begun, or nobody can know. */
  async commandEnded(tx: Tx, commandId: string, outcome: string, reason: string | null): Promise<void> {
    if (outcome === 'done') return; // the print readings say more, and say it first
    const word = outcome === 'unknown' ? 'unknown' : 'failed';
    if (await this.papers.commandEnded(tx, commandId, word, reason)) return;
    const print = await row<{ id: string }>(
      tx,
      'select id from prints where site_id = $1 and command_id = $2',
      [tx.siteId, commandId],
    );
    if (!print) return;
    const why = reason ?? (outcome === 'expired' ? 'the printer could not be reached in time' : outcome);
    // Out of reach, its agent may have printed it for a scan of the tote.
    const ahead = outcome === 'expired' && (await this.papers.isAhead(tx, commandId));
    await this.printReported(tx, print.id, ahead ? 'unknown' : word, why);
  }

  /** Makes the active labels of these parcels void, here and at the carrier. Their numbers are never used again. */
  async voidLabels(tx: Tx, parcels: readonly LabelledParcel[], reason: string): Promise<void> {
    const active = await rows<{ id: string; parcelId: string; trackingNumber: string | null }>(
      tx,
      `select id, parcel_id as "parcelId", tracking_number as "trackingNumber" from labels
       where site_id = $1 and parcel_id = any($2::uuid[]) and active order by id for update`,
      [tx.siteId, parcels.map(({ id }) => id)],
    );
    if (active.length === 0) return;
    const ids = active.map(({ id }) => id);
    const parcelIds = active.map(({ parcelId }) => parcelId);
    await this.closePrintsInDoubt(tx, parcelIds, `label void: ${reason}`);
    const voided = new Set(await moveAll(tx, labels, ids, 'voided'));
    const stuck = ids.find((id) => !voided.has(id));
    if (stuck) await move(tx, labels, stuck, 'voided');
    await rows(
      tx,
      'update labels set active = false, voided_at = $3, reason = $4 where site_id = $1 and id = any($2::uuid[])',
      [tx.siteId, ids, tx.at, reason],
    );
    const parcelOf = new Map(parcels.map((parcel) => [parcel.id, parcel]));
    for (const { id: labelId, parcelId, trackingNumber } of active) {
      const { carrierCode } = parcelOf.get(parcelId)!;
      if (trackingNumber) await this.carriers.giveBack(tx, { labelId, carrierCode, trackingNumber });
    }
    await resolveExceptions(tx, parcelIds, 'label void', [...PRINT_TROUBLE, 'label-refused']);
    await addEvents(
      tx,
      parcelIds.map((parcelId) => ({
        type: 'packing.label-voided' as const,
        aggregateId: parcelId,
        ...about(parcelOf.get(parcelId)!),
        data: { parcelId, reason },
      })),
    );
  }

  private async ask(
    tx: Tx,
    facts: LabelFacts,
    labelId: string,
    reprint: { printId: string; reason: string } | null,
  ): Promise<void> {
    await move(tx, labels, labelId, 'asked');
    const { parcelId, merchantId, carrierCode, service, sscc, weightGrams } = facts;
    const consigneeCountry = facts.consignee.country;
    const request = {
      labelId,
      parcelId,
      merchantId,
      carrierCode,
      service,
      sscc,
      weightGrams,
      consigneeCountry,
    };
    const answer = await this.carriers.ask(tx, request);
    await move(tx, labels, labelId, answer.outcome);
    if (answer.outcome !== 'got') {
      await rows(tx, 'update labels set reason = $3 where site_id = $1 and id = $2', [
        tx.siteId,
        labelId,
        answer.reason,
      ]);
      await openException(tx, {
        code: 'label-refused',
        subjectKind: 'parcel',
        subjectId: parcelId,
        ...aboutFacts(facts),
        owner: 'shipping',
        detail: `${carrierCode} gave no label: ${answer.reason}.`,
      });
      const data = { parcelId, reason: answer.reason };
      await addEvent(tx, {
        type: 'packing.label-refused',
        aggregateId: parcelId,
        ...aboutFacts(facts),
        data,
      });
      return;
    }
    const { trackingNumber } = answer;
    await rows(tx, 'update labels set tracking_number = $3, reason = null where site_id = $1 and id = $2', [
      tx.siteId,
      labelId,
      trackingNumber,
    ]);
    await rows(tx, 'update parcels set tracking_number = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      parcelId,
      trackingNumber,
    ]);
    await resolveExceptions(tx, parcelId, 'the carrier gave a label', ['label-refused']);
    const print = { labelId, printId: reprint?.printId ?? newId(), reason: reprint?.reason ?? null };
    await this.print(tx, await labelFacts(tx, parcelId), print);
  }

  /** Renders the label with its current nonce and sends it to the station's printer. */
  private async print(
    tx: Tx,
    facts: LabelFacts,
    { labelId, printId, reason, planned }: PrintWish,
  ): Promise<void> {
    const printer = await printerOf(tx, facts.stationId);
    if (!printer) throw noPrinter(facts.stationCode ?? 'this station');
    const args = renderFor(printer, facts.label, printId);
    // The book keeps the language that screens can draw.
    await rows(tx, 'update labels set zpl = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      labelId,
      args.zpl,
    ]);
    const command = {
      deviceId: printer.id,
      order: { op: 'print' as const, args },
      validForMs: PRINT_VALID_MS,
    };
    if (planned) await this.commands.startPlanned(tx, planned.commandId, command);
    const commandId = planned?.commandId ?? (await this.commands.send(tx, command));
    const { parcelId, merchantId } = facts;
    await this.addPrint(tx, {
      ...{ id: printId, labelId, parcelId, merchantId, deviceId: printer.id, commandId },
      ...{ nonce: facts.label.printNonce, state: 'queued' as const, reason },
    });
    await addEvent(tx, {
      type: 'packing.print-requested',
      aggregateId: parcelId,
      ...aboutFacts(facts),
      data: { parcelId, printId, device: printer.code, reprintReason: reason },
    });
  }

  private async addPrint(tx: Tx, print: NewPrint): Promise<void> {
    await rows(
      tx,
      `insert into prints (site_id, id, label_id, parcel_id, merchant_id, device_id, command_id, nonce, state, reprint_reason,
         requested_by, created_at, ended_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, case when $9 = 'printed' then $12::timestamptz end)
       on conflict (site_id, id) do nothing`,
      [
        ...[
          tx.siteId,
          print.id,
          print.labelId,
          print.parcelId,
          print.merchantId,
          print.deviceId,
          print.commandId,
        ],
        ...[print.nonce, print.state, print.reason, tx.actorName, tx.at],
      ],
    );
  }

  /** The paper that an agent printed ahead becomes the parcel's print. */
  private async takePaper(tx: Tx, parcel: BenchParcel, planned: PlannedLabelOf): Promise<void> {
    const { id, commandId, deviceId, nonce, printState: state } = planned;
    await this.addPrint(tx, {
      ...{ id, labelId: id, parcelId: parcel.id, merchantId: parcel.merchantId, deviceId, commandId },
      ...{ nonce, state, reason: null },
    });
    const data = { parcelId: parcel.id, printId: id, state, reason: 'printed ahead, with the core gone' };
    await addEvent(tx, { type: 'packing.print-changed', aggregateId: parcel.id, ...about(parcel), data });
    if (state === 'printed') await this.labelled(tx, parcel);
    if (state === 'unknown') await this.troubled(tx, parcel, state, null);
  }

  /** The paper is on the parcel: it may leave the bench. */
  private async labelled(tx: Tx, parcel: BenchParcel): Promise<void> {
    await resolveExceptions(tx, parcel.id, 'the label is out', PRINT_TROUBLE);
    if (parcel.state !== 'verified') return;
    await this.parcels.move(tx, [parcel.id], 'labelled');
    await rows(tx, 'update parcels set labelled_at = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      parcel.id,
      tx.at,
    ]);
    const { sscc, trackingNumber, carrierCode: carrier, service } = parcel;
    await addEvent(tx, {
      type: 'packing.parcel-labelled',
      aggregateId: parcel.id,
      ...about(parcel),
      data: { parcelId: parcel.id, sscc: sscc!, trackingNumber: trackingNumber!, carrier, service },
    });
    const ready = await this.parcels.ordersWithAllIn(tx, [parcel.orderId], LABELLED_STATES);
    await this.orders.markPacked(tx, ready);
  }

  private troubled(
    tx: Tx,
    parcel: BenchParcel,
    state: 'failed' | 'unknown',
    reason: string | null,
  ): Promise<void> {
    const why = reason ? ` (${reason})` : '';
    const detail =
      state === 'failed'
        ? `The label of order ${parcel.externalRef} was not printed${why}. Put the printer right and print again.`
        : `Nobody knows whether the label of order ${parcel.externalRef} came out${why}. Scan it if it did, print again if not.`;
    return openException(tx, {
      code: `print-${state}`,
      subjectKind: 'parcel',
      subjectId: parcel.id,
      ...about(parcel),
      owner: 'packing',
      detail,
    });
  }

  private async setPrint(tx: Tx, printId: string, to: PrintState, reason: string | null): Promise<boolean> {
    return (await this.setPrints(tx, [printId], to, reason)) > 0;
  }

  private async setPrints(
    tx: Tx,
    printIds: readonly string[],
    to: PrintState,
    reason: string | null,
  ): Promise<number> {
    const moved = await moveAll(tx, prints, printIds, to);
    if (moved.length === 0) return 0;
    const changed = await rows<{
      id: string;
      parcelId: string;
      orderId: string;
      merchantId: string;
      stationId: string | null;
    }>(
      tx,
      `update prints p set reason = $3, ended_at = case when p.state in ('printed', 'failed') then $4::timestamptz end
       from parcels b where p.site_id = $1 and p.id = any($2::uuid[]) and b.site_id = p.site_id and b.id = p.parcel_id
       returning p.id, b.id as "parcelId", b.order_id as "orderId", b.merchant_id as "merchantId", b.station_id as "stationId"`,
      [tx.siteId, moved, reason, tx.at],
    );
    const told = changed.map(({ id: printId, stationId, ...print }) => {
      return { print, stationId, data: { parcelId: print.parcelId, printId, state: to, reason } };
    });
    await addEvents(
      tx,
      told.map(({ print, data }) => {
        return { type: 'packing.print-changed' as const, aggregateId: print.parcelId, ...print, data };
      }),
    );
    for (const { stationId, data } of told)
      if (stationId) tx.afterCommit(() => this.live.toStation(tx.siteId, stationId, 'floor.print', data));
    return moved.length;
  }

  private async closePrintsInDoubt(tx: Tx, parcelIds: readonly string[], reason: string): Promise<void> {
    const doubtful = await rows<{ id: string }>(
      tx,
      `select id from prints where site_id = $1 and parcel_id = any($2::uuid[]) and state in ('queued', 'sent', 'unknown')
       order by id for update`,
      [tx.siteId, parcelIds],
    );
    await this.setPrints(
      tx,
      doubtful.map(({ id }) => id),
      'failed',
      reason,
    );
    await resolveExceptions(tx, parcelIds, reason, PRINT_TROUBLE);
  }

  private activeLabel(tx: Tx, parcelId: string): Promise<LabelRow | null> {
    return row(
      tx,
      `select id, state, nonce, tracking_number as "trackingNumber" from labels
       where site_id = $1 and parcel_id = $2 and active for update`,
      [tx.siteId, parcelId],
    );
  }

  private newestPrint(tx: Tx, parcelId: string): Promise<{ id: string; state: PrintState } | null> {
    return row(
      tx,
      `select id, state from prints where site_id = $1 and parcel_id = $2 order by created_at desc, id desc limit 1`,
      [tx.siteId, parcelId],
    );
  }
}

function aboutFacts({ parcelId, orderId, merchantId }: LabelFacts) {
  return { parcelId, orderId, merchantId };
}
