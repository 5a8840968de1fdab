declare module '../platform/events.js' {
  interface EventMap {
    'receiving.receipt-announced': { receiptId: string; reference: string };
    'receiving.goods-received': {
      receiptId: string;
      itemId: string;
      quantity: number;
      lot: string;
      putAwayId: string;
    };
    'receiving.receipt-closed': { receiptId: string };
    'receiving.goods-put-away': {
      putAwayId: string;
      itemId: string;
      quantity: number;
      locationId: string;
      /** False when the person chose another location than the proposed one. */
      asProposed: boolean;
    };
  }
}

export {};
