import { LOOSE_KEYS, orphansOf } from './orphans.js';

/**
 * The invariants of the warehouse (docs/domain.md) as SQL. Each query answers the rows that break it, one `example` in words a row;
 * none is the only right answer. They look at every site, and hold at any moment unless they say `atRest`.
 */
export interface Invariant {
  name: string;
  /** The sentence that must be true. */
  says: string;
  checks: readonly InvariantCheck[];
}

export interface InvariantCheck {
  /** Only true once nothing moves any more: deliveries done, belt empty, trucks gone. */
  atRest?: true;
  sql: string;
}

const PHYSICAL = `('location', 'container', 'parcel')`;
const HAS_LEVEL = `('location', 'container', 'parcel', 'missing', 'shortfall')`;

/** Every movement as its two entries: minus at the account it leaves, plus where it arrives. */
const ENTRIES = `
  select site_id, merchant_id, item_id, lot, from_kind as kind, from_id as id, -quantity as quantity from movements
  union all
  select site_id, merchant_id, item_id, lot, to_kind, to_id, quantity from movements`;

const LEDGER: Invariant = {
  name: 'ledger-balances',
  says: 'For each merchant, item and lot the sum of all movements over all accounts, the world included, is 0.',
  checks: [
    {
      sql: `select format('item %s lot "%s": entries sum to %s', item_id, lot, sum(quantity)) as example
        from (${ENTRIES}) e group by site_id, merchant_id, item_id, lot having sum(quantity) <> 0`,
    },
    {
      sql: `select format('movement %s moves goods of another merchant', m.id) as example
        from movements m join items i on i.id = m.item_id where i.merchant_id <> m.merchant_id`,
    },
    {
      sql: `select format('movement %s moves %s from %s to %s', id, quantity, from_kind, to_kind) as example
        from movements where quantity <= 0 or (from_kind, from_id) = (to_kind, to_id)`,
    },
  ],
};

const LEVELS: Invariant = {
  name: 'levels-follow-movements',
  says: 'Levels equal the sum of movements; no physical level is below 0; reserved <= on hand; promised <= on hand.',
  checks: [
    {
      sql: `select format('%s %s, item %s lot "%s": level %s, movements %s', coalesce(l.account_kind, e.kind),
            coalesce(l.account_id, e.id), coalesce(l.item_id, e.item_id), coalesce(l.lot, e.lot), coalesce(l.quantity, 0),
            coalesce(e.quantity, 0)) as example
        from levels l full join (select site_id, kind, id, item_id, lot, sum(quantity) as quantity from (${ENTRIES}) x
            where kind in ${HAS_LEVEL} group by site_id, kind, id, item_id, lot) e
          on e.site_id = l.site_id and e.kind = l.account_kind and e.id = l.account_id and e.item_id = l.item_id and e.lot = l.lot
        where coalesce(l.quantity, 0) <> coalesce(e.quantity, 0)`,
    },
    {
      sql: `select format('%s %s holds %s, %s reserved', account_kind, account_id, quantity, reserved) as example from levels
        where (quantity < 0 and account_kind in ${PHYSICAL}) or reserved < 0 or reserved > greatest(quantity, 0)`,
    },
    {
      sql: `select format('location %s item %s: %s reserved, reservations say %s', coalesce(l.account_id, r.location_id),
            coalesce(l.item_id, r.item_id), coalesce(l.reserved, 0), coalesce(r.quantity, 0)) as example
        from (select * from levels where account_kind = 'location' and reserved <> 0) l
        full join (select site_id, location_id, item_id, lot, sum(quantity) as quantity from reservations where state = 'open'
            group by site_id, location_id, item_id, lot) r
          on r.site_id = l.site_id and r.location_id = l.account_id and r.item_id = l.item_id and r.lot = l.lot
        where coalesce(l.reserved, 0) <> coalesce(r.quantity, 0)`,
    },
    {
      sql: `select format('item %s: total %s, levels %s', coalesce(t.item_id, l.item_id), coalesce(t.on_hand, 0),
            coalesce(l.quantity, 0)) as example
        from stock_totals t full join (select site_id, item_id, sum(quantity) as quantity from levels
            where account_kind in ${PHYSICAL} group by site_id, item_id) l on l.site_id = t.site_id and l.item_id = t.item_id
        where coalesce(t.on_hand, 0) <> coalesce(l.quantity, 0)`,
    },
    {
      sql: `select format('item %s: %s promised of %s', item_id, promised, on_hand) as example from stock_totals
        where promised < 0 or promised > on_hand`,
    },
    {
      sql: `select format('item %s: %s promised, order lines say %s', coalesce(t.item_id, l.item_id), coalesce(t.promised, 0),
            coalesce(l.promised, 0)) as example
        from stock_totals t full join (select site_id, item_id, sum(promised - shipped) as promised from order_lines
            group by site_id, item_id) l on l.site_id = t.site_id and l.item_id = t.item_id
        where coalesce(t.promised, 0) <> coalesce(l.promised, 0)`,
    },
  ],
};

