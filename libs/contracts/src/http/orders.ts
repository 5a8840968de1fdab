export interface Consignee {
  name: string;
  company?: string;
  street: string;
  street2?: string;
  city: string;
  region?: string;
  postcode: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  phone?: string;
}

/** What a merchant sends: `POST /api/v1/orders`, or one line of `POST /api/v1/orders/bulk`. */
export interface NewOrder {
  /** The merchant's own reference; the same one twice is the same order. */
  externalRef: string;
  /** Needed only when an office person enters the order; a merchant's key says whose it is. */
  merchantCode?: string;
  carrier: string;
  service: string;
  /** 1 (first) to 9; 5 unless said. */
  priority?: number;
  /** Latest hand-over; the carrier service's next cut-off unless said. ISO 8601. */
  cutOffAt?: string;
  consignee: Consignee;
  lines: NewOrderLine[];
}

export interface NewOrderLine {
  sku: string;
  quantity: number;
}

export type RowResult =
  | { row: number; externalRef: string; status: 'created' | 'duplicate'; orderId: string; state: string }
  | {
      row: number;
      externalRef: string | null;
      status: 'refused' | 'conflict';
      code: string;
      detail: string;
      errors?: { field: string; message: string }[];
    };

export interface OrderSummary {
  id: string;
  externalRef: string;
  merchantCode: string;
  state: string;
  carrier: string;
  service: string;
  priority: number;
  cutOffAt: string;
  lineCount: number;
  unitCount: number;
  receivedAt: string;
  /** Why it is not moving, in words; null when it is. */
  waitingFor: string | null;
}

export interface OrderView extends OrderSummary {
  consignee: Consignee;
  reason: string | null;
  lines: {
    id: string;
    lineNo: number;
    sku: string;
    name: string;
    ordered: number;
    promised: number;
    reserved: number;
    picked: number;
    packed: number;
    shipped: number;
    state: string;
    reason: string | null;
  }[];
  holds: {
    id: string;
    code: string;
    reason: string;
    placedBy: string;
    placedAt: string;
    releasedAt: string | null;
  }[];
  parcels: { id: string; sscc: string | null; state: string; trackingNumber: string | null }[];
}

export interface MerchantView {
  id: string;
  code: string;
  name: string;
  active: boolean;
}

export interface NewItem {
  merchantCode?: string;
  sku: string;
  name: string;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
  weightGrams: number;
  tracking?: 'none' | 'lot' | 'serial' | 'expiry';
  fragile?: boolean;
  barcodes: { code: string; quantity?: number }[];
}

export interface ItemView extends Required<Omit<NewItem, 'merchantCode'>> {
  id: string;
  merchantCode: string;
  active: boolean;
}

export interface StockView {
  sku: string;
  name: string;
  merchantCode: string;
  onHand: number;
  promised: number;
  available: number;
  places: {
    account: string;
    kind: string;
    lot: string;
    expiresOn: string | null;
    quantity: number;
    reserved: number;
  }[];
}
