import { Injectable } from '@nestjs/common';
import type { NewOrder, RowResult } from '#lib/contracts';
import { PromisesService } from '../inventory/promises.service.js';
import { affected, Database, row, rows, type Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import { newId } from '../platform/ids.js';
import type { FieldError } from '../platform/refusal.js';
import { type Acceptance, acceptOrder, type Offered, serviceKey } from './accept-orders.js';
import { bodyHash, type OrderBody, orderBody, orderDifferences } from './order-body.js';
import './orders.events.js';

/** One order of a request: well-formed, or what is wrong with it. */
export interface IntakeRow {
  /** From 1, as the sender counts. */
  row: number;
  order: NewOrder | null;
  /** The reference as far as it could be read. */
  externalRef: string | null;
  faults: FieldError[];
}

interface Candidate {
  row: number;
  id: string;
  merchantId: string;
  order: NewOrder;
  body: OrderBody;
  hash: string;
  acceptance: Extract<Acceptance, { accepted: true }>;
}

interface NewLine {
  id: string;
  lineNo: number;
  candidate: Candidate;
  itemId: string;
  sku: string;
  quantity: number;
  promised: number;
}

/** Takes orders on: checked, unique by the merchant's reference, and promised at once as far as there is stock. */
@Injectable()
export class IntakeService {
  constructor(
    private readonly db: Database,
    private readonly promises: PromisesService,
  ) {}

  /**
   * Takes a batch on in one transaction; every row has its own outcome and none is taken on by half. The same reference with
   * the same body is answered as the first time, with another body it is a conflict that names the differences.
   */
  async acceptOrders(batch: readonly IntakeRow[]): Promise<RowResult[]> {
    const results = await this.db.transaction(async (tx) => {
      const answers = new Map<number, RowResult>();
      const candidates = await this.check(tx, batch, answers);
      const firsts = firstsByRef(candidates);
      const created = await this.insertOrders(tx, [...firsts.values()]);
      const shortIds = await this.insertLines(tx, created);
      await this.tellAccepted(tx, created, shortIds);
      for (const each of created) {
        const state = shortIds.has(each.id) ? 'accepted' : 'ready';
        answers.set(each.row, {
          row: each.row,
          externalRef: each.order.externalRef,
          status: 'created',
          orderId: each.id,
          state,
        });
      }
      await this.answerRepeated(
        tx,
        candidates.filter((each) => !created.includes(each)),
        answers,
      );
      return answers;
    });
    return batch.map(({ row: number }) => results.get(number)!);
  }

  private async check(
    tx: Tx,
    batch: readonly IntakeRow[],
    answers: Map<number, RowResult>,
  ): Promise<Candidate[]> {
    const sound = batch.filter((each) => each.order !== null && each.faults.length === 0);
    for (const { row: number, externalRef, faults, order } of batch) {
      if (order !== null && faults.length === 0) continue;
      const detail = `${faults[0]?.field ?? 'order'} ${faults[0]?.message ?? 'is wrong'}${faults.length > 1 ? `, and ${faults.length - 1} more faults` : ''}.`;
      answers.set(number, {
        row: number,
        externalRef,
        status: 'refused',
        code: 'orders.invalid',
        detail,
        errors: faults,
      });
    }
    const offered = await this.loadOffered(tx, sound);
    const candidates: Candidate[] = [];
    for (const { row: number, order } of sound) {
      const externalRef = order!.externalRef;
      const merchant = offered.merchantOf(order!);
      if (!merchant) {
        const detail = order!.merchantCode
          ? `There is no merchant ${order!.merchantCode}.`
          : 'Say whose order this is.';
        const errors = [{ field: 'merchantCode', message: 'names no merchant' }];
        answers.set(number, {
          row: number,
          externalRef,
          status: 'refused',
          code: 'orders.unknown-merchant',
          detail,
          errors,
        });
        continue;
      }
      const acceptance = acceptOrder(order!, merchant.offered);
      if (acceptance.accepted) {
        const body = orderBody(order!);
        candidates.push({
          row: number,
          id: newId(),
          merchantId: merchant.id,
          order: order!,
          body,
          hash: bodyHash(body),
          acceptance,
        });
      } else {
        const { code, detail, errors } = acceptance;
        answers.set(number, { row: number, externalRef, status: 'refused', code, detail, errors });
      }
    }
    return candidates;
  }

  private async loadOffered(tx: Tx, batch: readonly IntakeRow[]) {
    const site = await row<{ timezone: string }>(tx, `select timezone from sites where id = $1`, [tx.siteId]);
    const services = await rows<{ carrier_code: string; service: string; cut_off_time: string }>(
      tx,
      `select carrier_code, service, cut_off_time from carrier_services where site_id = $1`,
      [tx.siteId],
    );
    const codes = [...new Set(batch.map((each) => each.order!.merchantCode ?? ''))];
    const own = tx.actor.kind === 'merchant' ? tx.actor.merchantId : null;
    const merchants = await rows<{ id: string; code: string }>(
      tx,
      `select id, code from merchants where (id = $1 or ($1::uuid is null and code = any($2::text[]))) and active`,
      [own, codes],
    );
    const skus = [...new Set(batch.flatMap((each) => each.order!.lines.map((line) => line.sku)))];
    const items = await rows<{ id: string; merchant_id: string; sku: string; active: boolean }>(
      tx,
      `select id, merchant_id, sku, active from items where merchant_id = any($1::uuid[]) and sku = any($2::text[])`,
      [merchants.map((each) => each.id), skus],
    );
    const shared = {
      now: tx.at,
      timeZone: site?.timezone ?? 'UTC',
      carriers: new Set(services.map((each) => each.carrier_code)),
      services: new Map(
        services.map((each) => [
          serviceKey(each.carrier_code, each.service),
          { cutOffTime: each.cut_off_time },
        ]),
      ),
    };
    const known = merchants.map(({ id, code }) => {
      const itemsOf = items
        .filter((item) => item.merchant_id === id)
        .map((item) => [item.sku, item] as const);
      return { id, code, offered: { ...shared, items: new Map(itemsOf) } satisfies Offered };
    });
    return {
      // A key that names another merchant asks for what it has no right to: the same as a merchant that is not there.
      merchantOf: ({ merchantCode }: NewOrder) =>
        own !== null && merchantCode === undefined
          ? known[0]
          : known.find(({ code }) => code === merchantCode),
    };
  }

  private async insertOrders(tx: Tx, candidates: readonly Candidate[]): Promise<Candidate[]> {
    if (candidates.length === 0) return [];
    const column = <T>(of: (each: Candidate) => T) => candidates.map(of);
    const inserted = await rows<{ id: string }>(
      tx,
      `insert into orders (site_id, id, merchant_id, external_ref, body_hash, body, state, priority, carrier_code, service,
         cut_off_at, consignee, line_count, unit_count, received_at, state_at)
       select $1, o.id, o.merchant_id, o.ref, o.hash, o.body, 'ready', o.priority, o.carrier, o.service, o.cut_off_at,
         o.body -> 'consignee', o.line_count, o.unit_count, $2, $2
       from unnest($3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::jsonb[], $8::int[], $9::text[], $10::text[],
         $11::timestamptz[], $12::int[], $13::int[])
         as o (id, merchant_id, ref, hash, body, priority, carrier, service, cut_off_at, line_count, unit_count)
       on conflict (site_id, merchant_id, external_ref) do nothing returning id`,
      [
        tx.siteId,
        tx.at,
        column((each) => each.id),
        column((each) => each.merchantId),
        column((each) => each.order.externalRef),
        column((each) => each.hash),
        column((each) => JSON.stringify(each.body)),
        column((each) => each.acceptance.priority),
        column((each) => each.order.carrier),
        column((each) => each.order.service),
        column((each) => each.acceptance.cutOffAt),
        column((each) => each.acceptance.lines.length),
        column((each) => each.acceptance.lines.reduce((sum, line) => sum + line.quantity, 0)),
      ],
    );
    const ids = new Set(inserted.map(({ id }) => id));
    return candidates.filter(({ id }) => ids.has(id));
  }

  /** @returns the orders that have to wait for stock. */
  private async insertLines(tx: Tx, created: readonly Candidate[]): Promise<Set<string>> {
    const lines: NewLine[] = created.flatMap((candidate) =>
      candidate.acceptance.lines.map((line, at) => ({
        id: newId(),
        lineNo: at + 1,
        candidate,
        ...line,
        promised: 0,
      })),
    );
    if (lines.length === 0) return new Set();
    const granted = await this.promises.promise(
      tx,
      lines.map(({ id, candidate, itemId, quantity }) => {
        return { orderLineId: id, merchantId: candidate.merchantId, itemId, quantity };
      }),
    );
    for (const line of lines) line.promised = granted.get(line.id) ?? 0;
    await affected(
      tx,
      `insert into order_lines (site_id, id, order_id, merchant_id, line_no, item_id, ordered, promised, state)
       select $1, l.id, l.order_id, l.merchant_id, l.line_no, l.item_id, l.ordered, l.promised,
         case when l.promised < l.ordered then 'backordered' else 'open' end
       from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::int[], $6::uuid[], $7::int[], $8::int[])
         as l (id, order_id, merchant_id, line_no, item_id, ordered, promised) on conflict do nothing`,
      [
        tx.siteId,
        lines.map((line) => line.id),
        lines.map((line) => line.candidate.id),
        lines.map((line) => line.candidate.merchantId),
        lines.map((line) => line.lineNo),
        lines.map((line) => line.itemId),
        lines.map((line) => line.quantity),
        lines.map((line) => line.promised),
      ],
    );
    return this.noteShort(tx, lines);
  }

  private async noteShort(tx: Tx, lines: readonly NewLine[]): Promise<Set<string>> {
    const waiting = new Map<string, string[]>();
    for (const { candidate, sku, quantity, promised } of lines) {
      if (promised === quantity) continue;
      const texts = waiting.get(candidate.id) ?? [];
      waiting.set(candidate.id, [...texts, `${quantity - promised} of ${sku}`]);
    }
    if (waiting.size > 0) {
      await affected(
        tx,
        `update orders o set state = 'accepted', waiting_for = w.text
         from unnest($2::uuid[], $3::text[]) as w (id, text) where o.site_id = $1 and o.id = w.id`,
        [
          tx.siteId,
          [...waiting.keys()],
          [...waiting.values()].map((texts) => `stock: ${texts.slice(0, 5).join(', ')}`),
        ],
      );
    }
    return new Set(waiting.keys());
  }

  private async tellAccepted(
    tx: Tx,
    created: readonly Candidate[],
    shortIds: ReadonlySet<string>,
  ): Promise<void> {
    await addEvents(
      tx,
      created.map(({ id, merchantId, order: { externalRef } }) => ({
        type: 'orders.order-accepted' as const,
        aggregateId: id,
        orderId: id,
        merchantId,
        data: { orderId: id, externalRef, ready: !shortIds.has(id) },
      })),
    );
  }

  /** Rows whose reference was there before: the first answer again, or a conflict. */
  private async answerRepeated(
    tx: Tx,
    repeated: readonly Candidate[],
    answers: Map<number, RowResult>,
  ): Promise<void> {
    if (repeated.length === 0) return;
    const known = await rows<{
      id: string;
      merchant_id: string;
      external_ref: string;
      body_hash: string;
      body: unknown;
      state: string;
    }>(
      tx,
      `select o.id, o.merchant_id, o.external_ref, o.body_hash, o.body, o.state from orders o
       where o.site_id = $1 and (o.merchant_id, o.external_ref) in (select * from unnest($2::uuid[], $3::text[]))`,
      [tx.siteId, repeated.map((each) => each.merchantId), repeated.map((each) => each.order.externalRef)],
    );
    for (const { row: number, merchantId, order, hash, body } of repeated) {
      const { externalRef } = order;
      const first = known.find(
        (each) => each.merchant_id === merchantId && each.external_ref === externalRef,
      )!;
      if (first.body_hash === hash) {
        answers.set(number, {
          row: number,
          externalRef,
          status: 'duplicate',
          orderId: first.id,
          state: first.state,
        });
        continue;
      }
      const errors = orderDifferences(first.body, body).map((field) => ({
        field,
        message: 'differs from the first order',
      }));
      const detail = `Order ${externalRef} was sent before with other content: ${errors
        .map(({ field }) => field)
        .slice(0, 5)
        .join(', ')}.`;
      answers.set(number, {
        row: number,
        externalRef,
        status: 'conflict',
        code: 'orders.reference-taken',
        detail,
        errors,
      });
    }
  }
}

/** The first row of each reference in a batch; the others are answered from it. */
function firstsByRef(candidates: readonly Candidate[]): Map<string, Candidate> {
  const firsts = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = `${candidate.merchantId} ${candidate.order.externalRef}`;
    if (!firsts.has(key)) firsts.set(key, candidate);
  }
  return firsts;
}
