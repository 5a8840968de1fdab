import type { OrderFilter } from '#lib/contracts';

/** Attempts of a line to get into a wave before a person has to look at it. */
export const WAVE_ATTEMPTS_MAX = 5;

const INT_MAX = 2_147_483_647;

/** Of all lines `l` with their items `i`. */
export const SIZE_ML = 'coalesce(sum(l.ordered::bigint * i.length_mm * i.width_mm * i.height_mm), 0) / 1000';
export const WEIGHT_GRAMS = 'coalesce(sum(l.ordered::bigint * i.weight_grams), 0)';

function numberOr(field: keyof OrderFilter, otherwise: number): string {
  return `coalesce(($2::jsonb ->> '${field}')::int, ${otherwise})`;
}

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
    and ($2::jsonb -> 'cutOffAfterMinutes' is null
      or o.cut_off_at >= $3::timestamptz + ($2::jsonb ->> 'cutOffAfterMinutes')::int * interval '1 minute')
    and ($2::jsonb -> 'countries' is null or $2::jsonb -> 'countries' ? (o.consignee ->> 'country'))
    and ($2::jsonb -> 'shape' is null or case $2::jsonb ->> 'shape' when 'single-unit' then o.unit_count = 1
      when 'single-line' then o.line_count = 1 else o.line_count > 1 end)
    and o.line_count between ${numberOr('linesMin', 0)} and ${numberOr('linesMax', INT_MAX)}
    and o.unit_count between ${numberOr('unitsMin', 0)} and ${numberOr('unitsMax', INT_MAX)}
    and o.priority between ${numberOr('priorityMin', 0)} and ${numberOr('priorityMax', INT_MAX)}
    and (not $2::jsonb ?| array['volumeMlMin', 'volumeMlMax', 'weightGramsMin', 'weightGramsMax'] or exists (
      select 1 from order_lines l join items i on i.id = l.item_id where l.site_id = o.site_id and l.order_id = o.id
      having ${SIZE_ML} between ${numberOr('volumeMlMin', 0)} and ${numberOr('volumeMlMax', INT_MAX)}
        and ${WEIGHT_GRAMS} between ${numberOr('weightGramsMin', 0)} and ${numberOr('weightGramsMax', INT_MAX)}))
    and ($2::jsonb -> 'zones' is null or exists (select 1 from zones z where z.site_id = o.site_id and $2::jsonb -> 'zones' ? z.code
      and not exists (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and l.state = 'open'
        and not exists (select 1 from levels v join locations a on a.site_id = v.site_id and a.id = v.account_id
          where v.site_id = l.site_id and v.account_kind = 'location' and v.item_id = l.item_id and a.zone_id = z.id
            and a.type in ('pick-face', 'reserve') and v.quantity - v.reserved >= l.ordered - l.reserved))))
    and not exists (select 1 from order_holds h where h.site_id = o.site_id and h.order_id = o.id and h.released_at is null)
    and not exists (select 1 from order_lines l where l.site_id = o.site_id and l.order_id = o.id and l.state = 'open'
      and (l.reason is not null or l.wave_attempts >= ${WAVE_ATTEMPTS_MAX}))`;

/** What a release takes of a filter at this moment: `carrier/service` of those whose lanes are full wait. */
export interface ReleaseFilter extends OrderFilter {
  exceptServices?: string[];
}

/** A filter that lets through what both let through. */
export function bothFilters(one: OrderFilter, two: ReleaseFilter): ReleaseFilter {
  const shared = (a?: string[], b?: string[]) => (a && b ? a.filter((each) => b.includes(each)) : (a ?? b));
  const joined: ReleaseFilter = {
    exceptServices: two.exceptServices,
    merchantCodes: shared(one.merchantCodes, two.merchantCodes),
    carriers: shared(one.carriers, two.carriers),
    services: shared(one.services, two.services),
    countries: shared(one.countries, two.countries),
    zones: shared(one.zones, two.zones),
    ...bothShapes(one, two),
  };
  for (const field of LEAST) joined[field] = pick(Math.max, one[field], two[field]);
  for (const field of MOST) joined[field] = pick(Math.min, one[field], two[field]);
  return Object.fromEntries(Object.entries(joined).filter(([, value]) => value !== undefined));
}

/** Whether no order can pass this filter, whatever comes: what two filters that exclude each other have in common. */
export function letsNothingThrough(filter: OrderFilter): boolean {
  const { merchantCodes, carriers, services, countries, zones } = filter;
  const beyond = (least?: number, most?: number) => least !== undefined && most !== undefined && least > most;
  return (
    [merchantCodes, carriers, services, countries, zones].some((list) => list?.length === 0) ||
    beyond(filter.cutOffAfterMinutes, filter.cutOffWithinMinutes) ||
    beyond(filter.linesMin, filter.linesMax) ||
    beyond(filter.unitsMin, filter.unitsMax) ||
    beyond(filter.volumeMlMin, filter.volumeMlMax) ||
    beyond(filter.weightGramsMin, filter.weightGramsMax) ||
    beyond(filter.priorityMin, filter.priorityMax)
  );
}

const LEAST = [
  'cutOffAfterMinutes',
  'linesMin',
  'unitsMin',
  'volumeMlMin',
  'weightGramsMin',
  'priorityMin',
] as const;
const MOST = [
  'cutOffWithinMinutes',
  'linesMax',
  'unitsMax',
  'volumeMlMax',
  'weightGramsMax',
  'priorityMax',
] as const;

function pick(of: (a: number, b: number) => number, one?: number, two?: number): number | undefined {
  return one === undefined ? two : two === undefined ? one : of(one, two);
}

/** Shapes exclude each other, but for the single unit, which is a single line too. */
function bothShapes(one: OrderFilter, two: OrderFilter): Pick<OrderFilter, 'shape' | 'merchantCodes'> {
  const shapes = new Set([one.shape, two.shape].filter((shape) => shape !== undefined));
  if (shapes.size < 2) return shapes.size === 0 ? {} : { shape: [...shapes][0] };
  // Nothing has one line and several: no merchant is left.
  return shapes.has('multi-line') ? { shape: 'multi-line', merchantCodes: [] } : { shape: 'single-unit' };
}