const LINES: Invariant = {
  name: 'line-chain-holds',
  says: 'Per order line: shipped <= packed <= picked <= reserved <= ordered, and packed and shipped are what parcels hold.',
  checks: [
    {
      sql: `select format('line %s: ordered %s reserved %s picked %s packed %s shipped %s', id, ordered, reserved, picked, packed,
            shipped) as example
        from order_lines where not (0 <= shipped and shipped <= packed and packed <= picked and picked <= reserved
          and reserved <= ordered)`,
    },
    {
      sql: `select format('line %s: packed %s, parcels hold %s; shipped %s, shipped parcels hold %s', l.id, l.packed,
            coalesce(c.packed, 0), l.shipped, coalesce(c.shipped, 0)) as example
        from order_lines l left join (select c.site_id, c.order_line_id, sum(c.quantity) as packed,
            sum(c.quantity) filter (where p.state = 'shipped') as shipped
          from parcel_contents c join parcels p on p.site_id = c.site_id and p.id = c.parcel_id
          where c.undone_at is null group by c.site_id, c.order_line_id) c on c.site_id = l.site_id and c.order_line_id = l.id
        where l.packed <> coalesce(c.packed, 0) or l.shipped <> coalesce(c.shipped, 0)`,
    },
  ],
};

const PLACES: Invariant = {
  name: 'one-place-each',
  says: 'A unit is in one place; a container in one place; a parcel in at most one lane, one manifest, one load.',
  checks: [
    {
      sql: `select format('container %s stands in %s places', lpn, num_nonnulls(location_id, parent_id, station_id)) as example
        from containers where num_nonnulls(location_id, parent_id, station_id) > 1 or parent_id = id`,
    },
    {
      sql: `select format('container %s serves %s open run slots', container_id, count(*)) as example from run_slots
        where container_id is not null and state in ('open', 'picked', 'dropped', 'packing')
        group by site_id, container_id having count(*) > 1`,
    },
    {
      sql: `select format('container %s holds %s of what a put wall is to sort, %s', t.container_id, coalesce(v.quantity, 0), t.units)
          as example
        from (select site_id, container_id, item_id, lot, sum(to_sort) as units from tasks where to_sort > 0
          group by site_id, container_id, item_id, lot) t
        left join levels v on v.site_id = t.site_id and v.account_kind = 'container' and v.account_id = t.container_id
          and v.item_id = t.item_id and v.lot = t.lot
        where coalesce(v.quantity, 0) < t.units`,
    },
    {
      sql: `select format('container %s is called empty and holds %s', c.lpn, sum(l.quantity)) as example
        from containers c join levels l on l.site_id = c.site_id and l.account_kind = 'container' and l.account_id = c.id
        where c.state = 'empty' group by c.site_id, c.id, c.lpn having sum(l.quantity) <> 0`,
    },
    {
      sql: `select format('parcel %s is %s: load %s, manifest %s', id, state, load_id, manifest_id) as example from parcels
        where (state in ('loaded', 'shipped')) <> (load_id is not null) or (state in ('loaded', 'shipped') and manifest_id is null)
          or (state = 'diverted' and actual_lane_id is null)`,
    },
    {
      sql: `select format('%s %s stands on %s parcels', k.kind, k.number, count(*)) as example
        from parcels p cross join lateral (values ('SSCC', p.sscc), ('tracking number', p.carrier_code || ' ' || p.tracking_number))
          as k (kind, number)
        where k.number is not null group by p.site_id, k.kind, k.number having count(*) > 1`,
    },
    {
      sql: `select format('parcel %s has %s active routes', parcel_id, count(*)) as example from routes where active
        group by site_id, parcel_id having count(*) > 1`,
    },
    {
      atRest: true,
      sql: `select format('parcel %s is %s and still has a route', p.id, p.state) as example
        from routes r join parcels p on p.site_id = r.site_id and p.id = r.parcel_id
        where r.active and p.state in ('loaded', 'shipped', 'cancelled')`,
    },
  ],
};

