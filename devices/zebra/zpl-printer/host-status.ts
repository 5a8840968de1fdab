import { toText } from '#lib/device-kit';

/** What `~HS` says (ZPL II Programming Guide, "~HS Host Status Return"); the fields that matter here. */
export interface HostStatus {
  paperOut: boolean;
  paused: boolean;
  headOpen: boolean;
  ribbonOut: boolean;
  /** Labels received but not yet formatted. */
  formatsInBuffer: number;
  /** A label is arriving. */
  partialFormat: boolean;
  labelsRemaining: number;
  /** A printed label waits to be taken (peel-off mode). */
  labelWaiting: boolean;
  bufferFull: boolean;
  overTemperature: boolean;
}

const FIELDS = [12, 11, 2];
/** The print mode, in the second line: a digit, or a letter on some models (K kiosk, S stream). */
const PRINT_MODE = { line: 1, field: 5 };

/** Which of the three lines this is (0, 1, 2), or null for a line that is none of them. */
export function statusLineNumber(line: Uint8Array): number | null {
  const fields = toText(line).split(',');
  const number = FIELDS.indexOf(fields.length);
  const fits = fields.every((field, at) => {
    const mayBeLetter = number === PRINT_MODE.line && at === PRINT_MODE.field;
    return /^\d{1,8}$/.test(field) || (mayBeLetter && /^[A-Z]$/.test(field));
  });
  return number >= 0 && fits ? number : null;
}

/** The status in three lines that statusLineNumber has accepted. */
export function parseHostStatus(lines: readonly Uint8Array[]): HostStatus {
  const [first, second] = lines.map((line) => toText(line).split(',').map(Number));
  const flag = (fields: number[] | undefined, index: number) => fields?.[index] === 1;
  return {
    paperOut: flag(first, 1),
    paused: flag(first, 2),
    formatsInBuffer: first?.[4] ?? 0,
    bufferFull: flag(first, 5),
    partialFormat: flag(first, 7),
    overTemperature: flag(first, 11),
    headOpen: flag(second, 2),
    ribbonOut: flag(second, 3),
    labelWaiting: flag(second, 7),
    labelsRemaining: second?.[8] ?? 0,
  };
}

/** Why the printer can't print now, in plain words; null when it can. */
export function whyStopped(status: HostStatus): string | null {
  if (status.headOpen) return 'the print head is open';
  if (status.paperOut) return 'out of labels';
  if (status.ribbonOut) return 'out of ribbon';
  if (status.paused) return 'paused';
  if (status.overTemperature) return 'too hot';
  if (status.bufferFull) return 'its buffer is full';
  return null;
}

/** Nothing received that is not printed and taken. */
export function isEmpty(status: HostStatus): boolean {
  return (
    status.formatsInBuffer === 0 &&
    status.labelsRemaining === 0 &&
    !status.partialFormat &&
    !status.labelWaiting
  );
}
