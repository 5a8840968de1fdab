declare module '../platform/events.js' {
  interface EventMap {
    /** Goods reached a location: from outside, from receiving or back from a tote. */
    'inventory.stock-arrived': { itemId: string; quantity: number };
    /** Somebody should count: what was found and what the book says differ. */
    'inventory.count-requested': {
      countId: string;
      locationId: string;
      itemId: string;
      lot: string;
      reason: string;
    };
    'inventory.count-posted': { countId: string; locationId: string; itemId: string; difference: number };
    'inventory.stock-adjusted': { itemId: string; locationId: string; quantity: number; reason: string };
  }
}

export {};
