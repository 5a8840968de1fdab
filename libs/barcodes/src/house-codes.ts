import { BarcodeError } from './fault.js';

/** What our own barcodes name. */
export type HouseKind = 'location' | 'container' | 'cart' | 'station' | 'badge' | 'item' | 'command';

interface HouseRule {
  readonly kind: HouseKind;
  readonly prefix: string;
  /** What may stand behind the prefix. */
  readonly body: RegExp;
  /**
   * True when the prefix belongs to the name: tote T-000123 is called T-000123. A location is called A-03-12-2 and
   * only its barcode reads L-A-03-12-2.
   */
  readonly partOfName: boolean;
  /** How the body looks, for the sentence of a refusal. */
  readonly shape: string;
}

const WORDS = /^(?=.{1,32}$)[A-Z0-9]+(?:-[A-Z0-9]+)*$/;
const WORDS_SHAPE = 'capital letters and digits in groups joined by hyphens, at most 32';

/** The site's licence plates: the one table that scanning, printing and keying in go by. */
const HOUSE_RULES: readonly HouseRule[] = [
  { kind: 'location', prefix: 'L-', body: WORDS, partOfName: false, shape: WORDS_SHAPE },
  { kind: 'container', prefix: 'T-', body: /^\d{6,12}$/, partOfName: true, shape: 'at least six digits' },
  { kind: 'cart', prefix: 'C-', body: /^\d{4,8}$/, partOfName: true, shape: 'at least four digits' },
  { kind: 'station', prefix: 'S-', body: WORDS, partOfName: true, shape: WORDS_SHAPE },
  { kind: 'badge', prefix: 'B-', body: WORDS, partOfName: true, shape: WORDS_SHAPE },
  {
    kind: 'item',
    prefix: 'I-',
    body: /^(?=.{1,48}$)[A-Za-z0-9](?:[A-Za-z0-9 ._/+#&()-]*[A-Za-z0-9._/+#&()-])?$/,
    partOfName: false,
    shape: 'a SKU of letters, digits, spaces and . _ / + # & ( ) -, at most 48',
  },
  { kind: 'command', prefix: '!', body: /^[a-z]+(?:-[a-z]+)*$/, partOfName: false, shape: 'a known command' },
];

/**
 * What a command barcode may ask for. Each presses a button that is on the screen anyway; none signs in, opens,
 * approves or moves stock by itself; undo takes back what its own person did last.
 */
export const COMMANDS = [
  'confirm',
  'short',
  'skip',
  'help',
  'back',
  'cancel',
  'done',
  'close',
  'damaged',
  'wrong-label',
  'blocked',
  'weigh',
  'reprint',
  'undo',
] as const;

export type Command = (typeof COMMANDS)[number];

/** A house code taken apart: `value` is the name by which the thing is known, `code` the text of its barcode. */
export interface HouseCode {
  readonly kind: HouseKind;
  readonly value: string;
  readonly code: string;
}

/** The text to print for a thing, for example ('location', 'A-03-12-2') -> 'L-A-03-12-2'; throws BarcodeError. */
export function encodeHouseCode(kind: HouseKind, value: string): string {
  const rule = HOUSE_RULES.find((entry) => entry.kind === kind)!;
  const code = rule.partOfName ? value : rule.prefix + value;
  if (decodeHouseCode(code)?.kind !== kind) {
    const at = rule.partOfName && !value.startsWith(rule.prefix) ? ` It begins with ${rule.prefix}.` : '';
    throw new BarcodeError('barcodes.value', 0, `"${value}" is no ${kind} code: ${rule.shape}.${at}`);
  }
  return code;
}

/** What a house barcode names, or null when the text is none of ours. */
export function decodeHouseCode(code: string): HouseCode | null {
  for (const { kind, prefix, body, partOfName } of HOUSE_RULES) {
    if (!code.startsWith(prefix)) continue;
    const rest = code.slice(prefix.length);
    if (!body.test(rest) || (kind === 'command' && !isCommand(rest))) return null;
    return { kind, value: partOfName ? code : rest, code };
  }
  return null;
}

/** True for a command that a barcode may carry. */
export function isCommand(text: string): text is Command {
  return (COMMANDS as readonly string[]).includes(text);
}

/** The licence plate of the tote or carton with this number: 123 -> T-000123. */
export function containerPlate(number: number): string {
  return encodeHouseCode('container', `T-${String(number).padStart(6, '0')}`);
}

/** The licence plate of the cart with this number: 7 -> C-0007. */
export function cartPlate(number: number): string {
  return encodeHouseCode('cart', `C-${String(number).padStart(4, '0')}`);
}
