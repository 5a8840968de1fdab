import { Injectable } from '@nestjs/common';
import type { ItemView, NewItem, Page } from '#lib/contracts';
import { MerchantsService } from '../merchants/merchants.service.js';
import { currentActor } from '../platform/context.js';
import { Database, row, rows, type Tx } from '../platform/database.service.js';
import { invalid } from '../platform/http/validation.js';
import { newId } from '../platform/ids.js';
import { type FieldError, Refusal } from '../platform/refusal.js';
import { itemFaults, keptBarcode } from './item-faults.js';

/** One item of a file, or why it can't be read. */
export interface ItemRow {
  row: number;
  item: unknown;
  /** Set when the row could not even be read. */
  fault?: FieldError;
}

export type ItemResult =
  | { row: number; sku: string; status: 'created' | 'updated'; itemId: string }
  | {
      row: number;
      sku: string | null;
      status: 'refused';
      code: string;
      detail: string;
      errors?: FieldError[];
    };

/** An item whose merchant and form have been checked. */
export interface KeptItem {
  row: number;
  merchantId: string;
  item: NewItem;
}

export interface ItemFilter {
  merchantCode?: string;
  /** Begins the SKU or the name, or is a barcode. */
  search?: string;
  cursor?: string;
  limit: number;
}

/** What the merchants own: items with barcodes, sizes, weights and tracking rules. */
@Injectable()
export class CatalogService {
  constructor(
    private readonly db: Database,
    private readonly merchants: MerchantsService,
  ) {}

  list({ merchantCode, search, cursor, limit }: ItemFilter): Promise<Page<ItemView>> {
    return this.db.transaction(async (tx) => {
      const items = await rows<ItemView>(
        tx,
        `${VIEW} where ($1::text is null or m.code = $1) and i.id > $2
           and ($3::text is null or i.sku ilike $4 or i.name ilike $4
             or exists (select from item_barcodes b where b.item_id = i.id and b.barcode = $5))
         order by i.id limit $6`,
        [
          merchantCode ?? null,
          cursor ?? '00000000-0000-0000-0000-000000000000',
          search ?? null,
          search ? `${search.replace(/[\\%_]/g, '\\$&')}%` : null,
          search ? keptBarcode(search) : null,
          limit,
        ],
      );
      return { items, next: items.length === limit ? items.at(-1)!.id : null };
    });
  }

  /** @throws Refusal catalog.unknown-item, also for an item of another merchant */
  item(id: string): Promise<ItemView> {
    return this.db.transaction(async (tx) => {
      const item = await row<ItemView>(tx, `${VIEW} where i.id = $1`, [id]);
      if (!item) throw new Refusal('catalog.unknown-item', 'There is no such item.', { status: 404 });
      return item;
    });
  }

  /** Adds an item or changes the one with this SKU. */
  async put(item: unknown): Promise<ItemView> {
    const faults = itemFaults(item);
    if (faults.length > 0) throw invalid(faults);
    const [result] = await this.putRows([{ row: 1, item }]);
    if (result!.status !== 'refused') return this.item(result!.itemId);
    const { code, detail, errors } = result!;
    throw new Refusal(code as 'catalog.refused', detail, { status: errors ? 400 : 409, errors });
  }

  /** Takes a batch of rows on: each is kept whole or refused whole, and says which. */
  putRows(batch: readonly ItemRow[]): Promise<ItemResult[]> {
    return this.db.transaction(async (tx) => {
      const { kept, refused } = await this.check(tx, batch);
      const put = await this.putItems(tx, kept);
      return [...refused, ...put].sort((one, other) => one.row - other.row);
    });
  }

  /** Writes checked items in the caller's transaction; a barcode that names another item of the merchant refuses its row. */
  async putItems(tx: Tx, items: readonly KeptItem[]): Promise<ItemResult[]> {
    // The same SKU twice in a batch: the last row counts, as if they had come one after the other.
    const nameOf = ({ merchantId, item }: KeptItem) => `${merchantId} ${item.sku}`;
    const groups = new Map<string, KeptItem[]>();
    for (const each of items) groups.set(nameOf(each), [...(groups.get(nameOf(each)) ?? []), each]);
    const { free, refused } = await refuseTakenBarcodes(
      tx,
      [...groups.values()].map((group) => group.at(-1)!),
    );
    const written = await writeItems(tx, free);
    const answered = free.flatMap((last, at) =>
      groups.get(nameOf(last))!.map(({ row: rowNo }, nth): ItemResult => {
        const result = written[at]!;
        return { ...result, row: rowNo, status: nth === 0 ? result.status : 'updated' };
      }),
    );
    return [...refused, ...answered];
  }

  private async check(
    tx: Tx,
    batch: readonly ItemRow[],
  ): Promise<{ kept: KeptItem[]; refused: ItemResult[] }> {
    const codes = batch.flatMap(({ item }) => (item as NewItem | null)?.merchantCode ?? []);
    const known = await this.merchants.idsByCode(
      tx,
      codes.filter((code) => typeof code === 'string'),
    );
    const actor = currentActor();
    const own = actor?.kind === 'merchant' ? actor.merchantId : null;
    const kept: KeptItem[] = [];
    const refused: ItemResult[] = [];
    for (const { row: at, item, fault } of batch) {
      const faults = fault ? [fault] : itemFaults(item);
      const { merchantCode, sku } = (item ?? {}) as Partial<NewItem>;
      const merchantId = merchantCode === undefined ? own : (known.get(merchantCode) ?? null);
      if (faults.length === 0 && !merchantId)
        faults.push({ field: 'merchantCode', message: 'names no merchant' });
      if (faults.length === 0) kept.push({ row: at, merchantId: merchantId!, item: item as NewItem });
      else refused.push(refusedRow(at, sku, faults));
    }
    return { kept, refused };
  }
}

