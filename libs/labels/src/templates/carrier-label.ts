import { PRINT_NONCE_AI, requireSscc } from '#lib/barcodes';
import { type LabelDocument, type LabelElement, LabelError } from '../label.js';
import { renderZpl, type ZplOptions } from '../zpl.js';

/** Who sends or gets a parcel, as printed: a name and up to four lines of address. */
export interface LabelAddress {
  readonly name: string;
  readonly lines: readonly string[];
  readonly postcode: string;
  readonly city: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

export interface CarrierLabel {
  readonly carrier: string;
  /** Name of the carrier's service, for example "Express". */
  readonly service: string;
  /** Lane or sort code, printed largest: what a person at the belt looks for. */
  readonly sortCode: string;
  readonly sscc: string;
  /** Tracking number as the carrier scans it, for example an S10 number. */
  readonly tracking: string;
  readonly weightGrams: number;
  readonly parcelNumber: number;
  readonly parcelCount: number;
  /** The merchant's order number, for people. */
  readonly orderReference: string;
  /** Names this print: a second paper of the same parcel carries another one. 4 to 20 letters and digits. */
  readonly printNonce: string;
  readonly consignee: LabelAddress;
  readonly sender: LabelAddress;
}

/** A carrier label, 100 x 150 mm. */
export function carrierLabel(data: CarrierLabel): LabelDocument {
  requireSscc(data.sscc);
  requireParcel(data);
  return {
    widthMm: 100,
    heightMm: 150,
    elements: [...head(data), ...addresses(data), ...sorting(data), ...parcelCode(data)],
  };
}

/** The carrier label as ZPL, with the job's id inside; see renderZpl for the options and errors. */
export function renderCarrierLabel(data: CarrierLabel, options: ZplOptions): string {
  return renderZpl(carrierLabel(data), options);
}

function requireParcel({ parcelNumber, parcelCount, weightGrams, printNonce }: CarrierLabel): void {
  const whole = [parcelNumber, parcelCount, weightGrams].every((n) => Number.isInteger(n) && n >= 0);
  if (!whole || parcelNumber < 1 || parcelNumber > parcelCount) {
    throw new LabelError(
      'labels.value',
      `Parcel ${parcelNumber} of ${parcelCount} with ${weightGrams} g is no parcel: whole numbers, counted from 1.`,
    );
  }
  if (!/^[A-Z0-9]{4,20}$/.test(printNonce)) {
    throw new LabelError('labels.value', 'A print nonce is 4 to 20 capital letters and digits.');
  }
}

function head(data: CarrierLabel): LabelElement[] {
  const parcel = `${data.parcelNumber} / ${data.parcelCount}`;
  return [
    { kind: 'text', xMm: 5, yMm: 4, text: data.carrier, fontHeightMm: 4, widthMm: 56 },
    { kind: 'text', xMm: 5, yMm: 9, text: data.service, fontHeightMm: 7, widthMm: 56 },
    { kind: 'text', xMm: 63, yMm: 4, text: parcel, fontHeightMm: 5, widthMm: 32, align: 'right' },
    {
      kind: 'text',
      xMm: 63,
      yMm: 11,
      text: kilograms(data.weightGrams),
      fontHeightMm: 5,
      widthMm: 32,
      align: 'right',
    },
    { kind: 'line', xMm: 3, yMm: 18, widthMm: 94, heightMm: 0.5 },
  ];
}

function addresses({ sender, consignee, orderReference }: CarrierLabel): LabelElement[] {
  const from = [sender.name, ...sender.lines, `${sender.postcode} ${sender.city} ${sender.country}`].join(
    ', ',
  );
  const city = `${consignee.postcode} ${consignee.city}`;
  const street = consignee.lines.filter((line) => line.trim() !== '').join(', ');
  return [
    { kind: 'text', xMm: 5, yMm: 19.5, text: `From: ${from}`, fontHeightMm: 2.6, widthMm: 90, lines: 2 },
    { kind: 'text', xMm: 5, yMm: 26.5, text: `Order ${orderReference}`, fontHeightMm: 2.6, widthMm: 90 },
    { kind: 'line', xMm: 3, yMm: 30, widthMm: 94, heightMm: 0.25 },
    { kind: 'text', xMm: 5, yMm: 31.5, text: consignee.name, fontHeightMm: 4.5, widthMm: 90 },
    { kind: 'text', xMm: 5, yMm: 37, text: street, fontHeightMm: 3.6, widthMm: 90, lines: 3 },
    { kind: 'text', xMm: 5, yMm: 50, text: city, fontHeightMm: 5, widthMm: 74 },
    { kind: 'text', xMm: 80, yMm: 50, text: consignee.country, fontHeightMm: 5, widthMm: 15, align: 'right' },
    { kind: 'line', xMm: 3, yMm: 56.5, widthMm: 94, heightMm: 0.5 },
  ];
}

function sorting({ sortCode, tracking, sscc, printNonce }: CarrierLabel): LabelElement[] {
  return [
    { kind: 'text', xMm: 5, yMm: 58.5, text: sortCode, fontHeightMm: 11, widthMm: 76, align: 'center' },
    {
      kind: 'barcode',
      symbology: 'gs1-data-matrix',
      xMm: 83,
      yMm: 58.5,
      moduleMm: 0.5,
      elements: [
        { ai: '00', value: sscc },
        { ai: PRINT_NONCE_AI, value: printNonce },
      ],
    },
    { kind: 'barcode', symbology: 'code-128', xMm: 6, yMm: 73, moduleMm: 0.35, heightMm: 20, data: tracking },
    { kind: 'text', xMm: 6, yMm: 94.5, text: tracking, fontHeightMm: 4, widthMm: 60 },
    { kind: 'text', xMm: 66, yMm: 95, text: printNonce, fontHeightMm: 3, widthMm: 29, align: 'right' },
    { kind: 'line', xMm: 3, yMm: 100.5, widthMm: 94, heightMm: 0.5 },
  ];
}

function parcelCode({ sscc }: CarrierLabel): LabelElement[] {
  return [
    {
      kind: 'barcode',
      symbology: 'gs1-128',
      xMm: 11,
      yMm: 104,
      moduleMm: 0.5,
      heightMm: 33,
      elements: [{ ai: '00', value: sscc }],
    },
    { kind: 'text', xMm: 5, yMm: 140, text: `(00) ${sscc}`, fontHeightMm: 4.5, widthMm: 90, align: 'center' },
  ];
}

function kilograms(grams: number): string {
  return `${Math.floor(grams / 1000)}.${String(grams % 1000).padStart(3, '0')} kg`;
}
