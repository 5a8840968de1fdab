import { buildElementString, GS, normaliseGtin } from '#lib/barcodes';
import { ean13Digits, fitLinear, isMatrix, matrixModule, qrData } from './barcode-field.js';
import { type Code128Plan, planCode128, planGs1128 } from './code-128.js';
import {
  type BarcodeElement,
  type LabelDocument,
  type LabelElement,
  LabelError,
  type LinearElement,
  type MatrixElement,
  type TextElement,
} from './label.js';
import { fitText } from './text-fit.js';
import { tsplCode, tsplString } from './tspl-field.js';
import { type Dpi, dotsPerMm, LINE_PITCH, requireCopies } from './zpl.js';

export interface TsplOptions {
  readonly dpi: Dpi;
  /** Between two labels on the roll, millimetres; 3 unless given. 0: continuous paper. */
  readonly gapMm?: number;
  /**
   * A TrueType font in the printer that has the glyphs of every language printed, for example `SIMSUN.TTF`; without it the built-in
   * font 0, which has no Chinese.
   */
  readonly unicodeFont?: string;
  /** Copies of the label; 1 unless given. */
  readonly copies?: number;
}

/**
 * Writes a label in TSPL (TSC printers and their many kin): one `CLS` ... `PRINT` document, CR LF after each line. As with ZPL the commands
 * depend on the document's layout alone; no value can add, drop or change one.
 * @throws LabelError or BarcodeError when a value can't be put into its barcode or an option is out of range
 */
export function renderTspl(label: LabelDocument, options: TsplOptions): string {
  const lines = [
    `SIZE ${millimetres(label.widthMm)} mm,${millimetres(label.heightMm)} mm`,
    `GAP ${millimetres(options.gapMm ?? 3)} mm,0 mm`,
    'DIRECTION 1',
    'REFERENCE 0,0',
    'CODEPAGE UTF-8',
    'CLS',
    ...label.elements.flatMap((element) => renderElement(element, label, options)),
    `PRINT 1,${requireCopies(options.copies ?? 1)}`,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function millimetres(mm: number): string {
  if (mm >= 0 && mm <= 2_000) return String(Math.round(mm * 10) / 10);
  throw new LabelError('labels.option', `A label measures 0 to 2000 mm, not ${mm}.`);
}

function renderElement(element: LabelElement, label: LabelDocument, options: TsplOptions): string[] {
  const dots = dotsPerMm(options.dpi);
  const dot = (mm: number) => Math.round(mm * dots);
  const [x, y] = [dot(element.xMm), dot(element.yMm)];
  switch (element.kind) {
    case 'text':
      return renderText(element, options);
    case 'barcode':
      return [barcode(element, `${x},${y}`, dots, dot(label.widthMm) - x)];
    case 'line':
      return [`BAR ${x},${y},${Math.max(dot(element.widthMm), 1)},${Math.max(dot(element.heightMm), 1)}`];
    case 'box': {
      const [right, bottom] = [x + dot(element.widthMm), y + dot(element.heightMm)];
      return [`BOX ${x},${y},${right},${bottom},${Math.max(dot(element.strokeMm), 1)}`];
    }
  }
}

const ALIGNMENT = { left: 1, center: 2, right: 3 } as const;
const POINTS_PER_MM = 72 / 25.4;

/** A line each; where it is not left, the place is that of its middle or its right end. */
function renderText(element: TextElement, options: TsplOptions): string[] {
  const dots = dotsPerMm(options.dpi);
  const align = element.align ?? 'left';
  const shift = { left: 0, center: element.widthMm / 2, right: element.widthMm }[align];
  const x = Math.round((element.xMm + shift) * dots);
  const points = Math.max(1, Math.round(element.fontHeightMm * POINTS_PER_MM));
  const font = options.unicodeFont === undefined ? '0' : requireFont(options.unicodeFont);
  const [width, fontHeight] = [element.widthMm * dots, element.fontHeightMm * dots];
  return fitText(element.text, { width, fontHeight, lines: element.lines ?? 1 }).map((line, index) => {
    const y = Math.round((element.yMm + index * element.fontHeightMm * LINE_PITCH) * dots);
    return `TEXT ${x},${y},"${font}",0,${points},${points},${ALIGNMENT[align]},${tsplString(line)}`;
  });
}

function requireFont(font: string): string {
  if (/^[A-Z0-9_]{1,16}\.TTF$/.test(font)) return font;
  throw new LabelError('labels.option', `A printer font is named like SIMSUN.TTF, not "${font}".`);
}

function barcode(element: BarcodeElement, at: string, dots: number, roomDots: number): string {
  if (isMatrix(element)) return matrix(element, at, matrixModule(element, dots));
  const { module } = fitLinear(element, dots, roomDots);
  const { type, data } = linear(element);
  const height = Math.round(element.heightMm * dots);
  // Wide bars only matter for ITF-14: 2.5 narrow ones, as whole dots.
  const wide = element.symbology === 'itf-14' ? Math.round(module * 2.5) : module;
  return `BARCODE ${at},"${type}",${height},0,0,${module},${wide},${tsplCode(data)}`;
}

function linear(element: LinearElement): { type: string; data: string } {
  switch (element.symbology) {
    case 'code-128':
      return { type: '128M', data: manualCode128(planCode128(element.data)) };
    case 'gs1-128':
      return { type: '128M', data: manualCode128(planGs1128(buildElementString(element.elements))) };
    case 'itf-14':
      return { type: 'ITF14', data: normaliseGtin(element.data) };
    case 'ean-13':
      return { type: 'EAN13', data: ean13Digits(element.data) };
  }
}

/** Subsets and FNC1 by name (TSPL/TSPL2 Programming Manual, BARCODE, "128M"): start C, start B, code B, FNC1. */
const CODE_128M = { startC: '!105', startB: '!104', toB: '!100', fnc1: '!102' };

function manualCode128({ fnc1, pairs, rest }: Code128Plan): string {
  if (rest.includes('!'))
    throw new LabelError('labels.value', 'A Code 128 barcode in TSPL can not hold an exclamation mark.');
  const start = pairs === '' ? CODE_128M.startB : CODE_128M.startC;
  const change = pairs !== '' && rest !== '' ? CODE_128M.toB : '';
  return start + (fnc1 ? CODE_128M.fnc1 : '') + pairs + change + rest.replaceAll(GS, CODE_128M.fnc1);
}

/** Largest matrix of ours on a label, dots: the printer takes the smallest size that holds the data. */
const MATRIX_ROOM_DOTS = 600;

function matrix(element: MatrixElement, at: string, module: number): string {
  if (element.symbology === 'qr') return `QRCODE ${at},M,${module},A,0,${tsplString(qrText(element.data))}`;
  // `~1` is FNC1 (c126 names the tilde as the escape character); it is in no GS1 character set.
  const data = `~1${buildElementString(element.elements).replaceAll(GS, '~1')}`;
  return `DMATRIX ${at},${MATRIX_ROOM_DOTS},${MATRIX_ROOM_DOTS},c126,x${module},${tsplCode(data)}`;
}

/** What a string would change must not go into a code. */
function qrText(data: string): string {
  const text = qrData(data);
  if (!text.includes('\\[') && !text.includes('~!')) return text;
  throw new LabelError('labels.value', 'A QR code in TSPL can not hold \\[ or ~!.');
}
