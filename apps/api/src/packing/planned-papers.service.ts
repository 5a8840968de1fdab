import { Injectable } from '@nestjs/common';
import { DeviceCommandsService } from '../devices/device-commands.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { isNews, mayBeOut, type PaperState, whyNotAdopted } from './adopt-label.js';
import { CarrierDesk } from './carrier-desk.js';
import type { BenchParcel } from './pack-view.queries.js';
import './packing.events.js';
import { type Withdrawn, withdrawOne } from './planned-labels.queries.js';

/** A planned label as a parcel takes it over. */
export interface PlannedLabelOf {
  /** Becomes the id of label and print. */
  id: string;
  commandId: string;
  orderId: string;
  merchantId: string;
  tote: string;
  stationId: string;
  deviceId: string;
  carrierCode: string;
  service: string;
  sscc: string;
  trackingNumber: string;
  nonce: string;
  weightGrams: number;
  state: 'planned' | 'adopted' | 'void';
  printState: PaperState;
  reason: string | null;
}

const PLANNED = `id, command_id as "commandId", order_id as "orderId", merchant_id as "merchantId", tote, station_id as "stationId",
  device_id as "deviceId", carrier_code as "carrierCode", service, sscc, tracking_number as "trackingNumber", nonce,
  weight_grams as "weightGrams", state, print_state as "printState", reason`;

type Word = Exclude<PaperState, 'queued'>;

/** What became of labels that were sent ahead: printed by an agent alone, taken over by their parcel, or void. */
@Injectable()
export class PlannedPapersService {
  constructor(
    private readonly carriers: CarrierDesk,
    private readonly commands: DeviceCommandsService,
  ) {}

  /**
   * What the printer said about a label whose parcel has not got it yet.
   * @returns `adopted` where the parcel took it over a moment ago, and the print is the parcel's
   */
  async printReported(
    tx: Tx,
    id: string,
    to: Word,
    reason: string | null,
  ): Promise<'noted' | 'adopted' | 'none'> {
    const label = await row<PlannedLabelOf>(
      tx,
      `select ${PLANNED} from planned_labels where site_id = $1 and id = $2 for update`,
      [tx.siteId, id],
    );
    if (!label) return 'none';
    if (label.state === 'adopted') return this.reportedLate(tx, label, to);
    await this.note(tx, label, to, reason);
    return 'noted';
  }

  /** The command that prints it ended without a word of the printer. @returns false when it is none of these */
  async commandEnded(tx: Tx, commandId: string, to: Word, reason: string | null): Promise<boolean> {
    const label = await row<PlannedLabelOf>(
      tx,
      `select ${PLANNED} from planned_labels where site_id = $1 and command_id = $2 and state <> 'adopted' for update`,
      [tx.siteId, commandId],
    );
    if (label) await this.note(tx, label, to, reason);
    return label !== null;
  }

  /** True for the command of a label that was sent ahead: also an agent that the core can't reach may have run it. */
  async isAhead(tx: Tx, commandId: string): Promise<boolean> {
    const known = await row(tx, 'select 1 from planned_labels where site_id = $1 and command_id = $2', [
      tx.siteId,
      commandId,
    ]);
    return known !== null;
  }

  /**
   * The label that was planned for the parcel's tote, taken over by the parcel; null without one. One that does not fit the parcel is
   * void from now on.
   */
  async adopt(
    tx: Tx,
    parcel: BenchParcel,
    weighed: { grams: number; units: number },
  ): Promise<PlannedLabelOf | null> {
    const label = await row<PlannedLabelOf>(
      tx,
      `select ${PLANNED} from planned_labels
       where site_id = $1 and container_id = $2 and order_id = $3 and state = 'planned' for update`,
      [tx.siteId, parcel.toteId, parcel.orderId],
    );
    if (!label) return null;
    const left = await row<{ units: number }>(
      tx,
      `select coalesce(sum(quantity), 0)::int as units from levels
       where site_id = $1 and account_kind = 'container' and account_id = $2`,
      [tx.siteId, parcel.toteId],
    );
    const { numberInOrder, carrierCode, service } = parcel;
    const closed = { numberInOrder, carrierCode, service, weightGrams: weighed.grams, units: weighed.units };
    const why = whyNotAdopted(label, { ...closed, leftInTote: left!.units });
    if (why !== null) {
      await this.withdrawn(tx, await withdrawOne(tx, label.id, why));
      return null;
    }
    await rows(
      tx,
      `update planned_labels set state = 'adopted', fresh = true, ended_at = $3 where site_id = $1 and id = $2`,
      [tx.siteId, label.id, tx.at],
    );
    await resolveExceptions(tx, label.orderId, `packed from ${label.tote}`, ['label-ahead']);
    return label;
  }

