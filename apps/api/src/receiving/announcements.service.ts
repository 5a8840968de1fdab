import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import type { ReceiptView } from '#lib/contracts';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { fieldErrors, invalid } from '../platform/http/validation.js';
import { newId } from '../platform/ids.js';
import { type FieldError, Refusal } from '../platform/refusal.js';
import type { ReceiptRow } from './read-receipt-rows.js';
import { NewReceiptDto } from './receiving.dto.js';
import { ReceivingQueries } from './receiving.queries.js';
import './receiving.events.js';

/** What became of one receipt of a file. */
export type ReceiptRowResult =
  | { row: number; reference: string; status: 'created' | 'duplicate'; receiptId: string }
  | { row: number; status: 'refused'; code: string; detail: string; errors?: FieldError[] };

/** Receipts that merchants announce, one by one or as a file. */
@Injectable()
export class AnnouncementsService {
  constructor(
    private readonly db: Database,
    private readonly queries: ReceivingQueries,
  ) {}

  /** Takes an announcement on; the same reference again is answered with the receipt that is there. */
  async announceReceipt(announced: NewReceiptDto): Promise<{ created: boolean; receipt: ReceiptView }> {
    const { id, created } = await this.db.transaction((tx) => this.announce(tx, announced));
    return { created, receipt: await this.queries.receipt(id) };
  }

  /** One receipt of a file: a fault is its own outcome and does not stop the others. */
  async announceRow({ row: number, receipt, fault }: ReceiptRow): Promise<ReceiptRowResult> {
    try {
      if (fault !== null) throw invalid([{ field: 'row', message: fault }]);
      const announced = checked(receipt);
      const { id, created } = await this.db.transaction((tx) => this.announce(tx, announced));
      const status = created ? 'created' : 'duplicate';
      return { row: number, reference: announced.reference, status, receiptId: id };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { code, message: detail, details } = error;
      return { row: number, status: 'refused', code, detail, errors: details.errors };
    }
  }

  private async announce(tx: Tx, announced: NewReceiptDto): Promise<{ id: string; created: boolean }> {
    const own = tx.actor.kind === 'merchant' ? tx.actor.merchantId : null;
    const merchant = await row<{ id: string }>(
      tx,
      `select id from merchants where (id = $1 or $1::uuid is null) and ($2::text is null and $1::uuid is not null or code = $2)`,
      [own, announced.merchantCode ?? null],
    );
    if (!merchant) {
      const errors = [{ field: 'merchantCode', message: 'names no merchant' }];
      throw new Refusal('receiving.unknown-merchant', 'Say whose goods these are.', { status: 422, errors });
    }
    const items = await this.itemsOf(tx, merchant.id, announced);
    const id = newId();
    const expectedAt = announced.expectedOn ? new Date(`${announced.expectedOn}T00:00:00Z`) : null;
    const inserted = await affected(
      tx,
      `insert into receipts (site_id, id, merchant_id, reference, state, expected_at, created_at)
       values ($1, $2, $3, $4, 'expected', $5, $6) on conflict (site_id, merchant_id, reference) do nothing`,
      [tx.siteId, id, merchant.id, announced.reference, expectedAt, tx.at],
    );
    if (inserted === 0) {
      const first = await row<{ id: string }>(
        tx,
        `select id from receipts where site_id = $1 and merchant_id = $2 and reference = $3`,
        [tx.siteId, merchant.id, announced.reference],
      );
      return { id: first!.id, created: false };
    }
    await this.insertLines(tx, { id, merchantId: merchant.id }, announced, items);
    const data = { receiptId: id, reference: announced.reference };
    await addEvent(tx, {
      type: 'receiving.receipt-announced',
      aggregateId: id,
      merchantId: merchant.id,
      data,
    });
    return { id, created: true };
  }

  private async itemsOf(tx: Tx, merchantId: string, announced: NewReceiptDto): Promise<Map<string, string>> {
    const found = await rows<{ id: string; sku: string }>(
      tx,
      `select id, sku from items where merchant_id = $1 and sku = any($2::text[])`,
      [merchantId, announced.lines.map((line) => line.sku)],
    );
    const items = new Map(found.map(({ sku, id }) => [sku, id]));
    const errors = announced.lines.flatMap(({ sku }, at) =>
      items.has(sku) ? [] : [{ field: `lines.${at}.sku`, message: `there is no item ${sku}` }],
    );
    if (errors.length > 0) {
      const detail = `${errors.length} of the announced items are unknown.`;
      throw new Refusal('receiving.unknown-sku', detail, {
        status: 422,
        facts: { count: errors.length },
        errors,
      });
    }
    return items;
  }

  private async insertLines(
    tx: Tx,
    receipt: { id: string; merchantId: string },
    announced: NewReceiptDto,
    items: ReadonlyMap<string, string>,
  ): Promise<void> {
    const { lines } = announced;
    await affected(
      tx,
      `insert into receipt_lines (site_id, id, receipt_id, merchant_id, line_no, item_id, expected, lot, expires_on)
       select $1, l.id, $2, $3, l.no, l.item, l.expected, l.lot, l.expires_on
       from unnest($4::uuid[], $5::int[], $6::uuid[], $7::int[], $8::text[], $9::date[])
         as l (id, no, item, expected, lot, expires_on) on conflict do nothing`,
      [
        tx.siteId,
        receipt.id,
        receipt.merchantId,
        lines.map(() => newId()),
        lines.map((_, at) => at + 1),
        lines.map(({ sku }) => items.get(sku)!),
        lines.map(({ quantity }) => quantity),
        lines.map(({ lot }) => lot ?? ''),
        lines.map(({ expiresOn }) => expiresOn ?? null),
      ],
    );
  }
}

function checked(receipt: unknown): NewReceiptDto {
  const plain = typeof receipt === 'object' && receipt !== null && !Array.isArray(receipt) ? receipt : {};
  const instance = plainToInstance(NewReceiptDto, plain);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    stopAtFirstError: true,
  });
  if (errors.length > 0) throw invalid(fieldErrors(errors));
  return instance;
}
