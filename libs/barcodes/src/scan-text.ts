import { type BarcodeFault, isInvisible, nameCharacter } from './fault.js';

/** No scanner sends a longer frame: the largest Data Matrix that GS1 prints on a carton holds less. */
export const SCAN_BYTES_MAX = 512;

const GS_CODE = 0x1d;

export type TextOutcome =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly fault: BarcodeFault };

/**
 * Turns what a scanner sent into text that is safe to look at: at most 512 bytes, well-formed UTF-8, no control
 * characters but GS, nothing invisible.
 */
export function readScanText(raw: string | Uint8Array): TextOutcome {
  if (raw.length > SCAN_BYTES_MAX) return tooLong();
  const decoded = typeof raw === 'string' ? raw : decodeUtf8(raw);
  if (typeof decoded !== 'string') return decoded;
  if (decoded.length === 0) return refuse('barcodes.empty', 0, 'The scan is empty.');
  return checkCharacters(decoded);
}

function checkCharacters(text: string): TextOutcome {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x20 && unit < 0x7f) continue;
    if (unit < 0xa0 && unit !== GS_CODE) {
      return refuse(
        'barcodes.control-character',
        i,
        `Character ${i + 1} is ${nameCharacter(text[i]!)}, a control character.`,
      );
    }
    const point = text.codePointAt(i)!;
    if (point >= 0xd800 && point <= 0xdfff) {
      return refuse('barcodes.not-text', i, `Character ${i + 1} is half of a character.`);
    }
    if (isInvisible(point)) {
      return refuse(
        'barcodes.invisible-character',
        i,
        `Character ${i + 1} is ${nameCharacter(text[i]!)}, which nobody can see.`,
      );
    }
    bytes += point === GS_CODE ? 0 : point < 0x800 ? 1 : 2;
    if (point > 0xffff) i++;
  }
  return bytes > SCAN_BYTES_MAX ? tooLong() : { ok: true, text };
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | TextOutcome {
  let text = '';
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! > 0x7f) return decodeBeyondAscii(bytes);
    text += String.fromCharCode(bytes[i]!);
  }
  return text;
}

function decodeBeyondAscii(bytes: Uint8Array): string | TextOutcome {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('barcodes.not-text', firstBrokenByte(bytes), 'The scan is not text in UTF-8.');
  }
}

/** The byte at which the longest well-formed beginning ends. */
function firstBrokenByte(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true });
  const good = lenient.decode(bytes).split('\ufffd')[0]!;
  return good.length;
}

function tooLong(): TextOutcome {
  return refuse('barcodes.too-long', SCAN_BYTES_MAX, `A scan has at most ${SCAN_BYTES_MAX} bytes.`);
}

function refuse(code: BarcodeFault['code'], offset: number, message: string): TextOutcome {
  return { ok: false, fault: { code, offset, message } };
}
