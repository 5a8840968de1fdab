import { Injectable } from '@nestjs/common';
import { buildS10 } from '#lib/barcodes';
import { type CarrierAnswer, CarrierDesk, type LabelRequest } from '../packing/carrier-desk.js';
import { row, type Tx } from '../platform/database.service.js';
import { takeNumber } from '../platform/number-ranges.js';
import { Refusal } from '../platform/refusal.js';

/**
 * The carrier that is built in: S10 tracking numbers from a range allocated to the carrier's code, answered at once. A carrier of the
 * outside world implements the same face with calls that may stay unknown.
 */
@Injectable()
export class BuiltInCarrier extends CarrierDesk {
  async ask(tx: Tx, request: LabelRequest): Promise<CarrierAnswer> {
    const service = await row<{ name: string; carrier: string }>(
      tx,
      `select v.name, k.name as carrier from carrier_services v join carriers k on k.code = v.carrier_code
       where v.site_id = $1 and v.carrier_code = $2 and v.service = $3`,
      [tx.siteId, request.carrierCode, request.service],
    );
    if (!service) return { outcome: 'refused', reason: `it has no service ${request.service} at this site` };
    try {
      const trackingNumber =
        (await this.numberOf(tx, request.labelId)) ?? (await this.newNumber(tx, request.carrierCode));
      return { outcome: 'got', trackingNumber };
    } catch (error) {
      if (error instanceof Refusal) return { outcome: 'refused', reason: error.message };
      throw error;
    }
  }

  /** Nothing to return: a number of the range is never given twice, and the carrier only counts those it meets on a manifest. */
  async giveBack(): Promise<void> {}

  private async numberOf(tx: Tx, labelId: string): Promise<string | null> {
    const label = await row<{ trackingNumber: string | null }>(
      tx,
      'select tracking_number as "trackingNumber" from labels where site_id = $1 and id = $2',
      [tx.siteId, labelId],
    );
    return label?.trackingNumber ?? null;
  }

  private async newNumber(tx: Tx, carrierCode: string): Promise<string> {
    const { prefix, value } = await takeNumber(tx, { kind: 's10', scope: carrierCode });
    return buildS10({ service: prefix.slice(0, 2), serial: value, country: prefix.slice(2, 4) });
  }
}
