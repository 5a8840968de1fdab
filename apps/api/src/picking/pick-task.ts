import type { PickOutcome } from '#lib/contracts';

/** A pick with what its confirmation needs to know, as the database answers it. */
export interface PickTask {
  id: string;
  kind: string;
  state: string;
  event_id: string | null;
  outcome: PickOutcome | null;
  lease_until: Date | null;
  run_id: string;
  run_state: string;
  run_method: string;
  run_person_id: string | null;
  slot_id: string;
  wave_id: string | null;
  sequence: number;
  order_id: string;
  order_line_id: string;
  merchant_id: string;
  reservation_id: string;
  item_id: string;
  sku: string;
  lot: string;
  location_id: string;
  location_code: string;
  quantity: number;
  lpn: string | null;
  container_id: string | null;
  barcodes: { code: string; quantity: number }[];
  other_lpns: string[];
}
