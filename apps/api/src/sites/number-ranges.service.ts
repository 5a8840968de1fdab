import { Injectable } from '@nestjs/common';
import { affected, row, rows, type Tx } from '../platform/database.service.js';
import { newId } from '../platform/ids.js';
import { Refusal } from '../platform/refusal.js';

/** What is numbered. SSCC and tracking numbers come from ranges that GS1 or a carrier gave out; the rest are plain counters. */
export type NumberKind = 'sscc' | 'tracking' | 'manifest' | 'load' | 'wave' | 'run';

/** Counters that nobody has to hand out: they begin at 1 by themselves. */
const COUNTERS: readonly NumberKind[] = ['manifest', 'load', 'wave', 'run'];
const COUNTER_LAST = 2_147_483_647;

/** Numbers taken from a range: `first`, `first + 1` ... `first + count - 1`, all with the same prefix. */
export interface Allocation {
  /** For SSCC the extension digit and GS1 company prefix, for tracking the service indicator and country, `MM|CC`. */
  prefix: string;
  first: number;
  count: number;
}

export interface NumberRange {
  kind: NumberKind;
  /** Whose range it is: a carrier code for tracking numbers, '' where there is one for the whole site. */
  scope: string;
  prefix: string;
  first: number;
  last: number;
}

/** Numbers that are given out once, in the transaction that uses them, and never again, whatever becomes of their user. */
@Injectable()
export class NumberRangesService {
  /**
   * Takes `count` numbers in one piece. Concurrent takers wait for each other's commit; a rollback leaves no gap.
   * @throws Refusal sites.range-missing, sites.range-exhausted
   */
  async allocate(tx: Tx, kind: NumberKind, scope: string, count = 1): Promise<Allocation> {
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`count: ${count}`);
    const taken = (await take(tx, kind, scope, count)) ?? (await this.begin(tx, kind, scope, count));
    if (taken) return taken;
    const exists = await row(
      tx,
      'select 1 from number_ranges where site_id = $1 and kind = $2 and scope = $3',
      [tx.siteId, kind, scope],
    );
    const name = scope ? `${kind} numbers of ${scope}` : `${kind} numbers`;
    if (!exists) throw new Refusal('sites.range-missing', `This site has no range of ${name}. Import one.`);
    throw new Refusal('sites.range-exhausted', `The range of ${name} is used up. Import a new one.`);
  }

  /** Adds ranges that are not there yet; what is there keeps its place. Answers how many are new. */
  async add(tx: Tx, ranges: readonly NumberRange[]): Promise<number> {
    return affected(
      tx,
      `insert into number_ranges (site_id, id, kind, scope, prefix, next_value, last_value)
       select $1, r.* from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[]) as r
       on conflict (site_id, kind, scope, prefix) do nothing`,
      [
        tx.siteId,
        ranges.map(() => newId()),
        ranges.map((each) => each.kind),
        ranges.map((each) => each.scope),
        ranges.map((each) => each.prefix),
        ranges.map((each) => each.first),
        ranges.map((each) => each.last),
      ],
    );
  }

  private async begin(tx: Tx, kind: NumberKind, scope: string, count: number): Promise<Allocation | null> {
    if (!COUNTERS.includes(kind)) return null;
    await this.add(tx, [{ kind, scope, prefix: '', first: 1, last: COUNTER_LAST }]);
    return take(tx, kind, scope, count);
  }
}

async function take(tx: Tx, kind: NumberKind, scope: string, count: number): Promise<Allocation | null> {
  const [taken] = await rows<{ prefix: string; first: string }>(
    tx,
    `with open as (
       select id from number_ranges
       where site_id = $1 and kind = $2 and scope = $3 and next_value + $4 - 1 <= last_value
       order by id limit 1 for update)
     update number_ranges r set next_value = r.next_value + $4
     from open where r.site_id = $1 and r.id = open.id
     returning r.prefix, r.next_value - $4 as first`,
    [tx.siteId, kind, scope, count],
  );
  return taken ? { prefix: taken.prefix, first: Number(taken.first), count } : null;
}
