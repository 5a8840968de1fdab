import { GS, hasControl, toBytes } from '../bytes.js';

/** A scan is at most this long; scanner input is hostile. */
export const SCAN_MAX_BYTES = 512;

/** One decoded code as the readings carry it: the AIM identifier apart. */
export interface ScannedCode {
  code: string;
  aim?: string;
}

/**
 * What a scanner sent for one code (Latin-1, one character a byte) as text: UTF-8 without control characters other than GS,
 * the AIM identifier (ISO/IEC 15424: `]`, a letter for the symbology, a modifier) split off unless `aim` is `none`.
 * Null for what no code may hold, and for nothing at all.
 */
export function scannedCode(latin: string, aim: 'split' | 'none' = 'split'): ScannedCode | null {
  const marked = aim === 'split' && /^\][A-Za-z][0-9A-Za-z]/.test(latin);
  const code = decode(marked ? latin.slice(3) : latin);
  if (code === null || code === '') return null;
  return marked ? { code, aim: latin.slice(0, 3) } : { code };
}

function decode(latin: string): string | null {
  // C0 controls first: noise is mostly that, and a failed decoding is slow.
  if (latin.length > SCAN_MAX_BYTES || hasC0(latin)) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(toBytes(latin));
    return hasControl(text, { exceptGs: true }) ? null : text;
  } catch {
    return null;
  }
}

function hasC0(latin: string): boolean {
  for (let i = 0; i < latin.length; i++) {
    const byte = latin.charCodeAt(i);
    if (byte < 0x20 && byte !== GS) return true;
  }
  return false;
}
