/** What a database holds before we touch it. */
export interface DatabaseFacts {
  /** `server_version_num`: 180000 is 18.0. */
  serverVersion: number;
  /** Tables in the schema public. */
  tables: string[];
  /** Timestamps of the migrations that it has seen. */
  applied: number[];
}

/** TypeORM's own table: lists the migrations that a database has seen. */
export const MIGRATIONS_TABLE = 'migrations';

/**
 * Why this database must not be used by a program that knows the migrations `known`: one sentence, or null when it may be.
 * A database with our tables and fewer migrations is older and will be migrated.
 */
export function whyNotThisDatabase(facts: DatabaseFacts, known: number[]): string | null {
  const major = Math.floor(facts.serverVersion / 10_000);
  if (major < 15) return `PostgreSQL ${major} is too old: Wavehouse needs 15 to 18.`;
  const others = facts.tables.filter((table) => table !== MIGRATIONS_TABLE);
  if (facts.applied.length === 0 && others.length > 0) {
    return `The database holds other tables (${others.slice(0, 3).join(', ')} ...) and none of Wavehouse's; give it a database of its own.`;
  }
  const unknown = facts.applied.filter((timestamp) => !known.includes(timestamp));
  if (unknown.length === 0) return null;
  return unknown.length === facts.applied.length
    ? 'The database belongs to another program; give Wavehouse a database of its own.'
    : 'The database was made by a newer version of Wavehouse; start that version, or restore a backup from before.';
}
