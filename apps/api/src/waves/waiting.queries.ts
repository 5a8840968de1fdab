import { Injectable } from '@nestjs/common';
import type { Page, WaitingOrderView, WaitingView } from '#lib/contracts';
import { Database, rows, type Tx } from '../platform/database.service.js';
import { Refusal } from '../platform/refusal.js';
import { bothFilters, CANDIDATES, type ReleaseFilter, WAVE_ATTEMPTS_MAX } from './candidates.js';
import { ChannelsService } from './channels.service.js';
import { explainWaiting, type Taker, type WaitingFor, type WaitingKind } from './explain-waiting.js';
import { LEFT_ORDERS } from './left-orders.queries.js';
import { SchedulesQueries } from './schedules.queries.js';
import { roomOf } from './work-in-progress.js';
import { WorkInProgressService } from './work-in-progress.service.js';

interface Waiting {
  takers: Taker[];
  /** SQL of all orders that wait with kind, detail and note, and its parameters. */
  sql: string;
  parameters: unknown[];
}

interface GroupRow {
  kind: WaitingKind;
  detail: string;
  orders: number;
  nearest: Date;
}

type OrderRow = Omit<WaitingOrderView, 'receivedAt' | 'cutOffAt' | 'waitingFor'> & {
  receivedAt: Date;
  cutOffAt: Date;
  kind: WaitingKind;
  detail: string;
  note: string | null;
  left: WaitingFor['left'];
};

const PAGE = 100;

/** Why each order that is not released is not: worked out from what is true now, for every one of them. */
@Injectable()
export class WaitingQueries {
  constructor(
    private readonly db: Database,
    private readonly channels: ChannelsService,
    private readonly schedules: SchedulesQueries,
    private readonly work: WorkInProgressService,
  ) {}

  /** All orders that wait, by reason, the most frequent first. */
  groups(): Promise<WaitingView> {
    return this.db.transaction(async (tx) => {
      const { takers, sql, parameters } = await this.waiting(tx);
      const found = await rows<GroupRow>(
        tx,
        `select kind, detail, count(*)::int as orders, min("cutOffAt") as nearest from (${sql}) w group by kind, detail
         order by count(*) desc, kind, detail`,
        parameters,
      );
      return {
        at: tx.at.toISOString(),
        orders: found.reduce((sum, { orders }) => sum + orders, 0),
        groups: found.map(({ kind, detail, orders, nearest }) => ({
          ...explainWaiting({ kind, detail, note: null }, takers),
          orders,
          nearestCutOffAt: nearest.toISOString(),
        })),
      };
    });
  }

  /** The orders of one reason (all reasons without a code), the most urgent first. */
  orders(filter: { code: string | null; cursor: string | null }): Promise<Page<WaitingOrderView>> {
    return this.db.transaction(async (tx) => {
      const waiting = await this.waiting(tx);
      const [at, id] = readCursor(filter.cursor);
      const places = filter.code === null ? null : placesOf(filter.code, waiting.takers);
      const next = waiting.parameters.length;
      const found = await rows<OrderRow>(
        tx,
        `select * from (${waiting.sql}) w where ($${next + 1}::timestamptz is null or ("cutOffAt", "orderId") > ($${next + 1}, $${next + 2}::uuid))
           and ($${next + 3}::text[] is null or kind = any($${next + 3}) or kind || ' ' || detail = any($${next + 4}::text[])
             or kind = 'wave' and 'wave-' || split_part(detail, ' ', 2) = $${next + 5})
         order by "cutOffAt", "orderId" limit ${PAGE + 1}`,
        [...waiting.parameters, at, id, places?.kinds ?? null, places?.takers ?? [], filter.code],
      );
      const items = found.slice(0, PAGE).map((order) => viewOf(order, waiting.takers));
      const last = items.at(-1);
      return { items, next: found.length > PAGE && last ? `${last.cutOffAt}~${last.orderId}` : null };
    });
  }

  /** Why this one waits. */
  order(orderId: string): Promise<WaitingOrderView> {
    return this.db.transaction(async (tx) => {
      const { takers, sql, parameters } = await this.waiting(tx);
      const [found] = await rows<OrderRow>(
        tx,
        `select * from (${sql}) w where "orderId" = $${parameters.length + 1}`,
        [...parameters, orderId],
      );
      if (!found) {
        throw new Refusal('waves.not-waiting', 'This order does not wait for its release.', { status: 404 });
      }
      return viewOf(found, takers);
    });
  }

