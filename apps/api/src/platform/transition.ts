import type { StateTable } from '#lib/contracts';
import { rows, type Tx } from './database.service.js';
import { Refusal } from './refusal.js';

/** A table whose rows have a `state` (and `state_at` where named). */
interface Machine<S extends string> {
  table: string;
  states: StateTable<S>;
  /** What a person calls the thing, for the refusal: "order", "parcel". */
  noun: string;
}

/**
 * Moves rows from any of the states that lead to `to`, only along the table: `UPDATE ... WHERE state = ANY(before)`. Rows in
 * another state stay as they are.
 * @returns the ids that moved.
 */
export async function moveAll<S extends string>(
  tx: Tx,
  machine: Machine<S>,
  ids: readonly string[],
  to: S,
): Promise<string[]> {
  if (ids.length === 0) return [];
  const before = (Object.keys(machine.states) as S[]).filter((from) => machine.states[from].includes(to));
  const moved = await rows<{ id: string }>(
    tx,
    `update ${machine.table} set state = $3 where site_id = $1 and id = any($2::uuid[]) and state = any($4::text[])
     returning id`,
    [tx.siteId, ids, to, before],
  );
  return moved.map((each) => each.id);
}

/** Moves one row or refuses, naming the state it is in. */
export async function move<S extends string>(tx: Tx, machine: Machine<S>, id: string, to: S): Promise<void> {
  const moved = await moveAll(tx, machine, [id], to);
  if (moved.length === 1) return;
  const found = await rows<{ state: string }>(
    tx,
    `select state from ${machine.table} where site_id = $1 and id = $2`,
    [tx.siteId, id],
  );
  if (!found[0]) {
    throw new Refusal(`${machine.noun}.unknown`, `There is no such ${machine.noun}.`, { status: 404 });
  }
  throw new Refusal(
    `${machine.noun}.wrong-state`,
    `The ${machine.noun} is ${found[0].state} and can't become ${to}.`,
    { facts: { state: found[0].state, to } },
  );
}
