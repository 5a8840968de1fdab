import type { BatchOrder, BatchRequest } from '#lib/planning';

/** A joint batching and routing instance: one block, the depot at the front. Lengths in micro-units of the file. */
export interface BatchingInstance {
  name: string;
  capacity: number;
  request: BatchRequest;
}

/** Millimetres per unit of length in the files. */
export const MM = 1000;

/** Null when the text is no instance of this kind. */
export function parseBatching(name: string, text: string): BatchingInstance | null {
  if (!text.includes('PICKER_CAPACITY') || !text.includes('ORDER_SECTION')) return null;
  const header = new Map(
    [...text.matchAll(/^([A-Z_]+)[ \t]*:[ \t]*(.*?)[ \t\r]*$/gm)].map((match) => [match[1], match[2] ?? '']),
  );
  const number = (key: string) => Number(header.get(key) ?? 0);
  const section = (from: string, to: string) =>
    text.slice(text.indexOf(from), to ? text.indexOf(to) : undefined);
  const weights = new Map(
    [...section('ARTICLE_SECTION', 'SKU_SECTION').matchAll(/ID (\d+) WEIGHT ([\d.]+)/g)].map((m) => [
      m[1]!,
      Number(m[2]),
    ]),
  );
  const bottomMm = number('DISTANCE_BOTTOM_TO_CELL') * MM;
  const cellMm = number('DISTANCE_CELL_TO_CELL') * MM;
  const cells = number('NUM_CELLS');
  const pitchMm = number('DISTANCE_AISLE_TO_AISLE') * MM;
  const lengthMm = bottomMm + (cells - 1) * cellMm + number('DISTANCE_TOP_TO_CELL') * MM;
  const places = new Map(
    [...section('SKU_SECTION', 'ORDER_SECTION').matchAll(/ID (\d+) AISLE (\d+) CELL (\d+)/g)].map((m) => [
      m[1]!,
      // Cell 0 is the one farthest from a depot at the bottom.
      {
        aisleId: m[2]!,
        xMm: Number(m[2]) * pitchMm,
        yMm: Math.round(bottomMm + (cells - 1 - Number(m[3])) * cellMm),
      },
    ]),
  );
  const orders = section('ORDER_SECTION', '')
    .split('NUM_ARTICLES_IN_ORDER')
    .slice(1)
    .map((part, order): BatchOrder => {
      const lines = [...part.matchAll(/ID (\d+) QUANTITY ([\d.]+)/g)].map((m) => ({
        article: m[1]!,
        quantity: Number(m[2]),
      }));
      const units = lines.reduce((sum, line) => sum + line.quantity * (weights.get(line.article) ?? 1), 0);
      const stops = lines.map((line, at) => ({ stopId: `${order}:${at}`, ...places.get(line.article)! }));
      return { orderId: String(order), stops, units, volumeMl: 0, weightGrams: 0 };
    });
  const aisles = Array.from({ length: number('NUM_AISLES') }, (_, at) => ({
    aisleId: String(at),
    acrossMm: at * pitchMm,
  }));
  const depot = {
    xMm: number('DEPOT_AISLE') * pitchMm,
    yMm: header.get('DEPOT_LOCATION') === 'top' ? lengthMm : 0,
  };
  const site = { aislesAlong: 'y' as const, aisles, crossAislesMm: [0, lengthMm] };
  const capacity = number('PICKER_CAPACITY');
  return { name, capacity, request: { site, orders, cart: { units: capacity }, start: depot } };
}
