import type { ReadingData } from '#lib/contracts';
import { millimetresOf, weightOf } from '#lib/device-kit';

/** What a frame of the device means. Frames stand between STX and ETX. */
export type Answer =
  | { is: 'measured'; data: ReadingData['dimension.measured'] }
  /** Measured, but not to be used: a side out of range, or a field that is no number. */
  | { is: 'refused'; reason: string }
  | { is: 'alive' }
  | { is: 'nonsense' };

/** Reasons behind a negative answer (`MN` and a letter). */
const REASONS: Record<string, string> = {
  C: 'the device must be calibrated',
  M: 'the measurement failed: is the parcel within the sensors?',
  Z: 'the device must be zeroed',
  F: 'the parcel moved',
};

/** `L012.30`, `K0012.34`; what is out of range comes as dashes, underscores or tildes and is no number. */
const FIELD = /^([LWHKD])([ \d.]{3,9}|[-_~ .]{3,9})$/;

/** Reads `MAC...`, `MN.`, and the answer to the status question. */
export function readAnswer(text: string): Answer {
  if (/^[SV]A/.test(text)) return { is: 'alive' };
  const negative = /^[MSVZ]N([A-Z]?)/.exec(text)?.[1];
  if (negative !== undefined)
    return { is: 'refused', reason: REASONS[negative] ?? 'the device refused to measure' };
  return text.startsWith('MA') ? readMeasured(text.split(',')) : { is: 'nonsense' };
}

/** `MAC<id>,L...,W...,H...,<E|M>,K...,D...,<E|M>,F...,<D|I|E>`: inches and pounds (E) or centimetres and kilograms (M). */
function readMeasured(parts: string[]): Answer {
  const values = new Map<string, string>();
  for (const part of parts.slice(1)) {
    const [, name, value] = FIELD.exec(part) ?? [];
    if (name && value) values.set(name, value.trim());
  }
  const lengths = unitAfter(parts, 'H');
  const weights = unitAfter(parts, 'D') ?? unitAfter(parts, 'K');
  if (!lengths || !values.has('L') || !values.has('W') || !values.has('H')) return { is: 'nonsense' };
  const [lengthMm, widthMm, heightMm] = ['L', 'W', 'H'].map((name) =>
    millimetresOf(values.get(name) ?? '', lengths === 'M' ? 'cm' : 'in'),
  ) as [number | null, number | null, number | null];
  if (!lengthMm || !widthMm || !heightMm)
    return { is: 'refused', reason: 'a side is out of range: too small, too large, or not flat' };
  const shown = values.get('K');
  const weight = shown && weights ? weightOf(shown, weights === 'M' ? 'kg' : 'lb', 'gross') : null;
  return { is: 'measured', data: { lengthMm, widthMm, heightMm, ...(weight ? { weight } : {}) } };
}

/** The unit stands in the field behind the last one that it is for. */
function unitAfter(parts: string[], name: string): 'E' | 'M' | null {
  const at = parts.findIndex((part) => part.startsWith(name) && FIELD.test(part));
  const unit = at < 0 ? undefined : parts[at + 1];
  return unit === 'E' || unit === 'M' ? unit : null;
}
