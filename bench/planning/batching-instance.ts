import type { BatchOrder, BatchRequest, RunStop } from '#lib/planning';
import type { DataFile } from './instances.js';

/** A joint batching and routing instance: one block, the depot at the front. Lengths in micro-units of the file. */
export interface BatchingInstance {
  name: string;
  capacity: number;
  request: BatchRequest;
}

/** Millimetres per unit of length in the files. */
export const MM = 1000;

/** One instance a file. @throws Error saying what is missing or does not fit together. */
export function* parseBatching({ name, read }: DataFile): Generator<BatchingInstance> {
  const text = read();
  const sections = ['ARTICLE_SECTION', 'SKU_SECTION', 'ORDER_SECTION'].map((section) =>
    text.indexOf(section),
  );
  if (sections.some((at) => at < 0)) throw new Error('has no ARTICLE_SECTION, SKU_SECTION or ORDER_SECTION');
  const [articlesAt, skusAt, ordersAt] = sections;
  const numberOf = headerOf(text);
  const bottomMm = numberOf('DISTANCE_BOTTOM_TO_CELL') * MM;
  const cellMm = numberOf('DISTANCE_CELL_TO_CELL') * MM;
  const cells = numberOf('NUM_CELLS');
  const pitchMm = numberOf('DISTANCE_AISLE_TO_AISLE') * MM;
  const lengthMm = bottomMm + (cells - 1) * cellMm + numberOf('DISTANCE_TOP_TO_CELL') * MM;
  const weights = new Map(
    [...text.slice(articlesAt, skusAt).matchAll(/ID (\d+) WEIGHT ([\d.]+)/g)].map((m) => [
      m[1]!,
      Number(m[2]),
    ]),
  );
  const places = new Map(
    [...text.slice(skusAt, ordersAt).matchAll(/ID (\d+) AISLE (\d+) CELL (\d+)/g)].map((m) => [
      m[1]!,
      // Cell 0 is the one farthest from a depot at the bottom.
      {
        aisleId: m[2]!,
        xMm: Number(m[2]) * pitchMm,
        yMm: Math.round(bottomMm + (cells - 1 - Number(m[3])) * cellMm),
      },
    ]),
  );
  const orders = ordersOf(text.slice(ordersAt), weights, places);
  if (orders.length !== numberOf('NUM_ORDERS'))
    throw new Error(`says ${numberOf('NUM_ORDERS')} orders and holds ${orders.length}`);
  const aisles = Array.from({ length: numberOf('NUM_AISLES') }, (_, at) => ({
    aisleId: String(at),
    acrossMm: at * pitchMm,
  }));
  const depot = {
    xMm: numberOf('DEPOT_AISLE') * pitchMm,
    yMm: /^DEPOT_LOCATION[ \t]*:[ \t]*top/m.test(text) ? lengthMm : 0,
  };
  const site = { aislesAlong: 'y' as const, aisles, crossAislesMm: [0, lengthMm] };
  const capacity = numberOf('PICKER_CAPACITY');
  yield { name, capacity, request: { site, orders, cart: { units: capacity }, start: depot } };
}

/** Values of `KEY : value` lines. */
function headerOf(text: string): (key: string) => number {
  const values = new Map(
    [...text.matchAll(/^([A-Z_]+)[ \t]*:[ \t]*(.*?)[ \t\r]*$/gm)].map((match) => [match[1], match[2] ?? '']),
  );
  return (key) => {
    const value = values.get(key);
    if (value === undefined || value === '' || !Number.isFinite(Number(value)))
      throw new Error(`has no number as ${key}`);
    return Number(value);
  };
}

function ordersOf(
  section: string,
  weights: Map<string, number>,
  places: Map<string, Omit<RunStop, 'stopId'>>,
): BatchOrder[] {
  const parts = section.split(/NUM_ARTICLES_IN_ORDER[ \t]*:[ \t]*/).slice(1);
  return parts.map((part, order) => {
    const lines = [...part.matchAll(/ID (\d+) QUANTITY ([\d.]+)/g)].map((m) => ({
      article: m[1]!,
      quantity: Number(m[2]),
    }));
    const said = Number.parseInt(part, 10);
    if (lines.length !== said)
      throw new Error(`order ${order} says ${said} articles and holds ${lines.length}`);
    const stops = lines.map(({ article }, at) => {
      const place = places.get(article);
      if (!place) throw new Error(`order ${order} has article ${article}, which lies nowhere`);
      return { stopId: `${order}:${at}`, ...place };
    });
    const units = lines.reduce((sum, line) => sum + line.quantity * (weights.get(line.article) ?? 1), 0);
    return { orderId: String(order), stops, units, volumeMl: 0, weightGrams: 0 };
  });
}
