import { type AimMeaning, aimMeaning, type Symbology } from './aim.js';
import { hasMod10, mod10CheckDigit } from './check-digits.js';
import { BarcodeError, type BarcodeFault, faultOf } from './fault.js';
import { type DigitalLink, parseDigitalLink } from './gs1/digital-link.js';
import { GS, type Gs1Element, parseElementString } from './gs1/element-string.js';
import { expandUpcE, isGtin } from './gtin.js';
import { readScanText } from './scan-text.js';

/** What the configuration of a scanner says about the text it sends. */
export interface ScanOptions {
  /** One character that this scanner sends in place of FNC1; read as GS, and only in codes that are GS1. */
  readonly fnc1Substitute?: string;
  /** The AIM identifier to take as read when the scanner sends none, for scanners that are set to one symbology. */
  readonly assumedAim?: string;
}

interface Read {
  /** The AIM identifier as sent or as assumed by the scanner's configuration; null when there is none. */
  readonly aim: string | null;
  readonly symbology: Symbology;
  /** The data without the AIM identifier. */
  readonly data: string;
}

/** What a scan says. `plain` means that nothing in it has a grammar: it is never searched for identifiers. */
export type ScanResult =
  | (Read & { readonly kind: 'gs1'; readonly elements: readonly Gs1Element[] })
  | (Read & { readonly kind: 'gtin'; readonly gtin: string })
  | (Read & {
      readonly kind: 'digital-link';
      readonly link: DigitalLink;
      readonly elements: readonly Gs1Element[];
    })
  | (Read & { readonly kind: 'plain' })
  | { readonly kind: 'refused'; readonly fault: BarcodeFault };

const UNNAMED: AimMeaning = { symbology: 'unnamed', carries: 'plain' };

/**
 * Reads what a scanner sent, without its frame (CR, LF, STX and ETX are the framer's).
 *
 * Application identifiers are looked for where the AIM identifier says that the code is GS1; where it says anything else they never
 * are. Of a scanner that sends no AIM identifier two things are taken all the same: a Digital Link URI, which spells its identifiers out,
 * and an element string that begins with an SSCC ({@link readUnnamed}). Digits that merely look like (01) stay plain.
 * Never throws for any input; what it does not take comes back as `refused` with the character that is wrong.
 */
export function parseScan(raw: string | Uint8Array, options: ScanOptions = {}): ScanResult {
  const outcome = readScanText(raw);
  if (!outcome.ok) return refused(outcome.fault);
  const { text } = outcome;
  const sent = text[0] === ']' ? text.slice(0, 3) : null;
  const aim = sent ?? options.assumedAim ?? null;
  const meaning = aim === null ? UNNAMED : aimMeaning(aim);
  if (meaning === undefined) {
    return refuse(
      'barcodes.aim-unknown',
      0,
      `"${aim}" is no AIM identifier: it is ] with a letter and a digit.`,
    );
  }
  const start = sent === null ? 0 : 3;
  if (text.length === start)
    return refuse('barcodes.empty', start, 'There is nothing behind the AIM identifier.');
  const read = { aim, symbology: meaning.symbology, data: text.slice(start) };
  if (meaning.carries === 'gs1') return readGs1(read, text, start, options.fnc1Substitute);
  if (meaning.carries === 'gtin') return readGtin(read, start);
  return (aim === null && readUnnamed(read, options.fnc1Substitute)) || readPlain(read);
}

function readGs1(read: Read, text: string, start: number, substitute: string | undefined): ScanResult {
  const mapped = substitute ? text.slice(0, start) + read.data.replaceAll(substitute, GS) : text;
  const outcome = parseElementString(mapped, start);
  if (!outcome.ok) return refused(outcome.fault);
  return {
    kind: 'gs1',
    ...read,
    data: mapped === text ? read.data : mapped.slice(start),
    elements: outcome.elements,
  };
}

/** Digits of the number in `]E3`, by those of all: 13 (or 12, where the leading zero is left out) and an add-on of 5 or 2. */
const BEFORE_ADD_ON: Readonly<Record<number, number>> = { 18: 13, 17: 12, 15: 13, 14: 12 };

/** EAN or UPC with an add-on, as on books and magazines: the number is the item's, the add-on its price or issue. */
function readWithAddOn(read: Read, start: number): ScanResult {
  const length = BEFORE_ADD_ON[read.data.length];
  if (length === undefined) {
    const got = read.data.length;
    return refuse(
      'barcodes.value',
      start,
      `A trade item number with an add-on has 15 or 18 digits, got ${got}.`,
    );
  }
  const number = readDigits({ ...read, data: read.data.slice(0, length) }, start);
  return number.kind === 'gtin' ? { ...number, data: read.data } : number;
}

