import { Injectable } from '@nestjs/common';
import type { OrderSummary, OrderView, Page } from '#lib/contracts';
import { Database, row, rows } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';

export interface OrderListFilter {
  state?: string;
  merchantCode?: string;
  externalRef?: string;
  cursor?: string;
  limit: number;
}

interface SummaryRow extends Omit<OrderSummary, 'cutOffAt' | 'receivedAt'> {
  cutOffAt: Date;
  receivedAt: Date;
}

const SUMMARY = `o.id, o.external_ref as "externalRef", m.code as "merchantCode", o.state, o.carrier_code as carrier, o.service,
  o.priority, o.cut_off_at as "cutOffAt", o.line_count as "lineCount", o.unit_count as "unitCount",
  o.received_at as "receivedAt",
  coalesce((select 'hold: ' || h.reason from order_holds h where h.site_id = o.site_id and h.order_id = o.id
    and h.released_at is null and o.state in ('accepted', 'ready') order by h.placed_at limit 1), o.waiting_for) as "waitingFor"`;

@Injectable()
export class OrdersQueries {
  constructor(private readonly db: Database) {}

  /** Newest first. A merchant's key sees its own alone. */
  async list(filter: OrderListFilter): Promise<Page<OrderSummary>> {
    const [beforeAt, beforeId] = readCursor(filter.cursor);
    const found = await this.db.transaction((tx) =>
      rows<SummaryRow>(
        tx,
        `select ${SUMMARY} from orders o join merchants m on m.id = o.merchant_id
         where o.site_id = $1 and ($2::text is null or o.state = $2) and ($3::text is null or m.code = $3)
           and ($4::text is null or o.external_ref = $4)
           and ($5::timestamptz is null or (o.received_at, o.id) < ($5, $6::uuid))
         order by o.received_at desc, o.id desc limit $7`,
        [
          tx.siteId,
          filter.state ?? null,
          filter.merchantCode ?? null,
          filter.externalRef ?? null,
          beforeAt,
          beforeId,
          filter.limit + 1,
        ],
      ),
    );
    const items = found.slice(0, filter.limit).map(asSummary);
    const last = items.at(-1);
    return { items, next: found.length > filter.limit && last ? `${last.receivedAt}~${last.id}` : null };
  }

  async view(orderId: string): Promise<OrderView> {
    return this.db.transaction(async (tx) => {
      const head = await row<SummaryRow & Pick<OrderView, 'consignee' | 'reason'>>(
        tx,
        `select ${SUMMARY}, o.consignee, o.reason from orders o join merchants m on m.id = o.merchant_id
         where o.site_id = $1 and o.id = $2`,
        [tx.siteId, orderId],
      );
      if (!head) throw new Refusal('orders.unknown', 'There is no such order.', { status: 404 });
      const lines = await rows<OrderView['lines'][number]>(
        tx,
        `select l.id, l.line_no as "lineNo", i.sku, i.name, l.ordered, l.promised, l.reserved, l.picked, l.packed, l.shipped,
           l.state, l.reason
         from order_lines l join items i on i.id = l.item_id where l.site_id = $1 and l.order_id = $2 order by l.line_no`,
        [tx.siteId, orderId],
      );
      const holds = await rows<OrderView['holds'][number]>(
        tx,
        `select id, code, reason, placed_by as "placedBy", placed_at as "placedAt", released_at as "releasedAt"
         from order_holds where site_id = $1 and order_id = $2 order by placed_at`,
        [tx.siteId, orderId],
      );
      const parcels = await rows<OrderView['parcels'][number]>(
        tx,
        `select id, sscc, state, tracking_number as "trackingNumber" from parcels
         where site_id = $1 and order_id = $2 order by number_in_order`,
        [tx.siteId, orderId],
      );
      const { consignee, reason, ...summary } = head;
      return { ...asSummary(summary), consignee, reason, lines, holds, parcels };
    });
  }
}

function asSummary(found: SummaryRow): OrderSummary {
  return { ...found, cutOffAt: found.cutOffAt.toISOString(), receivedAt: found.receivedAt.toISOString() };
}

function readCursor(cursor: string | undefined): [Date | null, string | null] {
  if (cursor === undefined) return [null, null];
  const match = /^(.+)~([0-9a-f-]{36})$/.exec(cursor);
  const at = new Date(match?.[1] ?? '');
  if (!match || Number.isNaN(at.getTime())) {
    throw new Refusal('request.invalid', 'The cursor is not one that this list gave out.', { status: 400 });
  }
  return [at, match[2]!];
}
