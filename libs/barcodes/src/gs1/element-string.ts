import { BarcodeError, type BarcodeFault, nameCharacter } from '../fault.js';
import { type ApplicationIdentifier, applicationIdentifier, identifierAt } from './ai-dictionary.js';
import { valueFault } from './element-value.js';

/** The separator FNC1 as it arrives from a scanner and as it is handed to a printer: ASCII 29. */
export const GS = '\u001d';

/** One identifier with its value, as read from a code. */
export interface Gs1Element {
  readonly ai: string;
  readonly value: string;
  /** Short English name of the General Specifications, for people. */
  readonly title: string;
  /** Where the identifier begins in the text that was handed over. */
  readonly offset: number;
}

/** What building an element needs. */
export type Gs1Pair = Pick<Gs1Element, 'ai' | 'value'>;

export type ElementsOutcome =
  | { readonly ok: true; readonly elements: readonly Gs1Element[] }
  | { readonly ok: false; readonly fault: BarcodeFault };

/**
 * Takes a GS1 element string apart. A separator before the first element, after the last, or after an element of
 * predefined length is let pass, as the General Specifications ask of receivers (7.8.3).
 * @param start where the first identifier begins in `text`; offsets count from the beginning of `text`
 */
export function parseElementString(text: string, start = 0): ElementsOutcome {
  const elements: Gs1Element[] = [];
  let at = text[start] === GS ? start + 1 : start;
  if (at >= text.length) {
    return refuse({ code: 'barcodes.empty', offset: at, message: 'The code has no GS1 element.' });
  }
  while (at < text.length) {
    const entry = identifierAt(text, at);
    if (entry === undefined) return refuse(unknownIdentifier(text, at));
    const from = at + entry.ai.length;
    const end = endOfValue(entry, text, from);
    const value = text.slice(from, end);
    const fault = valueFault(entry, value, from) ?? repeatFault(elements, entry.ai, value, at);
    if (fault) return refuse(fault);
    elements.push({ ai: entry.ai, value, title: entry.title, offset: at });
    at = text[end] === GS ? end + 1 : end;
  }
  return { ok: true, elements };
}

function refuse(fault: BarcodeFault): ElementsOutcome {
  return { ok: false, fault };
}

function endOfValue(entry: ApplicationIdentifier, text: string, from: number): number {
  const separator = text.indexOf(GS, from);
  const end = separator < 0 ? text.length : separator;
  return entry.predefined ? Math.min(end, from + entry.maxLength) : end;
}

function unknownIdentifier(text: string, at: number): BarcodeFault {
  const char = text[at]!;
  if (char < '0' || char > '9') {
    const message = `A GS1 application identifier must begin here, not ${nameCharacter(char)}.`;
    return { code: 'barcodes.ai-unknown', offset: at, message };
  }
  const digits = /^\d{1,4}/.exec(text.slice(at, at + 4))![0];
  return {
    code: 'barcodes.ai-unknown',
    offset: at,
    message: `No GS1 application identifier begins with "${digits}".`,
  };
}

/** The same element twice says the same thing twice; with two values nobody can know which one holds. */
function repeatFault(
  earlier: readonly Gs1Element[],
  ai: string,
  value: string,
  offset: number,
): BarcodeFault | null {
  for (const element of earlier) {
    if (element.ai !== ai || element.value === value) continue;
    const message = `(${ai}) stands twice with different values: "${element.value}" and "${value}".`;
    return { code: 'barcodes.ai-repeated', offset, message };
  }
  return null;
}

/**
 * Writes elements as one string with a separator after each value whose end can't be told otherwise, the last one
 * excepted. This is what follows the first FNC1 in a symbol.
 * @throws BarcodeError when an identifier is unknown or a value breaks its rules; the offset counts within that value
 */
export function buildElementString(pairs: readonly Gs1Pair[]): string {
  if (pairs.length === 0)
    throw new BarcodeError('barcodes.empty', 0, 'A GS1 element string needs an element.');
  let text = '';
  pairs.forEach(({ ai, value }, index) => {
    const entry = requireIdentifier(ai);
    const fault = valueFault(entry, value, 0);
    if (fault) throw new BarcodeError(fault.code, fault.offset, fault.message);
    text += ai + value + (entry.predefined || index === pairs.length - 1 ? '' : GS);
  });
  return text;
}

/** The identifier with these digits; throws BarcodeError when there is none. */
export function requireIdentifier(ai: string): ApplicationIdentifier {
  const entry = applicationIdentifier(ai);
  if (entry) return entry;
  throw new BarcodeError('barcodes.ai-unknown', 0, `There is no GS1 application identifier (${ai}).`);
}
