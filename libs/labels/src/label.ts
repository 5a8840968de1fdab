import type { Gs1Pair } from '#lib/barcodes';

/** A label as data: what stands where, in millimetres from the top left corner, whatever prints it. */
export interface LabelDocument {
  readonly widthMm: number;
  readonly heightMm: number;
  readonly elements: readonly LabelElement[];
}

export interface Place {
  readonly xMm: number;
  readonly yMm: number;
}

/** Text that is wrapped into its width and cut with "..." after its last line; it never runs into a neighbour. */
export interface TextElement extends Place {
  readonly kind: 'text';
  readonly text: string;
  /** Height of the letters' box. */
  readonly fontHeightMm: number;
  readonly widthMm: number;
  readonly align?: 'left' | 'center' | 'right';
  /** Most lines; 1 unless given. */
  readonly lines?: number;
}

interface BarcodeBox extends Place {
  readonly kind: 'barcode';
  /** Width of the narrowest bar or of one square; rounded to whole dots, never below two. */
  readonly moduleMm: number;
}

/** Barcodes of bars; they get narrower than `moduleMm` where their data would not fit the label otherwise. */
export type LinearElement = BarcodeBox & { readonly heightMm: number } & (
    | { readonly symbology: 'code-128' | 'itf-14' | 'ean-13'; readonly data: string }
    | { readonly symbology: 'gs1-128'; readonly elements: readonly Gs1Pair[] }
  );

/** Symbols of squares. */
export type MatrixElement = BarcodeBox &
  (
    | { readonly symbology: 'gs1-data-matrix'; readonly elements: readonly Gs1Pair[] }
    | { readonly symbology: 'qr'; readonly data: string }
  );

/** A symbol without text below it: the template writes what people shall read. */
export type BarcodeElement = LinearElement | MatrixElement;

/** A filled rectangle: a line when it is thin. */
export interface LineElement extends Place {
  readonly kind: 'line';
  readonly widthMm: number;
  readonly heightMm: number;
}

/** A frame. */
export interface BoxElement extends Place {
  readonly kind: 'box';
  readonly widthMm: number;
  readonly heightMm: number;
  readonly strokeMm: number;
}

export type LabelElement = TextElement | BarcodeElement | LineElement | BoxElement;

/** Thrown when a label can't be printed as asked; nothing is sent to a printer then. */
export class LabelError extends Error {
  override readonly name = 'LabelError';

  constructor(
    readonly code: 'labels.value' | 'labels.option',
    message: string,
  ) {
    super(message);
  }
}
