import type { ReasonView } from '#lib/contracts';

/** What releases orders by itself: a channel as they come, a schedule when it is due. */
export type Taker =
  | { kind: 'channel'; name: string; batchOrders: number }
  | { kind: 'schedule'; name: string };

/**
 * Which of two goes first where a channel and another taker may have the same orders. The channel that waits for fewer orders does not
 * gather as long and finds them first; of two alike the one that is looked at first. A schedule finds what channels left.
 * @param ownIsBefore whether the channel is looked at before the other one
 */
export function decideRival(
  own: Extract<Taker, { kind: 'channel' }>,
  other: Taker,
  ownIsBefore: boolean,
): { goesFirst: boolean; because: ReasonView } {
  if (other.kind === 'schedule') {
    const facts = { first: own.name, second: other.name };
    const text = `${own.name} goes first: it takes orders as they come, ${other.name} when it is due.`;
    return { goesFirst: false, because: { code: 'first-as-they-come', facts, text } };
  }
  if (own.batchOrders === other.batchOrders) {
    const first = ownIsBefore ? own.name : other.name;
    const facts = { first, orders: own.batchOrders };
    const text = `${first} goes first: both wait for ${own.batchOrders} orders, and channels are looked at by their names.`;
    return { goesFirst: !ownIsBefore, because: { code: 'first-by-name', facts, text } };
  }
  const goesFirst = other.batchOrders < own.batchOrders;
  const [first, second] = goesFirst ? [other, own] : [own, other];
  const facts = { first: first.name, few: first.batchOrders, second: second.name, many: second.batchOrders };
  const text = `${first.name} goes first: it waits for ${first.batchOrders} orders, ${second.name} for ${second.batchOrders}.`;
  return { goesFirst, because: { code: 'first-smaller-batch', facts, text } };
}
