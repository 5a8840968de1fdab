import type { Account, Movement } from './movement.js';

/** What a count found and what the book holds beside the location. */
export interface CountedPlace {
  merchantId: string;
  locationId: string;
  itemId: string;
  lot: string;
  /** What the book said at the moment of counting. */
  expected: number;
  counted: number;
  /** Units short picks have put on the location's missing account. */
  missing: number;
  /** Balance of the location's shortfall account: negative where picks took more than the book had. */
  shortfall: number;
}

type Posting = Omit<Movement, 'eventId' | 'lineNo'>;

/**
 * The movements that make the book agree with a count: goods found come back from the missing account first, the rest from
 * an adjustment; what stays missing is written off; what was taken beyond the book is made good.
 * @param adjustment the world's adjustment account.
 */
export function postCount(place: CountedPlace, adjustment: Account): Posting[] {
  const { merchantId, locationId, itemId, lot } = place;
  const location: Account = { kind: 'location', id: locationId };
  const missing: Account = { kind: 'missing', id: locationId };
  const shortfall: Account = { kind: 'shortfall', id: locationId };
  const postings: Posting[] = [];
  const post = (quantity: number, from: Account, to: Account) => {
    if (quantity > 0) postings.push({ merchantId, itemId, lot, quantity, from, to, reason: 'count' });
  };
  const difference = place.counted - place.expected;
  const found = Math.min(Math.max(0, difference), place.missing);
  post(found, missing, location);
  post(difference - found, adjustment, location);
  post(-difference, location, adjustment);
  post(place.missing - found, missing, adjustment);
  post(-place.shortfall, adjustment, shortfall);
  return postings;
}
