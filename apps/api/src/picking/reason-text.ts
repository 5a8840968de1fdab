import type { ReservationReason } from '#lib/planning';

type Reason = ReservationReason | { code: 'short-elsewhere'; location: string };

/** Why the goods are taken at this place, in words. */
export function reasonText(reason: Reason): string {
  switch (reason.code) {
    case 'fefo':
      return `first to expire, on ${reason.expiresOn}`;
    case 'fifo':
      return `oldest, received ${reason.receivedOn}`;
    case 'fewest-touches':
      return reason.coversLine ? 'holds all of the line' : 'fewest places to go to';
    case 'full-container':
      return `a whole container of ${reason.units}`;
    case 'nearest':
      return 'nearest';
    case 'pick-sequence':
      return 'first on the way';
    case 'lot-asked':
      return `lot ${reason.lot} was asked for`;
    case 'only-stock':
      return 'the only place that has it';
    case 'short-elsewhere':
      return `was missing at ${reason.location}`;
  }
}
