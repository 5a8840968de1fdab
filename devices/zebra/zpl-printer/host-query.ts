import { type PrinterWord, toText } from '#lib/device-kit';

/** Bits of the ~HQES words (ZPL II Programming Guide, "~HQ Host Query", tables of errors and warnings), lowest first. */
const ERRORS: Record<number, string> = {
  1: 'out of labels',
  2: 'out of ribbon',
  4: 'the print head is open',
  8: 'cutter fault',
  16: 'the print head is too hot',
  32: 'the motor is too hot',
  64: 'a bad element in the print head',
  128: 'the print head is not found',
  256: 'the firmware configuration is not valid',
  512: 'the thermistor of the print head is open',
};
const WARNINGS: Record<number, string> = {
  1: 'the label sensor needs calibration',
  2: 'clean the print head',
  4: 'replace the print head',
  8: 'labels are running low',
};

/** Flag, then group 2 (bits 64 to 33) and group 1 (bits 32 to 1), each in eight hex digits. */
const WORDS = (name: string) => new RegExp(`${name}: +([01]) +([0-9A-Fa-f]{8}) +([0-9A-Fa-f]{8})`);

/** A ~HQES or ~HQOD answer as a word for the console; null for anything else. */
export function detailOf(frame: Uint8Array): PrinterWord | null {
  const text = toText(frame);
  return errorsOf(text) ?? odometerOf(text);
}

function errorsOf(text: string): PrinterWord | null {
  const errors = WORDS('ERRORS').exec(text);
  const warnings = WORDS('WARNINGS').exec(text);
  if (!errors || !warnings) return null;
  const told = [...namesOf(errors, ERRORS, 'error'), ...namesOf(warnings, WARNINGS, 'warning')];
  const values = { errors: `${errors[2]}${errors[3]}`, warnings: `${warnings[2]}${warnings[3]}` };
  return { is: 'detail', code: 'printer.errors', detail: told.join('; ') || 'no error, no warning', values };
}

function namesOf(words: RegExpExecArray, names: Record<number, string>, what: string): string[] {
  if (words[1] !== '1') return [];
  const group = Number.parseInt(words[3]!, 16);
  const known = Object.entries(names).filter(([bit]) => group & Number(bit));
  const rest = known.reduce((left, [bit]) => left & ~Number(bit), group);
  const told = known.map(([, name]) => name);
  return rest !== 0 || /[1-9A-Fa-f]/.test(words[2]!)
    ? [...told, `${what} ${words[2]} ${(rest >>> 0).toString(16).padStart(8, '0')}`]
    : told;
}

/** `TOTAL NONRESETTABLE: 8560 "` and `USER RESETTABLE CNTR1: 9 "`; the unit is inches (") or centimetres (cm). */
function odometerOf(text: string): PrinterWord | null {
  if (!/TOTAL NONRESETTABLE:/.test(text)) return null;
  const values: Record<string, string | number> = {};
  for (const [name, label] of Object.entries(COUNTERS)) {
    const match = new RegExp(`${label}: +(\\d{1,9})`).exec(text);
    if (match) values[name] = Number(match[1]);
  }
  if (!('total' in values)) return null;
  values.unit = /\d +cm/i.test(text) ? 'cm' : 'in';
  return {
    is: 'detail',
    code: 'printer.odometer',
    detail: `${values.total} ${values.unit} printed in its life`,
    values,
  };
}

const COUNTERS = {
  total: 'TOTAL NONRESETTABLE',
  counter1: 'USER RESETTABLE CNTR1',
  counter2: 'USER RESETTABLE CNTR2',
} as const;
