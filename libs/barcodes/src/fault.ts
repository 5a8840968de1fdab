/** Machine-readable reasons why a code is refused. Stable: screens translate by them. */
export type BarcodeFaultCode =
  | 'barcodes.empty'
  | 'barcodes.too-long'
  | 'barcodes.not-text'
  | 'barcodes.control-character'
  | 'barcodes.invisible-character'
  | 'barcodes.aim-unknown'
  | 'barcodes.ai-unknown'
  | 'barcodes.ai-repeated'
  | 'barcodes.ai-excluded'
  | 'barcodes.ai-missing'
  | 'barcodes.too-short'
  | 'barcodes.character-set'
  | 'barcodes.check-digit'
  | 'barcodes.date'
  | 'barcodes.value'
  | 'barcodes.link';

/** Why a code is refused, and where: the sentence is for people, the code for programs. */
export interface BarcodeFault {
  readonly code: BarcodeFaultCode;
  /** Zero-based character in the text as it was handed over, AIM identifier included. */
  readonly offset: number;
  readonly message: string;
}

/** Thrown by the functions that build or normalise a code; parsing a scan returns the fault instead. */
export class BarcodeError extends Error implements BarcodeFault {
  override readonly name = 'BarcodeError';

  constructor(
    readonly code: BarcodeFaultCode,
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** The fault without the stack of the error that carried it. */
export function faultOf(error: BarcodeError): BarcodeFault {
  return { code: error.code, offset: error.offset, message: error.message };
}

const NAMED_CONTROLS: Readonly<Record<number, string>> = {
  0: 'NUL',
  2: 'STX',
  3: 'ETX',
  4: 'EOT',
  6: 'ACK',
  9: 'TAB',
  10: 'LF',
  13: 'CR',
  21: 'NAK',
  27: 'ESC',
  28: 'FS',
  29: 'GS',
  30: 'RS',
  31: 'US',
  127: 'DEL',
};

/** Shows one character so that a person can find it: quoted where it prints, named or as U+XXXX where it does not. */
export function nameCharacter(char: string): string {
  const point = char.codePointAt(0) ?? 0;
  const printable = point > 0x20 && point !== 0x7f && !(point >= 0x80 && point <= 0xa0);
  if (printable && !isInvisible(point)) return `"${char}"`;
  if (point === 0x20) return 'a space';
  return NAMED_CONTROLS[point] ?? `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * Characters that show nothing or turn the reading direction round. A code that holds one looks like another
 * code on a screen, which is why they are refused together with the control characters.
 */
export function isInvisible(point: number): boolean {
  return (
    point === 0xad ||
    (point >= 0x200b && point <= 0x200f) ||
    (point >= 0x2028 && point <= 0x202e) ||
    (point >= 0x2060 && point <= 0x206f) ||
    point === 0xfeff ||
    (point >= 0xfff0 && point <= 0xfffd) ||
    (point & 0xfffe) === 0xfffe
  );
}
