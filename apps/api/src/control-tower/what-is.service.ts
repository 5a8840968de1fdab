import { Injectable } from '@nestjs/common';
import { type IdentifiedScan, identifyScan } from '#lib/barcodes';
import type { WhatIs } from '#lib/contracts';
import { Database, row, rows, type Tx } from '../platform/database.service.js';

/** How many things a place or tote names one by one. */
const LISTED_MAX = 8;

/** What to do next with a parcel in each state, for the person who holds it. */
const NEXT_FOR_PARCEL: Readonly<Record<string, string>> = {
  open: 'Finish packing it at its bench.',
  closed: 'Weigh it again at its bench.',
  verified: 'It waits for its label at its bench.',
  labelled: 'Put it on the conveyor.',
  inducted: 'It should be on the conveyor: put it back at the induction.',
  diverted: 'Stage it.',
  staged: 'Load it on the truck of its carrier.',
  loaded: 'Leave it on the truck.',
  shipped: 'It has left: if you hold it, call a supervisor.',
  cancelled: 'Its order was cancelled: take the goods out.',
};

/** Explains any barcode to the person who scanned it. */
@Injectable()
export class WhatIsService {
  constructor(private readonly db: Database) {}

  whatIs(scan: string): Promise<WhatIs> {
    const code = identifyScan(scan);
    return this.db.transaction(async (tx) => (await this.explain(tx, code)) ?? notKnown(code));
  }

  private explain(tx: Tx, code: IdentifiedScan): Promise<WhatIs | null> {
    switch (code.kind) {
      case 'sscc':
      case 'tracking':
        return parcel(tx, code.value);
      case 'gtin':
        return item(tx, [code.data, code.value, code.value.replace(/^0+/, '')], null);
      case 'item':
        return item(tx, [], code.value);
      case 'location':
        return location(tx, code.value);
      case 'container':
        return tote(tx, code.value);
      case 'cart':
        return named(
          tx,
          'cart',
          `select code as title, slots || ' slots' as detail from carts where site_id = $1 and code = $2`,
          code.value,
        );
      case 'station':
        return named(
          tx,
          'station',
          `select name as title, kind as detail from stations where site_id = $1 and code = $2`,
          code.value,
        );
      case 'command':
        return Promise.resolve({
          kind: 'command',
          title: `Command "${code.value}"`,
          facts: [],
          next: 'Scan it where that button is shown.',
        });
      case 'badge':
        return Promise.resolve({ kind: 'badge', title: 'A badge', facts: [], next: 'Scan it to sign in.' });
      default:
        return item(tx, [code.data], code.data);
    }
  }
}

function notKnown(code: IdentifiedScan): WhatIs {
  const reason = code.kind === 'unknown' ? code.reason : `Nothing here is called ${code.value}.`;
  return { kind: 'unknown', title: reason, facts: [], next: 'Set it aside and tell a supervisor.' };
}

const fact = (label: string, value: unknown) => ({
  label,
  value: value === null || value === undefined ? '-' : String(value),
});

async function parcel(tx: Tx, code: string): Promise<WhatIs | null> {
  const found = await row<Record<string, string | number | null>>(
    tx,
    `select p.state, p.sscc, p.tracking_number as tracking, p.weight_grams as grams, p.carrier_code || ' ' || p.service as carrier,
       o.external_ref as "order", l.code as lane, a.code as actual, s.code as staging,
       (select count(*)::int from exceptions e where e.site_id = p.site_id and e.parcel_id = p.id and e.resolved_at is null) as trouble
     from parcels p join orders o on o.site_id = p.site_id and o.id = p.order_id
     left join lanes l on l.site_id = p.site_id and l.id = p.lane_id
     left join lanes a on a.site_id = p.site_id and a.id = p.actual_lane_id
     left join locations s on s.site_id = p.site_id and s.id = p.staging_location_id
     where p.site_id = $1 and (p.sscc = $2 or p.tracking_number = $2)`,
    [tx.siteId, code],
  );
  if (!found) return null;
  const facts = [
    fact('State', found.state),
    fact('Order', found.order),
    fact('Carrier', found.carrier),
    fact('Weight', found.grams === null ? null : `${found.grams} g`),
    fact('Lane', found.actual ?? found.lane),
    fact('Staging', found.staging),
  ];
  if (found.trouble) facts.push(fact('Open exceptions', found.trouble));
  return {
    kind: 'parcel',
    title: `Parcel ${found.sscc}`,
    facts,
    next: NEXT_FOR_PARCEL[String(found.state)] ?? null,
  };
}

