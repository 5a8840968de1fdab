import type { PrinterStatus } from '#lib/device-kit';

/** Bits of the one byte that `<ESC>!?` answers (TSPL/TSPL2 Programming Manual, "<ESC>!?"). */
const BITS = {
  headOpen: 0x01,
  paperJam: 0x02,
  paperOut: 0x04,
  ribbonOut: 0x08,
  paused: 0x10,
  printing: 0x20,
  coverOpen: 0x40,
  otherError: 0x80,
} as const;

type Flags = Record<keyof typeof BITS, boolean>;

/** The status in the byte of `<ESC>!?`. */
export function statusOfByte(byte: number): PrinterStatus {
  const flags = Object.fromEntries(
    Object.entries(BITS).map(([name, bit]) => [name, (byte & bit) !== 0]),
  ) as Flags;
  return statusOf(flags, byte === 0);
}

/** Of the four characters of `<ESC>!S` ("<ESC>!S"): what it does, warnings, its own errors, errors of the media. */
const DOING = '@`BCEFKLPW';
const MEDIA_FLAGS = { paperOut: 0x01, paperJam: 0x02, ribbonOut: 0x04, ribbonJam: 0x08, headOpen: 0x20 };
const HELD = 0x40;

/** The status in the four characters of `<ESC>!S`; null for what they can't be. */
export function statusOfMessage(message: Uint8Array): PrinterStatus | null {
  if (message.length !== 4) return null;
  const [doing, warning, error, media] = message as unknown as [number, number, number, number];
  if (!DOING.includes(String.fromCharCode(doing))) return null;
  // Each of the others is "@" and bits below it.
  if ([warning, error, media].some((byte) => (byte & 0xc0) !== HELD)) return null;
  const paused = doing === 0x60;
  const flags: Flags = {
    headOpen: (media & MEDIA_FLAGS.headOpen) !== 0,
    paperJam: (media & MEDIA_FLAGS.paperJam) !== 0,
    paperOut: (media & MEDIA_FLAGS.paperOut) !== 0,
    ribbonOut: (media & (MEDIA_FLAGS.ribbonOut | MEDIA_FLAGS.ribbonJam)) !== 0,
    paused,
    printing: 'PWFCB'.includes(String.fromCharCode(doing)),
    coverOpen: false,
    otherError: error !== HELD || doing === 0x45,
  };
  return statusOf(flags, doing === HELD);
}

function statusOf(flags: Flags, empty: boolean): PrinterStatus {
  const { headOpen, paperOut, ribbonOut, paused, paperJam } = flags;
  return {
    stopped: whyStopped(flags),
    empty,
    values: { paperOut, headOpen: headOpen || flags.coverOpen, ribbonOut, paused, paperJam },
  };
}

function whyStopped(flags: Flags): string | null {
  if (flags.headOpen) return 'the print head is open';
  if (flags.coverOpen) return 'the cover is open';
  if (flags.paperJam) return 'the labels are jammed';
  if (flags.paperOut) return 'out of labels';
  if (flags.ribbonOut) return 'out of ribbon';
  if (flags.paused) return 'paused';
  return flags.otherError ? 'an error of the printer: see its display' : null;
}
