import { type Command, encodeHouseCode, gtinFormat, normaliseGtin } from '#lib/barcodes';
import type { BarcodeElement, LabelDocument, LabelElement } from '../label.js';

/** A shelf label, 100 x 50 mm. */
export interface LocationLabel {
  /** Location code, for example A-03-12-2; its barcode reads L-A-03-12-2. */
  readonly location: string;
  readonly zone: string;
  /** Which shelf the label means when it hangs between two. */
  readonly arrow?: 'up' | 'down';
}

/** Draws the label of a location; throws BarcodeError when the code could not be scanned back. */
export function locationLabel({ location, zone, arrow }: LocationLabel): LabelDocument {
  const code = encodeHouseCode('location', location);
  const where = arrow === undefined ? zone : `${zone} ${arrow === 'up' ? '(above)' : '(below)'}`;
  return {
    widthMm: 100,
    heightMm: 50,
    elements: [
      { kind: 'text', xMm: 4, yMm: 3, text: location, fontHeightMm: 13, widthMm: 92, align: 'center' },
      { kind: 'barcode', symbology: 'code-128', xMm: 6, yMm: 18, moduleMm: 0.5, heightMm: 22, data: code },
      { kind: 'text', xMm: 6, yMm: 42, text: where, fontHeightMm: 4, widthMm: 88 },
      ...(arrow === undefined ? [] : arrowShape(arrow)),
    ],
  };
}

/** A bar with a narrowing head, from boxes: it prints the same on every printer, whatever its fonts. */
function arrowShape(arrow: 'up' | 'down'): LabelElement[] {
  return [0, 1, 2, 3].map((step) => ({
    kind: 'line',
    xMm: 90 - step,
    yMm: arrow === 'up' ? 42 + step : 45 - step,
    widthMm: 1 + 2 * step,
    heightMm: 1,
  }));
}

/** A licence plate, 100 x 50 mm: for totes, cartons, carts and stations. */
export interface PlateLabel {
  readonly kind: 'container' | 'cart' | 'station';
  /** The plate as it is called, for example T-000123. */
  readonly plate: string;
  /** What it is, for people: "Tote 40 l". */
  readonly note?: string;
}

/** Draws a licence plate; throws BarcodeError when the plate is none of this kind. */
export function plateLabel({ kind, plate, note }: PlateLabel): LabelDocument {
  const code = encodeHouseCode(kind, plate);
  return {
    widthMm: 100,
    heightMm: 50,
    elements: [
      { kind: 'text', xMm: 4, yMm: 3, text: plate, fontHeightMm: 12, widthMm: 66 },
      { kind: 'text', xMm: 4, yMm: 17, text: note ?? '', fontHeightMm: 4, widthMm: 66 },
      { kind: 'barcode', symbology: 'qr', xMm: 77, yMm: 2, moduleMm: 0.75, data: code },
      { kind: 'barcode', symbology: 'code-128', xMm: 6, yMm: 24, moduleMm: 0.5, heightMm: 22, data: code },
    ],
  };
}

/** An item label, 57 x 32 mm. */
export interface ItemLabel {
  readonly name: string;
  readonly sku: string;
  /** The item's GTIN, 8 to 14 digits; without one the house's own item code is printed. */
  readonly gtin?: string;
  readonly lot?: string;
  /** YYMMDD as AI (17) has it; needs a GTIN, as does the lot. */
  readonly expiry?: string;
}

/**
 * Draws an item label: EAN-13 or ITF-14 for a plain GTIN, GS1 Data Matrix where lot or expiry belong to it, Code 128
 * with the house's code for items without a GTIN.
 */
export function itemLabel(item: ItemLabel): LabelDocument {
  const details = [item.lot && `Lot ${item.lot}`, item.expiry && `Exp ${item.expiry}`]
    .filter(Boolean)
    .join('  ');
  return {
    widthMm: 57,
    heightMm: 32,
    elements: [
      { kind: 'text', xMm: 3, yMm: 2, text: item.name, fontHeightMm: 3, widthMm: 51, lines: 2 },
      itemSymbol(item),
      { kind: 'text', xMm: 3, yMm: 24.5, text: item.gtin ?? item.sku, fontHeightMm: 3, widthMm: 51 },
      { kind: 'text', xMm: 3, yMm: 28, text: details, fontHeightMm: 3, widthMm: 51 },
    ],
  };
}

function itemSymbol({ sku, gtin, lot, expiry }: ItemLabel): BarcodeElement {
  const place = { kind: 'barcode', xMm: 5, yMm: 9.5, heightMm: 12.5 } as const;
  if (gtin === undefined) {
    return { ...place, symbology: 'code-128', moduleMm: 0.375, data: encodeHouseCode('item', sku) };
  }
  if (lot !== undefined || expiry !== undefined) {
    const elements = [
      { ai: '01', value: normaliseGtin(gtin) },
      ...(expiry === undefined ? [] : [{ ai: '17', value: expiry }]),
      ...(lot === undefined ? [] : [{ ai: '10', value: lot }]),
    ];
    return { kind: 'barcode', symbology: 'gs1-data-matrix', xMm: 5, yMm: 9.5, moduleMm: 0.5, elements };
  }
  const symbology = gtinFormat(gtin) === 'GTIN-14' ? 'itf-14' : 'ean-13';
  return { ...place, symbology, moduleMm: 0.35, data: gtin };
}

/** A person's badge, 86 x 54 mm: a barcode to sign in with, which needs the PIN besides. */
export interface BadgeLabel {
  readonly name: string;
  readonly role: string;
  /** Badge code, for example B-4711. */
  readonly badge: string;
}

/** Draws a badge; throws BarcodeError when the code is no badge code. */
export function badgeLabel({ name, role, badge }: BadgeLabel): LabelDocument {
  const code = encodeHouseCode('badge', badge);
  return {
    widthMm: 86,
    heightMm: 54,
    elements: [
      { kind: 'box', xMm: 1, yMm: 1, widthMm: 84, heightMm: 52, strokeMm: 0.5 },
      { kind: 'text', xMm: 5, yMm: 5, text: name, fontHeightMm: 7, widthMm: 76 },
      { kind: 'text', xMm: 5, yMm: 14, text: role, fontHeightMm: 4, widthMm: 76 },
      { kind: 'barcode', symbology: 'code-128', xMm: 7, yMm: 22, moduleMm: 0.375, heightMm: 20, data: code },
      { kind: 'text', xMm: 7, yMm: 44, text: badge, fontHeightMm: 4, widthMm: 70 },
    ],
  };
}

/** A button as a barcode, 60 x 40 mm. */
export interface CommandLabel {
  readonly command: Command;
  /** What the button says in the language of the floor. */
  readonly title: string;
}

/** Draws a command barcode. */
export function commandLabel({ command, title }: CommandLabel): LabelDocument {
  const code = encodeHouseCode('command', command);
  return {
    widthMm: 60,
    heightMm: 40,
    elements: [
      { kind: 'text', xMm: 3, yMm: 3, text: title, fontHeightMm: 7, widthMm: 54, align: 'center' },
      { kind: 'barcode', symbology: 'code-128', xMm: 5, yMm: 13, moduleMm: 0.375, heightMm: 18, data: code },
      { kind: 'text', xMm: 3, yMm: 33, text: code, fontHeightMm: 3.5, widthMm: 54, align: 'center' },
    ],
  };
}
