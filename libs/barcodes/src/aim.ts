/** The kinds of barcode that a scanner names; `unnamed` when it sent no AIM identifier. */
export type Symbology =
  | 'unnamed'
  | 'code-39'
  | 'telepen'
  | 'code-128'
  | 'gs1-128'
  | 'code-one'
  | 'ean-upc'
  | 'ean-8'
  | 'ean-upc-add-on'
  | 'codabar'
  | 'code-93'
  | 'code-11'
  | 'itf'
  | 'dotcode'
  | 'gs1-dotcode'
  | 'code-16k'
  | 'pdf417'
  | 'msi'
  | 'anker'
  | 'codablock'
  | 'ocr'
  | 'plessey'
  | 'qr'
  | 'gs1-qr'
  | 'straight-2-of-5'
  | 'code-49'
  | 'maxicode'
  | 'other'
  | 'system-expansion'
  | 'no-barcode'
  | 'channel-code'
  | 'data-matrix'
  | 'gs1-data-matrix'
  | 'gs1-databar'
  | 'gs1-composite'
  | 'han-xin'
  | 'aztec';

/** What an AIM identifier promises about the data behind it. */
export interface AimMeaning {
  readonly symbology: Symbology;
  /** `gs1`: element strings; `gtin`: a trade item number; `plain`: text without a grammar. */
  readonly carries: 'gs1' | 'gtin' | 'plain';
}

/** Code characters of ISO/IEC 15424. */
const FAMILIES: Readonly<Record<string, Symbology>> = {
  A: 'code-39',
  B: 'telepen',
  C: 'code-128',
  D: 'code-one',
  E: 'ean-upc',
  F: 'codabar',
  G: 'code-93',
  H: 'code-11',
  I: 'itf',
  J: 'dotcode',
  K: 'code-16k',
  L: 'pdf417',
  M: 'msi',
  N: 'anker',
  O: 'codablock',
  P: 'plessey',
  Q: 'qr',
  R: 'straight-2-of-5',
  S: 'straight-2-of-5',
  T: 'code-49',
  U: 'maxicode',
  X: 'other',
  Y: 'system-expansion',
  Z: 'no-barcode',
  c: 'channel-code',
  d: 'data-matrix',
  e: 'gs1-databar',
  h: 'han-xin',
  o: 'ocr',
  z: 'aztec',
};

/**
 * Modifiers that change the meaning of the data. Only those that the GS1 General Specifications list (5.1.2) make
 * the data GS1: a Data Matrix with FNC1 in second place (`]d3`) belongs to another industry.
 */
const SPECIAL: Readonly<Record<string, AimMeaning>> = {
  C1: { symbology: 'gs1-128', carries: 'gs1' },
  E0: { symbology: 'ean-upc', carries: 'gtin' },
  E1: { symbology: 'ean-upc-add-on', carries: 'plain' },
  E2: { symbology: 'ean-upc-add-on', carries: 'plain' },
  E3: { symbology: 'ean-upc-add-on', carries: 'gtin' },
  E4: { symbology: 'ean-8', carries: 'gtin' },
  I1: { symbology: 'itf', carries: 'gtin' },
  J1: { symbology: 'gs1-dotcode', carries: 'gs1' },
  Q3: { symbology: 'gs1-qr', carries: 'gs1' },
  d2: { symbology: 'gs1-data-matrix', carries: 'gs1' },
  e0: { symbology: 'gs1-databar', carries: 'gs1' },
  e1: { symbology: 'gs1-composite', carries: 'gs1' },
  e2: { symbology: 'gs1-composite', carries: 'gs1' },
};

/** Every identifier is looked up once at load: a scan costs one property read. */
const MEANINGS: ReadonlyMap<string, AimMeaning> = new Map(
  Object.entries(FAMILIES).flatMap(([family, symbology]) =>
    [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'].map((modifier) => [
      `]${family}${modifier}`,
      SPECIAL[family + modifier] ?? ({ symbology, carries: 'plain' } as const),
    ]),
  ),
);

/** The meaning of `]cm`, or undefined when ISO/IEC 15424 knows no such code character. */
export function aimMeaning(identifier: string): AimMeaning | undefined {
  return MEANINGS.get(identifier);
}
