import { row, rows, type Tx } from './database.service.js';
import { newId } from './ids.js';
import { Refusal } from './refusal.js';

/** Which numbers are wanted. */
export interface RangeName {
  /**
   * `sscc`: prefix = extension digit + GS1 company prefix. `s10`: scope = carrier code, prefix = two letters of service + two letters of
   * country. `manifest`, `load`, `wave`, `run`: plain counters.
   */
  kind: 'sscc' | 's10' | 'manifest' | 'load' | 'wave' | 'run';
  scope: string;
}

export interface TakenNumber {
  prefix: string;
  value: number;
}

/**
 * Takes the next number of a range. The row stays locked until the transaction ends, and a number that was taken in a
 * committed one is never given again, whatever becomes of the thing that had it.
 * @throws Refusal when no range is left
 */
export async function takeNumber(tx: Tx, { kind, scope }: RangeName): Promise<TakenNumber> {
  // The second look is for the moment in which others used the range up while this one waited for its row.
  const taken = (await tryTake(tx, kind, scope)) ?? (await tryTake(tx, kind, scope));
  if (taken) return taken;
  throw new Refusal(
    'platform.range-exhausted',
    `No ${kind} numbers are left${scope ? ` for ${scope}` : ''}.`,
    {
      facts: { kind, scope },
    },
  );
}

/** {@link takeNumber} of a plain counter that starts at 1 and needs no one to allocate it. */
export async function takeCount(tx: Tx, kind: RangeName['kind']): Promise<number> {
  const taken = await tryTake(tx, kind, '');
  if (taken) return taken.value;
  await rows(
    tx,
    `insert into number_ranges (site_id, id, kind, scope, prefix, next_value, last_value)
     values ($1, $2, $3, '', '', 1, 999999999) on conflict do nothing`,
    [tx.siteId, newId(), kind],
  );
  return (await takeNumber(tx, { kind, scope: '' })).value;
}

async function tryTake(tx: Tx, kind: string, scope: string): Promise<TakenNumber | null> {
  const taken = await row<{ prefix: string; value: string }>(
    tx,
    `update number_ranges set next_value = next_value + 1
     where site_id = $1 and next_value <= last_value and id = (
       select id from number_ranges where site_id = $1 and kind = $2 and scope = $3 and next_value <= last_value
       order by prefix limit 1 for update)
     returning prefix, next_value - 1 as value`,
    [tx.siteId, kind, scope],
  );
  return taken && { prefix: taken.prefix, value: Number(taken.value) };
}
