import { barcodeCommands } from './barcode-field.js';
import { type LabelDocument, type LabelElement, LabelError, type TextElement } from './label.js';
import { fitText } from './text-fit.js';
import { zplField } from './zpl-field.js';

/** Print resolutions of label printers in dots per inch. */
export type Dpi = 203 | 300;

const DOTS_PER_MM: Readonly<Record<Dpi, number>> = { 203: 8, 300: 12 };

export interface ZplOptions {
  readonly dpi: Dpi;
  /** Travels in the label as a comment, so that a captured stream shows which job it belongs to. */
  readonly jobId?: string;
  /**
   * A font on the printer that has the glyphs of every language printed, for example `E:SIMSUN.TTF`; all text is set
   * in it. Without it the built-in font 0 is used, which has no Chinese on most printers.
   */
  readonly unicodeFont?: string;
  /** Copies of the label; 1 unless given. */
  readonly copies?: number;
}

/**
 * Writes a label as one `^XA ... ^XZ` format. The commands depend on the document's layout alone; no value can add,
 * drop or change one.
 * @throws LabelError or BarcodeError when a value can't be put into its barcode or an option is out of range
 */
export function renderZpl(label: LabelDocument, options: ZplOptions): string {
  const dots = dotsPerMm(options.dpi);
  const lines = [
    '^XA',
    ...(options.jobId === undefined ? [] : [`^FX${requireJobId(options.jobId)}^FS`]),
    '^CI28',
    `^PW${Math.round(label.widthMm * dots)}`,
    `^LL${Math.round(label.heightMm * dots)}`,
    '^LH0,0',
    ...label.elements.flatMap((element) => renderElement(element, label, options)),
    `^PQ${requireCopies(options.copies ?? 1)}`,
    '^XZ',
  ];
  return `${lines.join('\n')}\n`;
}

/** Dots in a millimetre at this resolution; throws LabelError for one that no printer of ours has. */
export function dotsPerMm(dpi: Dpi): number {
  const dots = DOTS_PER_MM[dpi];
  if (dots === undefined)
    throw new LabelError('labels.option', `A label is printed at 203 or 300 dpi, not ${dpi}.`);
  return dots;
}

function requireJobId(jobId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9:-]{0,63}$/.test(jobId)) return jobId;
  throw new LabelError('labels.option', 'A print job id is 1 to 64 letters, digits, hyphens and colons.');
}

/** The number of copies; throws LabelError for less than 1 or more than 1000. */
export function requireCopies(copies: number): number {
  if (Number.isInteger(copies) && copies >= 1 && copies <= 1000) return copies;
  throw new LabelError('labels.option', `Copies must be 1 to 1000, got ${copies}.`);
}

function renderElement(element: LabelElement, label: LabelDocument, options: ZplOptions): string[] {
  const dots = dotsPerMm(options.dpi);
  const dot = (mm: number) => Math.round(mm * dots);
  const origin = `^FO${dot(element.xMm)},${dot(element.yMm)}`;
  switch (element.kind) {
    case 'text':
      return renderText(element, dots, options.unicodeFont);
    case 'barcode':
      return [origin + barcodeCommands(element, dots, dot(label.widthMm - element.xMm))];
    case 'line': {
      const [width, height] = [Math.max(dot(element.widthMm), 1), Math.max(dot(element.heightMm), 1)];
      return [`${origin}^GB${width},${height},${Math.min(width, height)}^FS`];
    }
    case 'box':
      return [
        `${origin}^GB${dot(element.widthMm)},${dot(element.heightMm)},${Math.max(dot(element.strokeMm), 1)}^FS`,
      ];
  }
}

/** Distance between lines of a text as a share of its font's height. */
export const LINE_PITCH = 1.15;
const JUSTIFY = { left: 'L', center: 'C', right: 'R' } as const;

function renderText(element: TextElement, dots: number, unicodeFont: string | undefined): string[] {
  const fontHeight = Math.round(element.fontHeightMm * dots);
  const width = Math.round(element.widthMm * dots);
  const font =
    unicodeFont === undefined ? `^A0N,${fontHeight},${fontHeight}` : namedFont(unicodeFont, fontHeight);
  const block = `^FB${width},1,0,${JUSTIFY[element.align ?? 'left']},0`;
  const x = Math.round(element.xMm * dots);
  return fitText(element.text, { width, fontHeight, lines: element.lines ?? 1 }).map((line, index) => {
    const y = Math.round(element.yMm * dots + index * fontHeight * LINE_PITCH);
    // In a field block a backslash begins a control sequence; two of them are one on paper.
    return `^FO${x},${y}${font}${block}${zplField(line.replaceAll('\\', '\\\\'))}`;
  });
}

function namedFont(font: string, height: number): string {
  if (/^[A-Z]:[A-Z0-9_]{1,16}\.(?:TTF|TTE|FNT)$/.test(font)) return `^A@N,${height},${height},${font}`;
  throw new LabelError('labels.option', `A printer font is named like E:SIMSUN.TTF, not "${font}".`);
}