/**
 * EAN, UPC and ITF with a check digit. `]E0` is EAN-13 with UPC-A and UPC-E written out to 13 digits; scanners that
 * leave the leading zero out or send UPC-E as printed are understood too. An ITF of another length is no GTIN.
 */
function readGtin(read: Read, start: number): ScanResult {
  const { data, symbology } = read;
  if (symbology === 'itf' && data.length !== 14) return { kind: 'plain', ...read };
  const wanted = symbology === 'itf' ? [14] : symbology === 'ean-8' ? [8] : [13, 12, 8];
  const stray = /\D/.exec(data);
  if (stray)
    return refuse('barcodes.character-set', start + stray.index, 'A trade item number is digits only.');
  if (symbology === 'ean-upc-add-on') return readWithAddOn(read, start);
  if (!wanted.includes(data.length)) {
    return refuse(
      'barcodes.value',
      start,
      `A trade item number of this kind has ${wanted[0]} digits, got ${data.length}.`,
    );
  }
  if (symbology === 'ean-upc' && data.length === 8) return readUpcE(read, start);
  return readDigits(read, start);
}

function readDigits(read: Read, start: number): ScanResult {
  const { data } = read;
  if (hasMod10(data)) return { kind: 'gtin', ...read, gtin: data.padStart(14, '0') };
  const expected = mod10CheckDigit(data.slice(0, -1));
  const at = start + data.length - 1;
  return refuse(
    'barcodes.check-digit',
    at,
    `The check digit of ${data} should be ${expected}, not ${data.at(-1)}.`,
  );
}

function readUpcE(read: Read, start: number): ScanResult {
  try {
    return { kind: 'gtin', ...read, gtin: expandUpcE(read.data).padStart(14, '0') };
  } catch (error) {
    if (!(error instanceof BarcodeError)) throw error;
    if (isGtin(read.data)) return { kind: 'gtin', ...read, gtin: read.data.padStart(14, '0') };
    return refused({ ...faultOf(error), offset: start + read.data.length - 1 });
  }
}

/** (00) and 18 digits in front, perhaps behind the separator that some scanners send for FNC1, perhaps in the brackets of print. */
const SSCC_IN_FRONT = new RegExp(`^(?:${GS}?00|\\(00\\))\\d{18}`);
const IN_BRACKETS = /\((\d{2,4})\)/g;

/**
 * An element string that begins with an SSCC, from a scanner that sends no AIM identifier; null where it is none. The first FNC1 of a
 * GS1-128, GS1 DataMatrix or GS1 QR code is not transmitted, the AIM identifier alone tells of it (GS1 General Specifications 7.8), so
 * such a scanner sends `00` and 18 digits as they are, and what follows behind them. Taken only when everything agrees: the two digits, the
 * check digit of the 18, and a known identifier with a value of its form for every character behind. Of plain numbers of 20 digits
 * one in a thousand does (two digits and a check digit), and then it still is no parcel of this house: an SSCC is looked up, not believed.
 * Other identifiers have no such anchor, and a GTIN has a symbology of its own.
 */
function readUnnamed(read: Read, substitute: string | undefined): ScanResult | null {
  const mapped = substitute ? read.data.replaceAll(substitute, GS) : read.data;
  if (!SSCC_IN_FRONT.test(mapped)) return null;
  const elements = mapped.startsWith('(') ? mapped.replace(IN_BRACKETS, `${GS}$1`) : mapped;
  const outcome = parseElementString(elements);
  return outcome.ok ? { kind: 'gs1', ...read, data: elements, elements: outcome.elements } : null;
}

function readPlain(read: Read): ScanResult {
  const mayBeLink =
    read.symbology === 'unnamed' || read.symbology === 'qr' || read.symbology === 'data-matrix';
  if (mayBeLink && /^https?:\/\//i.test(read.data)) {
    const outcome = parseDigitalLink(read.data);
    if (outcome.ok)
      return { kind: 'digital-link', ...read, link: outcome.link, elements: outcome.link.elements };
  }
  return { kind: 'plain', ...read };
}

function refuse(code: BarcodeFault['code'], offset: number, message: string): ScanResult {
  return refused({ code, offset, message });
}

function refused(fault: BarcodeFault): ScanResult {
  return { kind: 'refused', fault };
}