async function item(tx: Tx, barcodes: string[], sku: string | null): Promise<WhatIs | null> {
  const found = await rows<{ id: string; sku: string; name: string; merchant: string; pack: number | null }>(
    tx,
    `select i.id, i.sku, i.name, m.code as merchant, b.quantity as pack from items i join merchants m on m.id = i.merchant_id
     left join item_barcodes b on b.item_id = i.id and b.barcode = any($1::text[])
     where i.sku = $2 or b.barcode is not null order by m.code limit ${LISTED_MAX}`,
    [barcodes, sku],
  );
  const [first] = found;
  if (!first) return null;
  const places = await rows<{ code: string; quantity: number }>(
    tx,
    `select c.code, sum(l.quantity)::int as quantity from levels l join locations c on c.site_id = l.site_id and c.id = l.account_id
     where l.site_id = $1 and l.account_kind = 'location' and l.item_id = $2 and l.quantity > 0
     group by c.code order by 2 desc, 1 limit ${LISTED_MAX}`,
    [tx.siteId, first.id],
  );
  const facts = [
    fact('SKU', first.sku),
    fact('Merchant', found.map(({ merchant }) => merchant).join(', ')),
    ...(first.pack && first.pack > 1 ? [fact('Pack of', first.pack)] : []),
    ...places.map(({ code, quantity }) => fact(code, quantity)),
  ];
  return {
    kind: 'item',
    title: first.name,
    facts,
    next: places[0] ? `It lives in ${places[0].code}.` : 'There is none on the shelves.',
  };
}

async function location(tx: Tx, code: string): Promise<WhatIs | null> {
  const place = await row<{ id: string; type: string; zone: string; blocked: boolean }>(
    tx,
    `select l.id, l.type, z.name as zone, l.blocked from locations l join zones z on z.site_id = l.site_id and z.id = l.zone_id
     where l.site_id = $1 and l.code = $2`,
    [tx.siteId, code],
  );
  if (!place) return null;
  const stock = await contents(tx, 'location', place.id);
  const facts = [
    fact('Zone', place.zone),
    fact('Type', place.type),
    ...stock.map(({ sku, quantity }) => fact(sku, quantity)),
  ];
  const next = place.blocked
    ? 'It is blocked: take nothing from it.'
    : stock.length === 0
      ? 'The book says it is empty.'
      : null;
  return { kind: 'location', title: code, facts, next };
}

async function tote(tx: Tx, lpn: string): Promise<WhatIs | null> {
  const found = await row<{
    id: string;
    state: string;
    order: string | null;
    station: string | null;
    toSort: boolean;
  }>(
    tx,
    `select c.id, c.state, o.external_ref as "order", s.code as station, exists (select 1 from tasks t
       where t.site_id = c.site_id and t.container_id = c.id and t.to_sort > 0) as "toSort" from containers c
     left join run_slots r on r.site_id = c.site_id and r.container_id = c.id and r.state in ('open', 'picked', 'dropped', 'packing')
     left join orders o on o.site_id = r.site_id and o.id = r.order_id
     left join stations s on s.site_id = c.site_id and s.id = c.station_id
     where c.site_id = $1 and c.lpn = $2`,
    [tx.siteId, lpn],
  );
  if (!found) return null;
  const stock = await contents(tx, 'container', found.id);
  const facts = [
    fact('State', found.state),
    fact('Order', found.order),
    fact('Station', found.station),
    ...stock.map(({ sku, quantity }) => fact(sku, quantity)),
  ];
  const next =
    found.state === 'empty'
      ? 'It is free to use.'
      : found.toSort
        ? 'Goods of several orders: bring it to its put wall.'
        : found.order
          ? 'Bring it to its pack bench.'
          : null;
  return { kind: 'tote', title: lpn, facts, next };
}

function contents(
  tx: Tx,
  kind: 'location' | 'container',
  id: string,
): Promise<{ sku: string; quantity: number }[]> {
  return rows(
    tx,
    `select i.sku || case when l.lot = '' then '' else ' lot ' || l.lot end as sku, l.quantity from levels l
     join items i on i.id = l.item_id where l.site_id = $1 and l.account_kind = $2 and l.account_id = $3 and l.quantity > 0
     order by 1 limit ${LISTED_MAX}`,
    [tx.siteId, kind, id],
  );
}

async function named(tx: Tx, kind: string, sql: string, code: string): Promise<WhatIs | null> {
  const found = await row<{ title: string; detail: string }>(tx, sql, [tx.siteId, code]);
  return (
    found && { kind, title: found.title, facts: [fact('Code', code), fact('Kind', found.detail)], next: null }
  );
}