const PARCELS: Invariant = {
  name: 'one-label-one-shipment',
  says: 'A parcel has at most one active label and one ship event; its contents are its pack scans.',
  checks: [
    {
      sql: `select format('parcel %s has %s active labels', parcel_id, count(*)) as example from labels where active
        group by site_id, parcel_id having count(*) > 1`,
    },
    {
      sql: `select format('parcel %s is %s without a label that the carrier gave', p.id, p.state) as example from parcels p
        where p.state in ('labelled', 'inducted', 'diverted', 'staged', 'loaded', 'shipped') and not exists (
          select 1 from labels l where l.site_id = p.site_id and l.parcel_id = p.id and l.active and l.state = 'got')`,
    },
    {
      sql: `select format('parcel %s is %s and has %s ship events', p.id, p.state, count(e.id)) as example
        from parcels p left join events e on e.site_id = p.site_id and e.parcel_id = p.id and e.type = 'shipping.parcel-shipped'
        group by p.site_id, p.id, p.state having count(e.id) <> (p.state = 'shipped')::int`,
    },
    {
      sql: `select format('parcel %s: scans say %s, pack movements %s', coalesce(c.parcel_id, m.to_id), coalesce(c.quantity, 0),
            coalesce(m.quantity, 0)) as example
        from (select site_id, parcel_id, item_id, lot, sum(quantity) as quantity from parcel_contents
            group by site_id, parcel_id, item_id, lot) c
        full join (select site_id, to_id, item_id, lot, sum(quantity) as quantity from movements where to_kind = 'parcel'
            group by site_id, to_id, item_id, lot) m
          on m.site_id = c.site_id and m.to_id = c.parcel_id and m.item_id = c.item_id and m.lot = c.lot
        where coalesce(c.quantity, 0) <> coalesce(m.quantity, 0)`,
    },
    {
      sql: `select format('parcel %s is shipped and still holds %s', p.id, sum(l.quantity)) as example
        from parcels p join levels l on l.site_id = p.site_id and l.account_kind = 'parcel' and l.account_id = p.id
        where p.state = 'shipped' group by p.site_id, p.id having sum(l.quantity) <> 0`,
    },
    {
      atRest: true,
      sql: `select format('print %s of parcel %s is %s', r.id, r.parcel_id, r.state) as example from prints r
        join parcels p on p.site_id = r.site_id and p.id = r.parcel_id
        where r.state in ('queued', 'sent', 'unknown') and p.state not in ('labelled', 'inducted', 'diverted', 'staged', 'loaded',
          'shipped', 'cancelled')`,
    },
  ],
};

const INBOX: Invariant = {
  name: 'inbox-without-gaps',
  says: 'Each (agent, stream, sequence) has exactly one inbox row and one outcome; per stream the sequence has no gaps.',
  checks: [
    {
      sql: `select format('agent %s stream %s: %s rows, sequences %s to %s, last committed %s', coalesce(i.agent_id, s.agent_id),
            coalesce(i.stream, s.stream), coalesce(i.count, 0), i.first, i.last, s.last_seq) as example
        from (select site_id, agent_id, stream, count(*) as count, min(seq) as first, max(seq) as last from inbox
            group by site_id, agent_id, stream) i
        full join inbox_streams s on s.site_id = i.site_id and s.agent_id = i.agent_id and s.stream = i.stream
        where coalesce(i.count, 0) <> coalesce(s.last_seq, 0) or coalesce(i.last, 0) <> coalesce(s.last_seq, 0)
          or coalesce(i.first, 1) <> 1`,
    },
    {
      sql: `select format('agent %s stream %s sequence %s has %s rows', agent_id, stream, seq, count(*)) as example from inbox
        group by site_id, agent_id, stream, seq having count(*) > 1`,
    },
    {
      sql: `select format('record %s: outcome %s, reason %s', record_id, outcome, reason) as example from inbox
        where outcome not in ('applied', 'refused') or (outcome = 'refused') <> (reason is not null)`,
    },
  ],
};

const SCANS: Invariant = {
  name: 'scans-count-once',
  says: 'A scan acknowledged to a person exists exactly once in the core.',
  checks: [
    {
      sql: `select format('reading %s stands %s times in the inbox', record_id, count(*)) as example from inbox
        group by site_id, record_id having count(*) > 1`,
    },
    {
      sql: `select format('pack scan %s was counted %s times', event_id, count(*)) as example from parcel_contents
        group by site_id, event_id, lot having count(*) > 1`,
    },
    {
      sql: `select format('confirm %s ended %s tasks', event_id, count(*)) as example from tasks where event_id is not null
        group by site_id, event_id having count(*) > 1`,
    },
    {
      sql: `select format('event %s moved line %s %s times', event_id, line_no, count(*)) as example from movements
        group by site_id, event_id, line_no having count(*) > 1`,
    },
  ],
};