const VIEW = `select i.id, m.code as "merchantCode", i.sku, i.name, i.length_mm as "lengthMm", i.width_mm as "widthMm",
    i.height_mm as "heightMm", i.weight_grams as "weightGrams", i.tracking, i.fragile, i.active,
    coalesce((select jsonb_agg(jsonb_build_object('code', b.barcode, 'quantity', b.quantity) order by b.quantity, b.barcode)
      from item_barcodes b where b.item_id = i.id), '[]') as barcodes
  from items i join merchants m on m.id = i.merchant_id`;

function refusedRow(at: number, sku: unknown, errors: FieldError[]): ItemResult {
  const [first] = errors;
  const detail =
    errors.length === 1 ? `${first!.field} ${first!.message}.` : `${errors.length} fields are wrong.`;
  const name = typeof sku === 'string' ? sku.slice(0, 64) : null;
  return { row: at, sku: name, status: 'refused', code: 'request.invalid', detail, errors };
}

/** A barcode names one item of a merchant: rows that want one of another item are refused, the first of two in a batch wins. */
async function refuseTakenBarcodes(
  tx: Tx,
  items: readonly KeptItem[],
): Promise<{ free: KeptItem[]; refused: ItemResult[] }> {
  const wanted = items.flatMap(({ merchantId, item }) =>
    item.barcodes.map(({ code }) => ({ merchantId, barcode: keptBarcode(code) })),
  );
  const found = await rows<{ merchant_id: string; barcode: string; sku: string }>(
    tx,
    `select b.merchant_id, b.barcode, i.sku from item_barcodes b join items i on i.id = b.item_id
     where (b.merchant_id, b.barcode) in (select * from unnest($1::uuid[], $2::text[]))`,
    [wanted.map((each) => each.merchantId), wanted.map((each) => each.barcode)],
  );
  const owner = new Map(found.map((each) => [`${each.merchant_id} ${each.barcode}`, each.sku]));
  const free: KeptItem[] = [];
  const refused: ItemResult[] = [];
  for (const kept of items) {
    const keys = kept.item.barcodes.map(({ code }) => `${kept.merchantId} ${keptBarcode(code)}`);
    const taken = keys.findIndex((key) => owner.has(key) && owner.get(key) !== kept.item.sku);
    if (taken < 0) {
      for (const key of keys) owner.set(key, kept.item.sku);
      free.push(kept);
      continue;
    }
    const { code } = kept.item.barcodes[taken]!;
    const detail = `The barcode ${code} belongs to ${owner.get(keys[taken]!)} already.`;
    refused.push({
      row: kept.row,
      sku: kept.item.sku,
      status: 'refused',
      code: 'catalog.barcode-taken',
      detail,
    });
  }
  return { free, refused };
}

type Written = Extract<ItemResult, { status: 'created' | 'updated' }>;

async function writeItems(tx: Tx, kept: readonly KeptItem[]): Promise<Written[]> {
  if (kept.length === 0) return [];
  const column = (pick: (item: NewItem) => unknown) => kept.map(({ item }) => pick(item));
  const ids = kept.map(() => newId());
  const written = await rows<{ id: string; merchant_id: string; sku: string }>(
    tx,
    `insert into items (id, merchant_id, sku, name, length_mm, width_mm, height_mm, weight_grams, tracking, fragile, updated_at)
     select i.*, $11 from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::int[],
       $9::text[], $10::boolean[]) as i
     on conflict (merchant_id, sku) do update set name = excluded.name, length_mm = excluded.length_mm,
       width_mm = excluded.width_mm, height_mm = excluded.height_mm, weight_grams = excluded.weight_grams,
       tracking = excluded.tracking, fragile = excluded.fragile, updated_at = excluded.updated_at
     returning id, merchant_id, sku`,
    [
      ids,
      kept.map(({ merchantId }) => merchantId),
      column((item) => item.sku),
      column((item) => item.name),
      column((item) => item.lengthMm),
      column((item) => item.widthMm),
      column((item) => item.heightMm),
      column((item) => item.weightGrams),
      column((item) => item.tracking ?? 'none'),
      column((item) => item.fragile ?? false),
      tx.at,
    ],
  );
  const idOf = new Map(written.map((each) => [`${each.merchant_id} ${each.sku}`, each.id]));
  const fresh = new Set(ids);
  const results = kept.map(({ row: at, merchantId, item }): Written => {
    const itemId = idOf.get(`${merchantId} ${item.sku}`)!;
    return { row: at, sku: item.sku, status: fresh.has(itemId) ? 'created' : 'updated', itemId };
  });
  await writeBarcodes(tx, kept, results);
  return results;
}

/** The item's barcodes become exactly those that were sent. */
async function writeBarcodes(tx: Tx, kept: readonly KeptItem[], results: readonly Written[]): Promise<void> {
  await rows(tx, 'delete from item_barcodes where item_id = any($1::uuid[])', [
    results.map((each) => each.itemId),
  ]);
  const barcodes = kept.flatMap(({ merchantId, item }, at) =>
    item.barcodes.map(({ code, quantity = 1 }) => ({
      merchantId,
      code: keptBarcode(code),
      quantity,
      itemId: results[at]!.itemId,
    })),
  );
  await rows(
    tx,
    `insert into item_barcodes (merchant_id, barcode, item_id, quantity)
     select b.* from unnest($1::uuid[], $2::text[], $3::uuid[], $4::int[]) as b on conflict do nothing`,
    [
      barcodes.map((each) => each.merchantId),
      barcodes.map((each) => each.code),
      barcodes.map((each) => each.itemId),
      barcodes.map((each) => each.quantity),
    ],
  );
}
