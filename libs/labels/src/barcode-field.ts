import { buildElementString, GS, normaliseGtin } from '#lib/barcodes';
import { code128, gs1128, type LinearSymbol } from './code-128.js';
import { type BarcodeElement, LabelError, type LinearElement, type MatrixElement } from './label.js';
import { zplField } from './zpl-field.js';

/** The narrowest bar that thermal printers print and scanners read, in dots. */
const MODULE_DOTS_MIN = 2;

/**
 * The commands of one symbol behind its `^FO`. The only parameter that follows the value is the width of the narrow
 * bar in `^BY`.
 * @param roomDots see {@link fitLinear}
 */
export function barcodeCommands(element: BarcodeElement, dotsPerMm: number, roomDots: number): string {
  if (isMatrix(element)) return matrixCommands(element, matrixModule(element, dotsPerMm));
  const { field, module } = fitLinear(element, dotsPerMm, roomDots);
  return (
    LINEAR_COMMANDS[element.symbology](module, Math.round(element.heightMm * dotsPerMm)) + zplField(field)
  );
}

/**
 * What a symbol of bars holds and how wide its narrow bar is: as wide as asked, or as many whole dots as let it fit.
 * @param roomDots from the symbol's left edge to where its right quiet zone must end
 * @throws LabelError when not even the narrowest bars fit
 */
export function fitLinear(
  element: LinearElement,
  dotsPerMm: number,
  roomDots: number,
): LinearSymbol & { readonly module: number } {
  const symbol = linearSymbol(element);
  const wanted = Math.round(element.moduleMm * dotsPerMm);
  const module = Math.min(wanted, Math.floor(roomDots / (symbol.modules + QUIET_MODULES)));
  if (module >= MODULE_DOTS_MIN) return { ...symbol, module };
  const text = element.symbology === 'gs1-128' ? 'this GS1-128 barcode' : `the barcode "${element.data}"`;
  throw new LabelError('labels.value', `The label is too narrow for ${text}.`);
}

/** True for the square symbols. */
export function isMatrix(element: BarcodeElement): element is MatrixElement {
  return element.symbology === 'gs1-data-matrix' || element.symbology === 'qr';
}

/** Dots along one square of a matrix symbol; `^BQ` knows 1 to 10. */
export function matrixModule(element: MatrixElement, dotsPerMm: number): number {
  const module = Math.max(Math.round(element.moduleMm * dotsPerMm), MODULE_DOTS_MIN);
  return element.symbology === 'qr' ? Math.min(module, 10) : module;
}

/** Quiet zone to the right; the one to the left is the template's, by where it puts the symbol. */
const QUIET_MODULES = 10;

const LINEAR_COMMANDS: Record<LinearElement['symbology'], (module: number, height: number) => string> = {
  'code-128': (module, height) => `^BY${module}^BCN,${height},N,N,N,N`,
  'gs1-128': (module, height) => `^BY${module}^BCN,${height},N,N,N,N`,
  'itf-14': (module, height) => `^BY${module},2.5^B2N,${height},N,N,N`,
  'ean-13': (module, height) => `^BY${module}^BEN,${height},N,N`,
};

/** Modules of 14 digits with wide bars of 2.5: start 4, digits 8 each, stop 4.5. */
const ITF_14_MODULES = 120.5;
const EAN_13_MODULES = 95;

function linearSymbol(element: LinearElement): LinearSymbol {
  switch (element.symbology) {
    case 'code-128':
      return code128(element.data);
    case 'gs1-128':
      return gs1128(buildElementString(element.elements));
    case 'itf-14':
      return { field: normaliseGtin(element.data), modules: ITF_14_MODULES };
    case 'ean-13':
      return { field: ean13Digits(element.data), modules: EAN_13_MODULES };
  }
}

/** Twelve digits: the printer adds the check digit itself. */
export function ean13Digits(data: string): string {
  const gtin = normaliseGtin(data);
  if (gtin.startsWith('0')) return gtin.slice(1, 13);
  throw new LabelError('labels.value', `GTIN ${gtin} has 14 digits and does not fit an EAN-13.`);
}

function matrixCommands(element: MatrixElement, module: number): string {
  if (element.symbology === 'qr') return `^BQN,2,${module}${zplField(`QA,${qrData(element.data)}`)}`;
  // `@1` is FNC1, with `@` named as the escape character: unlike `_` it is in no GS1 character set.
  const data = `@1${buildElementString(element.elements).replaceAll(GS, '@1')}`;
  return `^BXN,${module},200,,,,@${zplField(data)}`;
}

/** The text of a QR code of ours; throws LabelError for what it does not hold. */
export function qrData(data: string): string {
  if (/^[\x20-\x7e]{1,512}$/.test(data)) return data;
  throw new LabelError('labels.value', 'A QR code of ours holds 1 to 512 printable ASCII characters.');
}
