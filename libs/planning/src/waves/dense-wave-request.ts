export interface DenseWaveOrder {
  orderId: string;
  lines: { itemId: string; quantity: number }[];
}

export interface DenseWaveAisle {
  aisleId: string;
  stock: { itemId: string; quantity: number }[];
}

/** Orders and the aisles whose stock could serve them. */
export interface DenseWaveRequest {
  orders: DenseWaveOrder[];
  aisles: DenseWaveAisle[];
  /** Fewest and most units of the wave. */
  minUnits: number;
  maxUnits: number;
}
