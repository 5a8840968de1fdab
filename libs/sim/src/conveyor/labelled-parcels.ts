import pg from 'pg';
import { v7 as uuidV7 } from 'uuid';
import { buildElementString, PRINT_NONCE_AI } from '#lib/barcodes';

/** A parcel as it leaves the bench: labelled, with its SSCC, for a carrier service. */
export interface LabelledParcel {
  id: string;
  sscc: string;
  service: string;
  weightGrams: number;
}

/** The carrier of parcels that were made for a sorter, with services of its own. */
export const SORTER_CARRIER = 'SORT';

/** The one print of every label here. */
const PRINT_NONCE = 'TRIAL';

/** What a scanner sends of a parcel's label: of the square beside the sort code, or of the bars under it. */
export function labelRead(sscc: string, seen: 'square' | 'bars'): string {
  if (seen === 'bars') return `]C100${sscc}`;
  return `]d2${buildElementString([
    { ai: '00', value: sscc },
    { ai: PRINT_NONCE_AI, value: PRINT_NONCE },
  ])}`;
}

/** GS1 prefix of the demo, extension digit 9: numbers that the site's own range never gives out. */
const SSCC_BASE = 9_095_212_340_000_000n;

/** 18 digits with their check digit (GS1 General Specifications 7.9). */
export function ssccOf(serial: number): string {
  const digits = String(SSCC_BASE * 10n + BigInt(serial)).padStart(17, '0');
  let sum = 0;
  for (let at = 0; at < 17; at += 1) sum += Number(digits[at]) * (at % 2 === 0 ? 3 : 1);
  return digits + String((10 - (sum % 10)) % 10);
}

/**
 * Puts labelled parcels into the database as the benches would have left them, each with the event that tells the conveyor of it. What
 * lies before the label (orders, goods, packing) is not played: a sorter takes more than this machine can pack. With the
 * owner's rights; set-based.
 */
export class LabelledParcels {
  private serial = 0;

  private constructor(
    private readonly client: pg.Client,
    private readonly siteId: number,
    private readonly merchantId: string,
    private readonly cartonTypeId: string,
  ) {}

  static async open(url: string): Promise<LabelledParcels> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const site = await client.query<{ id: number }>('select id from sites order by id limit 1');
    const merchant = await client.query<{ id: string }>('select id from merchants order by code limit 1');
    const siteId = site.rows[0]!.id;
    const carton = await client.query<{ id: string }>(
      'select id from carton_types where site_id = $1 order by code limit 1',
      [siteId],
    );
    return new LabelledParcels(client, siteId, merchant.rows[0]!.id, carton.rows[0]!.id);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  /** What PostgreSQL does by itself within a minute: count the rows, so that it plans for a house that has been running. */
  async count(): Promise<void> {
    await this.client.query('analyze orders, order_holds, parcels, labels, events');
  }

  /** @param announce false: nobody tells the conveyor, so that the edge meets parcels that it must ask the core about */
  async make(services: readonly string[], { announce = true } = {}): Promise<LabelledParcel[]> {
    const parcels = services.map((service) => {
      this.serial += 1;
      return { id: uuidV7(), orderId: uuidV7(), sscc: ssccOf(this.serial), service, weightGrams: 800 };
    });
    const values = [
      this.siteId,
      this.merchantId,
      SORTER_CARRIER,
      parcels.map(({ orderId }) => orderId),
      parcels.map(({ id }) => id),
      parcels.map(({ sscc }) => sscc),
      parcels.map(({ service }) => service),
      parcels.map(({ weightGrams }) => weightGrams),
    ];
    const given = `unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::int[]) as n (order_id, id, sscc, service, grams)`;
    await this.client.query(
      `with orders_made as (
         insert into orders (site_id, id, merchant_id, external_ref, body_hash, body, state, carrier_code, service, cut_off_at,
           consignee, line_count, unit_count, received_at, state_at)
         select $1, n.order_id, $2, 'SORT-' || n.sscc, '', '{}', 'packed', $3, n.service, now() + interval '2 hours', '{}', 0, 0,
           now(), now() from ${given}),
       holds as (
         insert into order_holds (site_id, id, order_id, merchant_id, code, reason, placed_by, placed_at)
         select $1, gen_random_uuid(), n.order_id, $2, 'trial', 'the trial ends at the lane', 'simulation', now()
         from ${given}),
       labels_made as (
         insert into labels (site_id, id, parcel_id, merchant_id, state, active, carrier_code, nonce, created_at)
         select $1, gen_random_uuid(), n.id, $2, 'got', true, $3, '${PRINT_NONCE}', now() from ${given})
       insert into parcels (site_id, id, order_id, merchant_id, state, number_in_order, sscc, carton_type_id, weight_grams,
         expected_grams, carrier_code, service, opened_at, closed_at, labelled_at)
       select $1, n.id, n.order_id, $2, 'labelled', 1, n.sscc, '${this.cartonTypeId}', n.grams, n.grams, $3, n.service, now(), now(),
         now() from ${given}`,
      values,
    );
    if (announce) await this.announce(parcels);
    return parcels;
  }

  private async announce(parcels: readonly (LabelledParcel & { orderId: string })[]): Promise<void> {
    await this.client.query(
      `insert into events (site_id, id, type, aggregate_id, order_id, parcel_id, merchant_id, data, actor, trace, at)
       select $1, n.event_id, 'packing.parcel-labelled', n.id, n.order_id, n.id, $2,
         json_build_object('parcelId', n.id, 'sscc', n.sscc, 'trackingNumber', '', 'carrier', $3::text, 'service', n.service),
         'simulation', repeat('0', 32), now()
       from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::text[]) as n (event_id, order_id, id, sscc, service)`,
      [
        this.siteId,
        this.merchantId,
        SORTER_CARRIER,
        parcels.map(() => uuidV7()),
        parcels.map(({ orderId }) => orderId),
        parcels.map(({ id }) => id),
        parcels.map(({ sscc }) => sscc),
        parcels.map(({ service }) => service),
      ],
    );
  }
}
