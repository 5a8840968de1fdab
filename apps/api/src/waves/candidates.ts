import type { OrderFilter } from '#lib/contracts';

/** Attempts of a line to get into a wave before a person has to look at it. */
export const WAVE_ATTEMPTS_MAX = 5;

/**
 * SQL of the orders that a wave or channel may take now: `from ... where ...` with `o` for the order. Parameters: $1 the
 * site, $2 the filter, $3 now.
 */
export const CANDIDATES = `from orders o join merchants m on m.id = o.merchant_id
  where o.site_id = $1 and o.state = 'ready' and o.wave_id is null
    and ($2::jsonb -> 'merchantCodes' is null or $2::jsonb -> 'merchantCodes' ? m.code)
    and ($2::jsonb -> 'carriers' is null or $2::jsonb -> 'carriers' ? o.carrier_code)
    and ($2::jsonb -> 'services' is null or $2::jsonb -> 'services' ? o.service)
    and ($2::jsonb -> 'exceptServices' is null or not $2::jsonb -> 'exceptServices' ? (o.carrier_code || '/' || o.service))
    and ($2::jsonb -> 'cutOffWithinMinutes' is null
      or o.cut_off_at <= $3::timestamptz + ($2::jsonb ->> 'cutOffWithinMinutes')::int * interval '1 minute')
    and ($2::jsonb -> 'linesMax' is null or o.line_count <= ($2::jsonb ->> 'linesMax')::int)
    and ($2::jsonb -> 'priorityMax' is null or o.priority <= ($2::jsonb ->> 'priorityMax')::int)
    and not exists (select 1 from order_holds h where h.site_id = o.site_id and h.order_id = o.id and h.released_at is null)
    and not exists (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and l.state = 'open'
      and (l.reason is not null or l.wave_attempts >= ${WAVE_ATTEMPTS_MAX}))`;

/** What a release takes of a filter at this moment: `carrier/service` of those whose lanes are full wait. */
export interface ReleaseFilter extends OrderFilter {
  exceptServices?: string[];
}

/** A filter that lets through what both let through. */
export function bothFilters(one: OrderFilter, two: ReleaseFilter): ReleaseFilter {
  const smaller = (a?: number, b?: number) => (a === undefined ? b : b === undefined ? a : Math.min(a, b));
  const shared = (a?: string[], b?: string[]) => (a && b ? a.filter((each) => b.includes(each)) : (a ?? b));
  const joined: ReleaseFilter = {
    exceptServices: two.exceptServices,
    merchantCodes: shared(one.merchantCodes, two.merchantCodes),
    carriers: shared(one.carriers, two.carriers),
    services: shared(one.services, two.services),
    cutOffWithinMinutes: smaller(one.cutOffWithinMinutes, two.cutOffWithinMinutes),
    linesMax: smaller(one.linesMax, two.linesMax),
    priorityMax: smaller(one.priorityMax, two.priorityMax),
  };
  return Object.fromEntries(Object.entries(joined).filter(([, value]) => value !== undefined));
}
