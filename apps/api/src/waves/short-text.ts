import type { ShortLine } from '#lib/planning';

/** Why a line could not be reserved, in one sentence that shows on the order. */
export function shortText(short: ShortLine, sku: string): string {
  const { reason, missing } = short;
  switch (reason.code) {
    case 'expired':
      return `${missing} of ${sku}: ${reason.expiredUnits} have expired`;
    case 'too-short-dated':
      return `${missing} of ${sku}: must last until ${reason.minExpiresOn}`;
    case 'lot-not-here':
      return `${missing} of ${sku}: lot ${reason.lot} is not here`;
    default:
      return `${missing} of ${sku} to be put away, put back or counted`;
  }
}
