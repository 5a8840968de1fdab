import { buildElementString, GS, normaliseGtin } from '#lib/barcodes';
import { fitLinear, isMatrix, matrixModule, qrData } from './barcode-field.js';
import {
  type BarcodeElement,
  type LabelDocument,
  type LabelElement,
  LabelError,
  type TextElement,
} from './label.js';
import { fitText } from './text-fit.js';
import { type Dpi, dotsPerMm, LINE_PITCH } from './zpl.js';

/** What a symbol drawer is asked for; `toSVG` of bwip-js takes it as it is. */
export interface SymbolRequest {
  readonly bcid: string;
  readonly text: string;
  /** True where `^FNC1` stands for FNC1. */
  readonly parsefnc?: boolean;
  readonly eclevel?: string;
}

/** Draws one symbol as an `<svg>` with a viewBox and no quiet zone. */
export type DrawSymbol = (request: SymbolRequest) => string;

/**
 * Draws a label as an SVG picture for screens, with the same lines, the same wrapping and the same bar widths as its
 * ZPL. Its fonts are the browser's, so that every language shows, whatever the printer has.
 * @param draw hands symbols to an encoder; in a browser that is `toSVG` of bwip-js, loaded when it is needed
 * @throws LabelError or BarcodeError as `renderZpl` does
 */
export function renderSvg(label: LabelDocument, draw: DrawSymbol, dpi: Dpi = 203): string {
  const { widthMm, heightMm } = label;
  const shapes = label.elements.map((element) => shape(element, { label, draw, dots: dotsPerMm(dpi) }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthMm}mm" height="${heightMm}mm" viewBox="0 0 ${widthMm} ${heightMm}">`,
    `<rect width="${widthMm}" height="${heightMm}" fill="#fff"/>`,
    ...shapes,
    '</svg>',
  ].join('\n');
}

interface Canvas {
  readonly label: LabelDocument;
  readonly draw: DrawSymbol;
  readonly dots: number;
}

function shape(element: LabelElement, canvas: Canvas): string {
  const { xMm, yMm } = element;
  switch (element.kind) {
    case 'text':
      return textShape(element);
    case 'barcode':
      return symbolShape(element, canvas);
    case 'line':
      return `<rect x="${xMm}" y="${yMm}" width="${element.widthMm}" height="${element.heightMm}"/>`;
    case 'box': {
      const [half, stroke] = [element.strokeMm / 2, element.strokeMm];
      const size = `width="${element.widthMm - stroke}" height="${element.heightMm - stroke}"`;
      return `<rect x="${xMm + half}" y="${yMm + half}" ${size} fill="none" stroke="#000" stroke-width="${stroke}"/>`;
    }
  }
}

const ANCHORS = { left: ['start', 0], center: ['middle', 0.5], right: ['end', 1] } as const;
const FONT =
  'font-family="Arial Narrow, Roboto Condensed, Noto Sans CJK SC, Noto Sans SC, sans-serif" font-weight="700"';

function textShape(element: TextElement): string {
  const { xMm, yMm, fontHeightMm, widthMm } = element;
  const [anchor, share] = ANCHORS[element.align ?? 'left'];
  const lines = fitText(element.text, {
    width: widthMm,
    fontHeight: fontHeightMm,
    lines: element.lines ?? 1,
  });
  return lines
    .map((line, index) => {
      const baseline = yMm + fontHeightMm * (0.8 + index * LINE_PITCH);
      const place = `x="${xMm + widthMm * share}" y="${baseline}" font-size="${fontHeightMm * 0.9}" text-anchor="${anchor}"`;
      return line === '' ? '' : `<text ${place} ${FONT}>${escapeXml(line)}</text>`;
    })
    .join('');
}

function symbolShape(element: BarcodeElement, { label, draw, dots }: Canvas): string {
  const drawn = /<svg[^>]*\sviewBox="0 0 (\d+) (\d+)"[^>]*>([\s\S]*)<\/svg>/.exec(
    draw(symbolRequest(element)),
  );
  if (!drawn) throw new LabelError('labels.option', 'The symbol drawer did not give an SVG with a viewBox.');
  const [, width, height, content] = drawn;
  const size = isMatrix(element)
    ? { width: matrixSide(Number(width), element, dots), height: matrixSide(Number(height), element, dots) }
    : { width: linearWidth(element, label, dots), height: element.heightMm };
  return (
    `<svg x="${element.xMm}" y="${element.yMm}" width="${size.width}" height="${size.height}" ` +
    `viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">${content}</svg>`
  );
}

/** Units that bwip-js draws along one square at its own scale. */
const MATRIX_UNITS = 4;

function matrixSide(units: number, element: Parameters<typeof matrixModule>[0], dots: number): number {
  return ((units / MATRIX_UNITS) * matrixModule(element, dots)) / dots;
}

function linearWidth(element: Parameters<typeof fitLinear>[0], label: LabelDocument, dots: number): number {
  const { module, modules } = fitLinear(element, dots, Math.round((label.widthMm - element.xMm) * dots));
  return (module * modules) / dots;
}

function symbolRequest(element: BarcodeElement): SymbolRequest {
  switch (element.symbology) {
    case 'code-128':
      return { bcid: 'code128', text: element.data };
    case 'gs1-128':
      return { bcid: 'code128', text: withFnc1(buildElementString(element.elements)), parsefnc: true };
    case 'gs1-data-matrix':
      return { bcid: 'datamatrix', text: withFnc1(buildElementString(element.elements)), parsefnc: true };
    case 'itf-14':
      return { bcid: 'interleaved2of5', text: normaliseGtin(element.data) };
    case 'ean-13':
      return { bcid: 'ean13', text: normaliseGtin(element.data).slice(1) };
    case 'qr':
      return { bcid: 'qrcode', text: qrData(element.data), eclevel: 'Q' };
  }
}

/** No GS1 character set has a caret, so nothing else has to be escaped. */
function withFnc1(elementString: string): string {
  return `^FNC1${elementString.replaceAll(GS, '^FNC1')}`;
}

const XML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeXml(text: string): string {
  return text.replace(/[<>&"']/g, (char) => XML[char]!);
}