  /** Gives back the numbers of labels that were made void, and asks people to look for paper that may be out. */
  async withdrawn(tx: Tx, labels: readonly Withdrawn[]): Promise<void> {
    for (const label of labels) {
      const { id: labelId, carrierCode, trackingNumber } = label;
      await this.carriers.giveBack(tx, { labelId, carrierCode, trackingNumber });
      await resolveExceptions(tx, label.orderId, label.reason, ['label-ahead']);
      if (mayBeOut(label.printState as PaperState)) await this.paperIsVoid(tx, label);
    }
    await this.commands.withdrawPlanned(
      tx,
      labels.map(({ commandId }) => commandId),
      'the label is not wanted any more',
    );
  }

  private async note(tx: Tx, label: PlannedLabelOf, to: Word, reason: string | null): Promise<void> {
    if (!isNews(label.printState, to)) return;
    await rows(tx, 'update planned_labels set print_state = $3 where site_id = $1 and id = $2', [
      tx.siteId,
      label.id,
      to,
    ]);
    const { id, orderId, merchantId, tote, nonce } = label;
    await addEvent(tx, {
      type: 'packing.planned-label-reported',
      aggregateId: orderId,
      orderId,
      merchantId,
      data: { printId: id, tote, nonce, state: to, reason },
    });
    if (to === 'failed') await resolveExceptions(tx, orderId, 'nothing came out', ['label-ahead']);
    if (to !== 'printed' && to !== 'unknown') return;
    if (label.state === 'void')
      await this.paperIsVoid(tx, { ...label, reason: label.reason ?? 'it is void' });
    else await this.paperIsAhead(tx, label, to);
  }

  /** The parcel has its label: by this print, or by one elsewhere that has made this paper void. */
  private async reportedLate(tx: Tx, label: PlannedLabelOf, to: Word): Promise<'noted' | 'adopted'> {
    const its = await row(tx, 'select 1 from prints where site_id = $1 and id = $2', [tx.siteId, label.id]);
    if (its) return 'adopted';
    if (mayBeOut(to)) await this.paperIsVoid(tx, { ...label, reason: 'the parcel got its label elsewhere' });
    return 'noted';
  }

  private async paperIsAhead(tx: Tx, label: PlannedLabelOf, state: Word): Promise<void> {
    const { orderId, merchantId, tote, nonce } = label;
    const out = state === 'printed' ? `Label ${nonce} came out` : `Label ${nonce} may have come out`;
    await openException(tx, {
      code: 'label-ahead',
      subjectKind: 'order',
      subjectId: orderId,
      ...{ orderId, merchantId },
      owner: 'packing',
      detail: `${out} for tote ${tote} while the core was gone. Pack and weigh the tote: no second one will be printed.`,
    });
  }

  private async paperIsVoid(
    tx: Tx,
    {
      orderId,
      merchantId,
      tote,
      nonce,
      reason,
    }: Pick<Withdrawn, 'orderId' | 'merchantId' | 'tote' | 'nonce' | 'reason'>,
  ): Promise<void> {
    await openException(tx, {
      code: 'void-paper',
      subjectKind: 'order',
      subjectId: orderId,
      ...{ orderId, merchantId },
      owner: 'packing',
      detail: `Label ${nonce} was printed for tote ${tote} while the core was gone, but ${reason}. Take it off and tear it up.`,
    });
  }
}
