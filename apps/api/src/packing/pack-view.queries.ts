import type { CartonView, PackView, PrintView } from '#lib/contracts';
import type { SizeMm } from '#lib/planning';
import { row, rows, type Tx } from '../platform/database.service.js';
import type { PackLine, ToteLot } from './pack-scan.js';
import { unknownParcel } from './packing.errors.js';
import type { ParcelState } from './parcels.service.js';

/** Everything about a parcel on the bench that its rules need. */
export interface BenchParcel {
  id: string;
  state: ParcelState;
  orderId: string;
  orderState: string;
  externalRef: string;
  merchantId: string;
  merchantCode: string;
  carrierCode: string;
  service: string;
  sscc: string | null;
  trackingNumber: string | null;
  numberInOrder: number;
  toteId: string | null;
  tote: string | null;
  stationId: string | null;
  weightGrams: number | null;
  carton: CartonView & { id: string; innerMaxGrams: number };
  suggestedCartonId: string | null;
  because: string[];
}

export interface PackedLine extends PackLine {
  picked: number;
  packed: number;
  inThisParcel: number;
  fragile: boolean;
  lengthMm: number;
  widthMm: number;
  heightMm: number;
}

/** The parcel with its order, carton and tote; locks the parcel's row where asked. */
export async function benchParcel(tx: Tx, parcelId: string, lock = false): Promise<BenchParcel> {
  const found = await row<BenchParcel>(
    tx,
    `select p.id, p.state, p.order_id as "orderId", o.state as "orderState", o.external_ref as "externalRef",
       p.merchant_id as "merchantId", m.code as "merchantCode", p.carrier_code as "carrierCode", p.service, p.sscc,
       p.tracking_number as "trackingNumber", p.number_in_order as "numberInOrder", p.source_container_id as "toteId",
       c.lpn as tote, p.station_id as "stationId", p.weight_grams as "weightGrams",
       p.suggested_carton_id as "suggestedCartonId", p.because,
       json_build_object('id', t.id, 'code', t.code, 'name', t.name, 'lengthMm', t.length_mm, 'widthMm', t.width_mm,
         'heightMm', t.height_mm, 'tareGrams', t.tare_grams, 'innerMaxGrams', t.max_grams) as carton
     from parcels p
     join orders o on o.site_id = p.site_id and o.id = p.order_id
     join merchants m on m.id = p.merchant_id
     join carton_types t on t.site_id = p.site_id and t.id = p.carton_type_id
     left join containers c on c.site_id = p.site_id and c.id = p.source_container_id
     where p.site_id = $1 and p.id = $2 ${lock ? 'for update of p' : ''}`,
    [tx.siteId, parcelId],
  );
  if (!found) throw unknownParcel();
  return found;
}

/** What lies in a tote, by item and lot. */
export function toteContents(tx: Tx, toteId: string | null): Promise<ToteLot[]> {
  if (toteId === null) return Promise.resolve([]);
  return rows(
    tx,
    `select item_id as "itemId", lot, quantity from levels
     where site_id = $1 and account_kind = 'container' and account_id = $2 and quantity > 0 order by item_id, lot`,
    [tx.siteId, toteId],
  );
}

/**
 * The order's lines as they stand at the bench. `left` is what of the line lies in this tote: what was picked and is not packed, as
 * far as the tote holds it; where two lines want the same item, the earlier line gets it first.
 */
