import type { Weight } from '#lib/contracts';

/**
 * A displayed number ("-0.250", "1250") as a weight: a count of its last digit, never a float. Null for anything that is no plain
 * decimal number of at most nine digits.
 */
export function weightOf(displayed: string, unit: Weight['unit'], kind: Weight['kind']): Weight | null {
  const match = /^([+-]?) *(\d{1,9})(?:\.(\d{1,6}))?$/.exec(displayed.trim());
  if (!match) return null;
  const [, sign, whole, fraction = ''] = match;
  if (whole!.length + fraction.length > 9) return null;
  // `+ 0` makes an honest zero of "-0.00".
  const value = Number(whole! + fraction) * (sign === '-' ? -1 : 1) + 0;
  return { value, decimals: fraction.length, unit, kind };
}

const MICRONS_PER_UNIT = { mm: 1_000, cm: 10_000, in: 25_400 } as const;

/** A displayed length in whole millimetres, half a millimetre up; null for anything that is no plain decimal number. */
export function millimetresOf(displayed: string, unit: keyof typeof MICRONS_PER_UNIT): number | null {
  const match = /^(\d{1,6})(?:\.(\d{1,4}))?$/.exec(displayed.trim());
  if (!match) return null;
  const [, whole, fraction = ''] = match;
  const count = Number(whole + fraction);
  return Math.round((count * MICRONS_PER_UNIT[unit]) / 10 ** fraction.length / 1_000);
}
