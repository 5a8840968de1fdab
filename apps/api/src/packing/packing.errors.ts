import { Refusal } from '../platform/refusal.js';

/** The refusals that more than one place of this module gives. */
export const unknownParcel = () =>
  new Refusal('packing.unknown-parcel', 'There is no such parcel.', { status: 404 });

export const notAParcel = (scan: string) => {
  const got = printable(scan);
  return new Refusal('packing.not-a-parcel', `"${got}" is no parcel label of this site.`, {
    status: 422,
    facts: { got },
  });
};

export const noPrinter = (station: string) =>
  new Refusal('packing.no-printer', `No label printer is registered at ${station}.`, { facts: { station } });

/** A scan as it may stand in a sentence: short, without control characters. */
export function printable(scan: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is taken out
  return scan.replace(/[\u0000-\u001f\u007f]/g, '·').slice(0, 40);
}
