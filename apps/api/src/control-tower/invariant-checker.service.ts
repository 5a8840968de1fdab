import type { DataSource } from 'typeorm';
import { INVARIANTS, type Invariant } from './invariants.js';

export interface CheckedInvariant {
  name: string;
  says: string;
  violations: number;
  /** Some of the offending rows, in words. */
  examples: string[];
}

const EXAMPLES_MAX = 5;
/** Long enough for a year of a busy site; a checker that hangs says nothing. */
const STATEMENT_LIMIT_MS = 10 * 60_000;

/**
 * Checks all invariants in one snapshot, so it is right also while the floor moves. Works with the owner's rights and with the
 * application's.
 * @param settled also checks what is only true at rest: no arrival open, no order half way, no delivery undone
 */
export async function checkInvariants(
  source: DataSource,
  { settled = false } = {},
): Promise<CheckedInvariant[]> {
  const runner = source.createQueryRunner();
  await runner.connect();
  try {
    await runner.startTransaction('REPEATABLE READ');
    await runner.query(`set local statement_timeout = ${STATEMENT_LIMIT_MS}`);
    await runner.query(`select app_context('system', null, null)`);
    const checked: CheckedInvariant[] = [];
    for (const invariant of INVARIANTS) {
      checked.push(await checkOne((sql) => runner.query(sql) as Promise<Found[]>, invariant, settled));
    }
    return checked;
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

interface Found {
  violations: number;
  examples: string[] | null;
}

async function checkOne(
  query: (sql: string) => Promise<Found[]>,
  { name, says, checks }: Invariant,
  settled: boolean,
): Promise<CheckedInvariant> {
  const result: CheckedInvariant = { name, says, violations: 0, examples: [] };
  for (const { sql, atRest } of checks) {
    if (atRest && !settled) continue;
    const [found] = await query(
      `select count(*)::int as violations, (array_agg(v.example))[1:${EXAMPLES_MAX}] as examples from (${sql}) v`,
    );
    result.violations += found!.violations;
    result.examples.push(...(found!.examples ?? []).slice(0, EXAMPLES_MAX - result.examples.length));
  }
  return result;
}
