import type { Amount } from '#lib/contracts';
import { row, type Tx } from '../platform/database.service.js';
import { CANDIDATES, type ReleaseFilter } from './candidates.js';

/** Counting stops here: nobody plans more at once. */
const COUNT_MAX = 50_000;

/** Columns of an {@link Amount}. */
export const AMOUNT = `count(*)::int as orders, coalesce(sum(lines), 0)::int as lines, coalesce(sum(units), 0)::int as units`;
/** SQL of the orders that a filter lets through, as amounts are counted of them. */
export const QUEUE = `(select o.merchant_id, o.carrier_code as carrier, o.service, o.cut_off_at, o.state_at, o.line_count as lines,
  o.unit_count as units ${CANDIDATES} limit ${COUNT_MAX}) q`;

/** What a wave with this filter could take now. */
export async function matchOf(tx: Tx, filter: ReleaseFilter): Promise<Amount> {
  const found = await row<Amount>(tx, `select ${AMOUNT} from ${QUEUE}`, [
    tx.siteId,
    JSON.stringify(filter),
    tx.at,
  ]);
  return found!;
}
