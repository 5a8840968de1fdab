import type { Consignee } from '#lib/contracts';
import type { CarrierLabel } from '#lib/labels';
import { row, type Tx } from '../platform/database.service.js';

/** Everything a label is made of. */
export interface LabelFacts {
  parcelId: string;
  orderId: string;
  merchantId: string;
  stationId: string | null;
  stationCode: string | null;
  carrierCode: string;
  service: string;
  sscc: string;
  weightGrams: number;
  consignee: Consignee;
  label: CarrierLabel;
}

/** What a label is made from, as the book has it. */
export interface FactsRow {
  orderId: string;
  merchantId: string;
  stationId: string | null;
  stationCode: string | null;
  carrierCode: string;
  carrierName: string | null;
  service: string;
  serviceName: string | null;
  sscc: string;
  trackingNumber: string | null;
  weightGrams: number;
  numberInOrder: number;
  parcelCount: number;
  externalRef: string;
  consignee: Consignee;
  merchantName: string;
  sender: Partial<Consignee> | null;
  siteName: string;
  nonce: string;
}

/** Reads what the label of a parcel says. */
export async function labelFacts(tx: Tx, parcelId: string): Promise<LabelFacts> {
  const facts = await row<FactsRow>(
    tx,
    `select p.order_id as "orderId", p.merchant_id as "merchantId", p.station_id as "stationId", s.code as "stationCode",
       p.carrier_code as "carrierCode", k.name as "carrierName", p.service, v.name as "serviceName", p.sscc,
       p.tracking_number as "trackingNumber", p.weight_grams as "weightGrams", p.number_in_order as "numberInOrder",
       (select max(number_in_order) from parcels x where x.site_id = p.site_id and x.order_id = p.order_id) as "parcelCount",
       o.external_ref as "externalRef", o.consignee, m.name as "merchantName", m.settings -> 'sender' as sender,
       w.name as "siteName", l.nonce
     from parcels p
     join orders o on o.site_id = p.site_id and o.id = p.order_id
     join merchants m on m.id = p.merchant_id
     join sites w on w.id = p.site_id
     join labels l on l.site_id = p.site_id and l.parcel_id = p.id and l.active
     left join stations s on s.site_id = p.site_id and s.id = p.station_id
     left join carriers k on k.code = p.carrier_code
     left join carrier_services v on v.site_id = p.site_id and v.carrier_code = p.carrier_code and v.service = p.service
     where p.site_id = $1 and p.id = $2`,
    [tx.siteId, parcelId],
  );
  if (!facts) throw new Error(`parcel ${parcelId} has no active label`);
  const { orderId, merchantId, stationId, stationCode, carrierCode, service, sscc, weightGrams, consignee } =
    facts;
  return {
    parcelId,
    orderId,
    merchantId,
    stationId,
    stationCode,
    carrierCode,
    service,
    sscc,
    weightGrams,
    consignee,
    label: labelOf(facts),
  };
}

/** What is printed. */
export function labelOf(
  facts: Omit<FactsRow, 'orderId' | 'merchantId' | 'stationId' | 'stationCode'>,
): CarrierLabel {
  const { consignee, sender } = facts;
  return {
    carrier: facts.carrierName ?? facts.carrierCode,
    service: facts.serviceName ?? facts.service,
    sortCode: sortCode(facts),
    sscc: facts.sscc,
    tracking: facts.trackingNumber ?? '',
    weightGrams: facts.weightGrams,
    parcelNumber: facts.numberInOrder,
    parcelCount: facts.parcelCount,
    orderReference: facts.externalRef,
    printNonce: facts.nonce,
    consignee: {
      name: consignee.company ? `${consignee.company}, ${consignee.name}` : consignee.name,
      lines: [consignee.street, consignee.street2, consignee.region].filter((line): line is string => !!line),
      postcode: consignee.postcode,
      city: consignee.city,
      country: consignee.country,
    },
    sender: {
      name: facts.merchantName,
      lines: sender?.street ? [sender.street] : [],
      postcode: sender?.postcode ?? '',
      city: sender?.city ?? facts.siteName,
      country: sender?.country ?? '',
    },
  };
}

/** What a person at the belt sorts by: the service, the country and the head of the postcode. */
function sortCode({ service, consignee }: Pick<FactsRow, 'service' | 'consignee'>): string {
  const head = consignee.postcode.replace(/[^A-Za-z0-9]/g, '').slice(0, 2);
  return [service.slice(0, 6), consignee.country, head]
    .filter((part) => part !== '')
    .join('-')
    .toUpperCase();
}

/** The printer that serves a station; a ready one before one in trouble, none that is switched off. */
export interface Printer {
  id: string;
  agentId: string;
  code: string;
  driver: string;
  dpi: number;
  unicodeFont: string | null;
}

export function printerOf(tx: Tx, stationId: string | null): Promise<Printer | null> {
  return row(
    tx,
    `select id, agent_id as "agentId", code, driver, coalesce((config ->> 'dpi')::int, 203) as dpi,
       config ->> 'unicodeFont' as "unicodeFont" from devices
     where site_id = $1 and station_id = $2 and kind = 'printer' and state <> 'disabled'
     order by (state = 'ready') desc, code limit 1`,
    [tx.siteId, stationId],
  );
}
