import { freeControl } from '../src/waves/pipeline-step.js';
import type { PlannerService } from '../src/waves/planner.service.js';

/** Baskets of so many units, no two alike, so that none is packed like another. */
export function baskets(count: number, units: number) {
  return Array.from({ length: count }, (_, order) => ({
    orderId: `order ${order}`,
    items: Array.from({ length: 10 }, (_, at) => ({
      itemId: `${order} ${at}`,
      quantity: units / 10,
      size: { lengthMm: 40 + 11 * at, widthMm: 35 + 7 * ((at + order) % 9), heightMm: 20 + 5 * at },
      weightGrams: 50,
    })),
  }));
}

export const CARTONS = [200, 300, 400, 600].map((side, at) => ({
  cartonId: String(at),
  inner: { lengthMm: side, widthMm: side - 50, heightMm: side - 100 },
  tareGrams: 100,
  maxContentGrams: 30_000,
}));

/** Turns that are asked for, each as long as the thread takes at once. */
const TURNS = 20;

/** Keeps the thread of short plans busy with cartons until it is let go, so that a spec sees plans that wait. */
export function holdThread(planner: PlannerService): { held(): boolean; letGo(): Promise<void> } {
  const stop = new AbortController();
  const control = { ...freeControl(), signal: stop.signal };
  let open = TURNS;
  const task = { orders: baskets(300, 100), cartons: CARTONS, timeLimitMs: 2_400 };
  const turns = Array.from({ length: TURNS }, () =>
    planner.cartonise(task, control).finally(() => {
      open -= 1;
    }),
  );
  const ended = Promise.allSettled(turns);
  return {
    held: () => open > 0,
    letGo: async () => {
      stop.abort();
      await ended;
    },
  };
}
