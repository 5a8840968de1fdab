declare module '../platform/events.js' {
  interface EventMap {
    'picking.run-claimed': { runId: string; number: number; personId: string; cart: string };
    'picking.run-returned': { runId: string; number: number; because: 'released' | 'lease-expired' };
    'picking.task-confirmed': {
      taskId: string;
      runId: string | null;
      waveId: string | null;
      orderLineId: string;
      sku: string;
      location: string;
      container: string;
      quantity: number;
      asked: number;
      personId: string | null;
      source: 'pick' | 'put-back';
    };
    'picking.task-short': {
      taskId: string;
      runId: string | null;
      orderLineId: string;
      sku: string;
      location: string;
      quantity: number;
      missing: number;
      reason: string;
      remedy: 'reallocated' | 'backordered' | 'closed-short';
      personId: string | null;
    };
    'picking.item-sorted': {
      orderLineId: string;
      sku: string;
      station: string;
      tote: string;
      slot: string;
      quantity: number;
      personId: string | null;
    };
    'picking.put-undone': {
      sku: string;
      station: string;
      tote: string;
      slot: string;
      quantity: number;
      personId: string | null;
    };
    'picking.slot-complete': { orderId: string; slot: string };
    'picking.put-wall-changed': { station: string; slots: number };
    'picking.run-dropped': { runId: string; number: number; station: string; containers: string[] };
    'picking.run-done': { runId: string; waveId: string };
    'picking.put-back-created': { taskId: string; orderId: string; container: string; quantity: number };
    'picking.replenished': {
      replenishmentId: string;
      sku: string;
      from: string;
      to: string;
      quantity: number;
      missing: number;
      /** Picks that waited for the goods and can be picked now. */
      picksReady: number;
      personId: string | null;
    };
    'picking.problem-reported': { taskId: string; kind: string; note: string; personId: string | null };
  }
}

export {};