const ARRIVALS: Invariant = {
  name: 'arrivals-end-once',
  says: 'Every arrival at a point ends in exactly one confirm or lost.',
  checks: [
    {
      sql: `select format('arrival %s track %s sequence %s has %s rows', point, track_id, seq, count(*)) as example
        from point_decisions group by site_id, agent_id, point, track_id, seq having count(*) > 1`,
    },
    {
      sql: `select format('arrival %s at %s is %s: lane %s, ended %s', id, point, state, actual_lane, ended_at) as example
        from point_decisions
        where (state in ('confirmed', 'lost')) <> (ended_at is not null) or (state = 'confirmed' and actual_lane is null)`,
    },
    {
      sql: `select format('arrival %s at %s is %s since %s', id, point, state, seen_at) as example from point_decisions
        where state not in ('confirmed', 'lost') and seen_at < now() - interval '15 minutes'`,
    },
    {
      atRest: true,
      sql: `select format('arrival %s at %s is %s', id, point, state) as example from point_decisions
        where state not in ('confirmed', 'lost')`,
    },
  ],
};

/** What an order in the middle of the building can wait for: a task, goods in a tote, a parcel, a decision of somebody. */
const WAITS_FOR_NOTHING = `
  not exists (select 1 from exceptions e where e.site_id = o.site_id and e.order_id = o.id and e.resolved_at is null)
  and not exists (select 1 from order_holds h where h.site_id = o.site_id and h.order_id = o.id and h.released_at is null)
  and not exists (select 1 from tasks t where t.site_id = o.site_id and t.order_id = o.id
    and t.state in ('blocked', 'ready', 'assigned', 'in-progress'))
  and not exists (select 1 from run_slots s where s.site_id = o.site_id and s.order_id = o.id
    and s.state in ('open', 'picked', 'dropped', 'packing'))
  and not exists (select 1 from parcels p where p.site_id = o.site_id and p.order_id = o.id
    and p.state not in ('shipped', 'cancelled'))`;

const ORDERS: Invariant = {
  name: 'no-order-is-stuck',
  says: 'Every order that has not ended has someone or something to wait for.',
  checks: [
    {
      sql: `select format('order %s is %s and waits for nothing', o.external_ref, o.state) as example from orders o
        where o.state in ('released', 'picking', 'picked', 'packing', 'packed', 'staged') and ${WAITS_FOR_NOTHING}`,
    },
    {
      sql: `select format('order %s is accepted and waits for nothing', o.external_ref) as example from orders o
        where o.state = 'accepted' and o.waiting_for is null
          and not exists (select 1 from order_holds h where h.site_id = o.site_id and h.order_id = o.id and h.released_at is null)
          and not exists (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id
            and (l.state = 'backordered' or l.promised < l.ordered))`,
    },
    {
      sql: `select format('order %s was received at %s and not judged', o.external_ref, o.received_at) as example from orders o
        where o.state = 'received' and o.received_at < now() - interval '15 minutes'`,
    },
    {
      atRest: true,
      sql: `select format('order %s is still %s', o.external_ref, o.state) as example from orders o
        where o.state in ('received', 'released', 'picking', 'picked', 'packing', 'packed', 'staged')
          and not exists (select 1 from exceptions e where e.site_id = o.site_id and e.order_id = o.id and e.resolved_at is null)
          and not exists (select 1 from order_holds h where h.site_id = o.site_id and h.order_id = o.id and h.released_at is null)`,
    },
    {
      atRest: true,
      sql: `select format('%s of event %s is %s: %s', d.listener, d.event_id, d.state, d.error) as example from event_deliveries d
        where d.state <> 'done'`,
    },
  ],
};

const BLOCKED: Invariant = {
  name: 'blocked-picks-wait',
  says: 'A pick is blocked exactly while its goods are set aside for a replenishment that is still to come.',
  checks: [
    {
      sql: `select format('task %s is blocked, its reservation is %s', t.id, coalesce(v.state, 'not there')) as example
        from tasks t left join reservations v on v.site_id = t.site_id and v.id = t.reservation_id
        where t.state = 'blocked' and (v.state is distinct from 'open' or v.replenishment_id is null)`,
    },
    {
      sql: `select format('task %s is %s before its goods came', t.id, t.state) as example
        from reservations v join tasks t on t.site_id = v.site_id and t.reservation_id = v.id
        where v.state = 'open' and v.replenishment_id is not null and t.state not in ('blocked', 'cancelled')`,
    },
    {
      sql: `select format('reservation %s waits for a replenishment that is %s', v.id, r.state) as example
        from reservations v join replenishments r on r.site_id = v.site_id and r.id = v.replenishment_id
        where v.state = 'open' and r.state not in ('ready', 'assigned')`,
    },
  ],
};

const PARENTS: Invariant = {
  name: 'rows-have-parents',
  says: 'What rows of a release name is there: no wave line, reservation, carton, cart slot or task is an orphan.',
  checks: LOOSE_KEYS.map((key) => ({ sql: orphansOf(key) })),
};

export const INVARIANTS: readonly Invariant[] = [
  LEDGER,
  LEVELS,
  LINES,
  PLACES,
  PARCELS,
  INBOX,
  SCANS,
  ARRIVALS,
  ORDERS,
  BLOCKED,
  PARENTS,
];
