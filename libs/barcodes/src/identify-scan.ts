import type { BarcodeFault } from './fault.js';
import { GS, type Gs1Element } from './gs1/element-string.js';
import { isGtin } from './gtin.js';
import { type Command, decodeHouseCode, type HouseKind } from './house-codes.js';
import { parseScan, type ScanOptions, type ScanResult } from './parse-scan.js';
import { isS10 } from './s10.js';
import { isSscc } from './sscc.js';

/** AI (97), free for a company's own use: our carrier labels carry the nonce of the print in it. */
export const PRINT_NONCE_AI = '97';

interface Identified {
  /** The name to look up: 18 digits, 14 digits, a location code, a licence plate, a command ... */
  readonly value: string;
  /** The data as it was read, without an AIM identifier. */
  readonly data: string;
}

/** What somebody or something scanned, as far as the code itself tells. Whether it exists is the caller's question. */
export type IdentifiedScan =
  | (Identified & {
      readonly kind: 'sscc';
      readonly elements: readonly Gs1Element[];
      /** Which print of the label this is, where the code says so. */
      readonly printNonce: string | null;
    })
  | (Identified & {
      readonly kind: 'gtin';
      readonly elements: readonly Gs1Element[];
      readonly lot: string | null;
      readonly serial: string | null;
      /** YYMMDD of AI (17) as printed; day 00 is the last of the month. */
      readonly expiry: string | null;
    })
  | (Identified & { readonly kind: Exclude<HouseKind, 'command'> })
  | (Identified & { readonly kind: 'command'; readonly value: Command })
  | (Identified & { readonly kind: 'tracking'; readonly scheme: 'S10' })
  | (Identified & {
      readonly kind: 'unknown';
      /** Set when the text could not even be read. */
      readonly fault: BarcodeFault | null;
      readonly reason: string;
    });

export type ScanKind = IdentifiedScan['kind'];

/**
 * Answers "what is this code?" for floor screens. Knows SSCCs and GTINs from codes that say they are GS1, SSCCs in front of element
 * strings of which nobody says so, bare GTINs and SSCCs with the right check digit, S10 tracking numbers, and the plates of this house. Never throws.
 */
export function identifyScan(raw: string | Uint8Array, options: ScanOptions = {}): IdentifiedScan {
  const scan = parseScan(raw, options);
  switch (scan.kind) {
    case 'refused':
      return { kind: 'unknown', value: '', data: '', fault: scan.fault, reason: scan.fault.message };
    case 'gtin':
      return tradeItem(scan.gtin, scan.data, []);
    case 'gs1':
    case 'digital-link':
      return fromElements(scan);
    case 'plain':
      return fromPlain(scan.data);
  }
}

function fromElements(scan: Extract<ScanResult, { kind: 'gs1' | 'digital-link' }>): IdentifiedScan {
  const { elements, data } = scan;
  const sscc = elementValue(elements, '00');
  if (sscc !== null) {
    return { kind: 'sscc', value: sscc, data, elements, printNonce: elementValue(elements, PRINT_NONCE_AI) };
  }
  const gtin = elementValue(elements, '01');
  if (gtin !== null) return tradeItem(gtin, data, elements);
  const list = elements.map(({ ai }) => `(${ai})`).join(' ');
  return unknown(data, `The code names neither a parcel (00) nor an item (01), only ${list}.`);
}

function fromPlain(data: string): IdentifiedScan {
  const house = decodeHouseCode(data);
  if (house) return { ...house, data } as IdentifiedScan;
  if (isS10(data)) return { kind: 'tracking', scheme: 'S10', value: data, data };
  if (isGtin(data)) return tradeItem(data.padStart(14, '0'), data, []);
  if (isSscc(data)) return { kind: 'sscc', value: data, data, elements: [], printNonce: null };
  if (data.startsWith('!')) return unknown(data, 'This command barcode is not one of ours.');
  if (data.includes(GS) || /^00\d{18}|^01\d{14}/.test(data)) {
    return unknown(data, 'The scanner did not say whether this code is GS1; switch its AIM identifier on.');
  }
  return unknown(data, 'This is no code of this house, no trade item number and no tracking number.');
}

function tradeItem(value: string, data: string, elements: readonly Gs1Element[]): IdentifiedScan {
  return {
    kind: 'gtin',
    value,
    data,
    elements,
    lot: elementValue(elements, '10'),
    serial: elementValue(elements, '21'),
    expiry: elementValue(elements, '17'),
  };
}

function unknown(data: string, reason: string): IdentifiedScan {
  return { kind: 'unknown', value: data, data, fault: null, reason };
}

function elementValue(elements: readonly Gs1Element[], ai: string): string | null {
  return elements.find((element) => element.ai === ai)?.value ?? null;
}
