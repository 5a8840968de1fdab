import { CHARSET_82, firstNonDigit } from '../check-digits.js';
import { type BarcodeFault, nameCharacter } from '../fault.js';
import type { AiComponent, ApplicationIdentifier, CharacterSet } from './ai-dictionary.js';

function members(characters: string): Uint8Array {
  const set = new Uint8Array(128);
  for (const char of characters) set[char.charCodeAt(0)] = 1;
  return set;
}

const UPPER_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LETTER_SETS: Readonly<Record<Exclude<CharacterSet, 'N'>, Uint8Array>> = {
  X: members(CHARSET_82),
  Y: members(`#-/${UPPER_AND_DIGITS}`),
  Z: members(`${UPPER_AND_DIGITS}abcdefghijklmnopqrstuvwxyz-_=`),
};
const SET_NAMES: Readonly<Record<CharacterSet, string>> = {
  N: 'only digits',
  X: 'only letters, digits and ! " % & \' ( ) * + , - . / : ; < = > ? _',
  Y: 'only capital letters, digits and # - /',
  Z: 'only letters, digits, - and _',
};

function firstOutside(set: CharacterSet, value: string): number {
  if (set === 'N') return firstNonDigit(value);
  const allowed = LETTER_SETS[set];
  for (let i = 0; i < value.length; i++) if (allowed[value.charCodeAt(i)] !== 1) return i;
  return set === 'Z' ? badPadding(value) : -1;
}

/** Base 64 may be padded to a multiple of three digits' worth with = or ==, only at its end. */
function badPadding(value: string): number {
  const at = value.indexOf('=');
  if (at < 0) return -1;
  const padding = value.slice(at);
  const fits = (at % 3 === 1 && padding === '==') || (at % 3 === 2 && padding === '=');
  return fits ? -1 : at;
}

/**
 * Checks the value of one element against its identifier.
 * @param at where the value begins in the text that the fault shall point into
 * @returns null when the value is right
 */
export function valueFault(entry: ApplicationIdentifier, value: string, at: number): BarcodeFault | null {
  const { ai, title, minLength, maxLength } = entry;
  if (value.length < minLength || value.length > maxLength) {
    const wanted = minLength === maxLength ? `${maxLength}` : `${minLength} to ${maxLength}`;
    return {
      code: value.length < minLength ? 'barcodes.too-short' : 'barcodes.too-long',
      offset: at + Math.min(value.length, maxLength),
      message: `(${ai}) ${title} needs ${wanted} characters, got ${value.length}.`,
    };
  }
  let from = 0;
  for (const part of entry.components) {
    if (from >= value.length && part.optional) break;
    const piece = entry.components.length === 1 ? value : value.slice(from, from + part.max);
    const fault = componentFault(entry, part, piece, at + from);
    if (fault) return fault;
    from += piece.length;
  }
  return null;
}

function componentFault(
  entry: ApplicationIdentifier,
  part: AiComponent,
  piece: string,
  at: number,
): BarcodeFault | null {
  const where = `(${entry.ai}) ${entry.title}`;
  if (piece.length < part.min) {
    const message = `${where} ends too early: ${part.min} characters are needed here, got ${piece.length}.`;
    return { code: 'barcodes.too-short', offset: at + piece.length, message };
  }
  const outside = firstOutside(part.set, piece);
  if (outside >= 0) {
    return {
      code: 'barcodes.character-set',
      offset: at + outside,
      message: `${where} takes ${SET_NAMES[part.set]}, not ${nameCharacter(piece[outside]!)}.`,
    };
  }
  for (const check of part.checks) {
    const fault = check(piece);
    if (fault) return { code: fault.code, offset: at + fault.at, message: `${where}: ${fault.message}` };
  }
  return null;
}