export async function packedLines(
  tx: Tx,
  parcel: BenchParcel,
  tote: readonly ToteLot[],
): Promise<PackedLine[]> {
  const lines = await rows<Omit<PackedLine, 'left'>>(
    tx,
    `select l.id as "orderLineId", l.item_id as "itemId", i.sku, i.name, i.weight_grams as "weightGrams", i.fragile,
       i.length_mm as "lengthMm", i.width_mm as "widthMm", i.height_mm as "heightMm", l.picked, l.packed,
       coalesce((select sum(c.quantity) from parcel_contents c
         where c.site_id = l.site_id and c.parcel_id = $3 and c.order_line_id = l.id), 0)::int as "inThisParcel",
       coalesce((select json_agg(json_build_object('code', b.barcode, 'quantity', b.quantity) order by b.quantity, b.barcode)
         from item_barcodes b where b.item_id = l.item_id), '[]'::json) as barcodes
     from order_lines l join items i on i.id = l.item_id
     where l.site_id = $1 and l.order_id = $2 order by l.line_no`,
    [tx.siteId, parcel.orderId, parcel.id],
  );
  const inTote = new Map<string, number>();
  for (const { itemId, quantity } of tote) inTote.set(itemId, (inTote.get(itemId) ?? 0) + quantity);
  return lines.map((line) => {
    const there = inTote.get(line.itemId) ?? 0;
    const left = Math.max(0, Math.min(there, line.picked - line.packed));
    inTote.set(line.itemId, there - left);
    return { ...line, left };
  });
}

/** What the goods and the carton should weigh together. */
export function expectedGrams(lines: readonly PackedLine[], tareGrams: number): number {
  return lines.reduce((sum, line) => sum + line.inThisParcel * line.weightGrams, tareGrams);
}

/** The room in the carton that the goods in it leave, in millilitres; none where they stand above its rim. */
function voidMl(lines: readonly PackedLine[], carton: SizeMm): number {
  const goodsMm3 = lines.reduce((sum, line) => sum + line.inThisParcel * volumeMm3(line), 0);
  return Math.max(0, Math.round((volumeMm3(carton) - goodsMm3) / 1000));
}

function volumeMm3({ lengthMm, widthMm, heightMm }: SizeMm): number {
  return lengthMm * widthMm * heightMm;
}

/** The parcel as the packer's screen shows it. */
export async function packView(tx: Tx, parcelId: string): Promise<PackView> {
  const parcel = await benchParcel(tx, parcelId);
  const atBench = ['open', 'closed', 'verified'].includes(parcel.state);
  const lines = await packedLines(tx, parcel, atBench ? await toteContents(tx, parcel.toteId) : []);
  const { id: _id, innerMaxGrams: _max, ...carton } = parcel.carton;
  return {
    parcelId: parcel.id,
    parcelState: parcel.state,
    sscc: parcel.sscc,
    orderId: parcel.orderId,
    externalRef: parcel.externalRef,
    merchantCode: parcel.merchantCode,
    carrier: parcel.carrierCode,
    service: parcel.service,
    tote: parcel.tote,
    suggestedCarton: (await cartonOf(tx, parcel.suggestedCartonId)) ?? carton,
    carton,
    because: parcel.because,
    lines: lines
      .filter((line) => line.left > 0 || line.inThisParcel > 0)
      .map(({ orderLineId, sku, name, barcodes, left, packed, inThisParcel, fragile }) => ({
        orderLineId,
        sku,
        name,
        barcodes: [...barcodes],
        picked: packed + left,
        packed,
        inThisParcel,
        fragile,
      })),
    voidMl: voidMl(lines, carton),
    expectedGrams: expectedGrams(lines, carton.tareGrams),
    weightGrams: parcel.weightGrams,
    trackingNumber: parcel.trackingNumber,
    print: await newestPrint(tx, parcel.id),
  };
}

async function newestPrint(tx: Tx, parcelId: string): Promise<PrintView | null> {
  return row(
    tx,
    `select p.id, p.state, p.reason, d.code as device from prints p
     join devices d on d.site_id = p.site_id and d.id = p.device_id
     where p.site_id = $1 and p.parcel_id = $2 order by p.created_at desc, p.id desc limit 1`,
    [tx.siteId, parcelId],
  );
}

async function cartonOf(tx: Tx, cartonId: string | null): Promise<CartonView | null> {
  return row(
    tx,
    `select code, name, length_mm as "lengthMm", width_mm as "widthMm", height_mm as "heightMm", tare_grams as "tareGrams"
     from carton_types where site_id = $1 and id = $2`,
    [tx.siteId, cartonId],
  );
}
