declare module '../platform/events.js' {
  interface EventMap {
    'orders.order-accepted': { orderId: string; externalRef: string; ready: boolean };
    /** All its lines are promised and nothing holds it: waves and channels may take it. */
    'orders.order-ready': { orderId: string };
    'orders.order-released': { orderId: string; waveId: string };
    'orders.order-picked': { orderId: string };
    'orders.order-packed': { orderId: string };
    'orders.order-staged': { orderId: string };
    'orders.order-shipped': { orderId: string };
    'orders.order-cancelled': { orderId: string; reason: string; effects: string[] };
    'orders.order-closed-short': { orderId: string; reason: string };
    'orders.order-backordered': { orderId: string; orderLineId: string; quantity: number };
    'orders.line-closed-short': { orderId: string; orderLineId: string; quantity: number; reason: string };
    'orders.hold-placed': { orderId: string; code: string; reason: string };
    'orders.hold-released': { orderId: string; code: string };
  }
}

export {};