  private async waiting(tx: Tx): Promise<Waiting> {
    const load = await this.work.load(tx);
    const takers: Taker[] = [];
    const filters: ReleaseFilter[] = [];
    const channels = await this.channels.channels(tx);
    const openFirst = [...channels].sort(
      (one, two) => Number(two.state === 'open') - Number(one.state === 'open'),
    );
    const open = openFirst.filter(({ state }) => state === 'open');
    const shut = openFirst.filter(({ state }) => state !== 'open');
    const addChannels = async (list: typeof channels) => {
      for (const channel of list) {
        const { decision } = await this.channels.look(tx, channel, load);
        takers.push({ kind: 'channel', id: channel.id, name: channel.name, decision });
        filters.push(bothFilters(channel.templateFilter, channel.filter));
      }
    };
    await addChannels(open);
    for (const { filter, ...schedule } of await this.schedules.takers(tx)) {
      takers.push({ kind: 'schedule', ...schedule });
      filters.push(filter);
    }
    await addChannels(shut);
    const parameters = [
      tx.siteId,
      tx.at,
      roomOf(load).exceptServices,
      takers.map((taker) => (taker.kind === 'channel' ? taker.id : taker.templateId)),
      ...filters.map((filter) => JSON.stringify(filter)),
    ];
    return { takers, sql: waitingSql(filters.length), parameters };
  }
}

/**
 * Orders that are not released, each with the first reason that holds. Parameters: site, now, services without a
 * lane, ids of the takers, their filters.
 */
function waitingSql(takers: number): string {
  const takes = Array.from({ length: takers }, (_, at) => {
    const candidates = CANDIDATES.replaceAll('$3', '$2 ').replaceAll('$2::jsonb', `$${at + 5}::jsonb`);
    return `select o.id, ${at} as place ${candidates}`;
  });
  // Whoever takes it next is the one that it is too large for.
  const tooLarge = `f.reason ->> 'code' = 'larger-than-wave' and (t.place is null or ($4::uuid[])[t.place + 1] = f.taker_id)`;
  const none = `select null::uuid as id, null::int as place where $2::timestamptz is null`;
  return `
    select o.id as "orderId", o.external_ref as "externalRef", m.code as "merchantCode", o.carrier_code as carrier, o.service,
      o.line_count as "lineCount", o.unit_count as "unitCount", o.received_at as "receivedAt", o.cut_off_at as "cutOffAt",
      coalesce(l.reason, o.waiting_for) as note, f.reason as left,
      case when h.reason is not null then 'hold' when o.state = 'received' then 'not-judged'
        when o.state = 'accepted' then 'stock-to-arrive' when v.number is not null then 'wave'
        when l.spent then 'attempts-spent' when l.reason is not null then 'goods-not-at-hand'
        when ${tooLarge} then 'larger-than-wave'
        when t.place is not null and o.carrier_code || '/' || o.service = any($3::text[]) then 'lane-full'
        when t.place is not null then 'taker' when f.reason ->> 'code' = 'no-capacity' then 'no-room-in-wave'
        else 'nobody-takes-it' end as kind,
      case when h.reason is not null then h.reason when o.state in ('received', 'accepted') then ''
        when v.number is not null then v.number || ' ' || v.state when l.spent or l.reason is not null then ''
        when ${tooLarge} then f.number || ' ' || (f.reason ->> 'capacity')
        when t.place is not null and o.carrier_code || '/' || o.service = any($3::text[]) then o.carrier_code || ' ' || o.service
        when t.place is not null then t.place::text
        when f.reason ->> 'code' = 'no-capacity' then f.number || ' ' || (f.reason ->> 'capacity') else '' end as detail
    from orders o join merchants m on m.id = o.merchant_id
    left join waves v on v.site_id = o.site_id and v.id = o.wave_id
    left join lateral (select x.reason from order_holds x where x.site_id = o.site_id and x.order_id = o.id and x.released_at is null
      order by x.placed_at limit 1) h on true
    left join lateral (select bool_or(x.wave_attempts >= ${WAVE_ATTEMPTS_MAX}) as spent, min(x.reason) as reason from order_lines x
      where x.site_id = o.site_id and x.order_id = o.id and x.state = 'open') l on true
    left join (select id, min(place) as place from (${[none, ...takes].join(' union all ')}) each group by id) t on t.id = o.id
    left join (${LEFT_ORDERS}) f on f.order_id = o.id
    where o.site_id = $1 and o.state in ('received', 'accepted', 'ready')`;
}

/** Which kinds and takers of the query a reason's code stands for. */
function placesOf(code: string, takers: readonly Taker[]): { kinds: string[]; takers: string[] } {
  const alike = takers.flatMap((_, at) => {
    const reason = explainWaiting({ kind: 'taker', detail: String(at), note: null }, takers);
    return reason.code === code ? [`taker ${at}`] : [];
  });
  return { kinds: [code], takers: alike };
}

function viewOf(
  { kind, detail, note, left, receivedAt, cutOffAt, ...order }: OrderRow,
  takers: readonly Taker[],
): WaitingOrderView {
  return {
    ...order,
    receivedAt: receivedAt.toISOString(),
    cutOffAt: cutOffAt.toISOString(),
    waitingFor: explainWaiting({ kind, detail, note, left }, takers),
  };
}

function readCursor(cursor: string | null): [Date | null, string | null] {
  if (cursor === null) return [null, null];
  const match = /^(.+)~([0-9a-f-]{36})$/.exec(cursor);
  const at = new Date(match?.[1] ?? '');
  if (!match || Number.isNaN(at.getTime())) {
    throw new Refusal('request.invalid', 'The cursor is not one that this list gave out.', { status: 400 });
  }
  return [at, match[2]!];
}
