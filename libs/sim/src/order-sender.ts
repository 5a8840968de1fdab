import type { ItemView, NewOrder } from '#lib/contracts';
import { allOf, type CoreClient } from './core-client.js';
import type { Measures } from './measures.js';
import { makeOrders } from './orders.js';
import type { Seeded } from './seeded.js';
import { pause } from './waiting.js';

/** So many orders come one by one, as small merchants send them; the rest come in files through the day. */
const SINGLE_ORDERS = 300;
const FILE_ORDERS = 200;
/** Files keep coming while fewer than this many orders are in and not shipped. */
const OPEN_ORDERS = 1_500;

export interface OrdersToSend {
  core: CoreClient;
  orders: readonly NewOrder[];
  measures: Measures;
  signal: AbortSignal;
}

/** The orders of a simulated day: those given, or made ones for the items and services of the site. */
export async function ordersOfDay(
  core: CoreClient,
  day: { count: number; given: NewOrder[] | null; dice: Seeded },
): Promise<NewOrder[]> {
  if (day.given) return day.given;
  const items = await allOf<ItemView>(core, '/items');
  const { items: services } = await core.get<{ items: { carrier: string; service: string }[] }>(
    '/sites/carrier-services',
  );
  const offered = services.map(({ carrier, service }) => ({ carrier, service }));
  return makeOrders(day.count, day.dice.fork('orders'), items, offered);
}

/** The orders that are there when the shift begins. */
export async function sendFirst({ core, orders, measures }: OrdersToSend): Promise<void> {
  for (const order of orders.slice(0, SINGLE_ORDERS))
    await measures.time('intake', () => core.post('/orders', order, `sim-${order.externalRef}`));
}

/**
 * The files of the day, one after the other as the floor works off what is there.
 * @param shipped how many have left so far
 * @throws Error for a row that was not taken on
 */
export async function sendFiles(
  { core, orders, measures, signal }: OrdersToSend,
  shipped: () => number,
): Promise<void> {
  for (let sent = SINGLE_ORDERS; sent < orders.length && !signal.aborted; ) {
    if (sent - shipped() >= OPEN_ORDERS) {
      await pause(200, signal);
      continue;
    }
    const file = orders.slice(sent, sent + FILE_ORDERS);
    const answers = await measures.time('file of orders', () =>
      core.postRows<{ status: string }>('/orders/bulk', file),
    );
    const refused = answers.find(({ status }) => status !== 'created' && status !== 'duplicate');
    if (refused || answers.length !== file.length)
      throw new Error(
        `a file of orders was not taken on whole: ${JSON.stringify(refused ?? answers.length)}`,
      );
    sent += file.length;
  }
}
