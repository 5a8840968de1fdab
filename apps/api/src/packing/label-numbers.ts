import { randomInt } from 'node:crypto';
import { buildSscc } from '#lib/barcodes';
import type { CommandArgs } from '#lib/contracts';
import { type CarrierLabel, carrierLabel, type Dpi, renderCarrierLabel, renderTspl } from '#lib/labels';
import type { Tx } from '../platform/database.service.js';
import { takeNumber } from '../platform/number-ranges.js';
import type { Printer } from './label-facts.queries.js';

/** Drivers of printers that speak TSPL. */
const TSPL = /^tsc\//;
const NONCE_LENGTH = 8;
/** Without I, O, 0 and 1: people read it out to each other. */
const NONCE_LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** The next SSCC of the site. It is never given again, whatever becomes of its parcel. */
export async function newSscc(tx: Tx): Promise<string> {
  const { prefix, value } = await takeNumber(tx, { kind: 'sscc', scope: '' });
  return buildSscc({ extensionDigit: Number(prefix[0]), companyPrefix: prefix.slice(1), serial: value });
}

/** Names one paper, so that two papers of one parcel can never both pass. */
export function newNonce(): string {
  return Array.from({ length: NONCE_LENGTH }, () => NONCE_LETTERS[randomInt(NONCE_LETTERS.length)]).join('');
}

/** The label for this printer; beside ZPL, which screens can draw, in the printer's own language where that is another. */
export function renderFor(printer: Printer, label: CarrierLabel, jobId: string): CommandArgs['print'] {
  const options = {
    dpi: printer.dpi as Dpi,
    ...(printer.unicodeFont ? { unicodeFont: printer.unicodeFont } : {}),
  };
  const zpl = renderCarrierLabel(label, { ...options, jobId });
  return TSPL.test(printer.driver)
    ? { jobId, zpl, tspl: renderTspl(carrierLabel(label), options) }
    : { jobId, zpl };
}
