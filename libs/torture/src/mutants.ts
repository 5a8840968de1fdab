import type { CheckName } from './checks.js';

/** A mistake that people really make, planted into a running product without a line of it in the product. */
export interface Mutant {
  name: string;
  /** What was done wrong, in one sentence. */
  mistake: string;
  /** What such a mistake does to a building. Only these checks have caught it: anything can also fail by being slow. */
  caughtBy: readonly CheckName[];
  /** Loaded into this process before its own code, from `mutants/<file>.js`. */
  api?: string;
  agent?: string;
  /** Run on the database first. */
  sql?: string;
}

/** The eight planted mistakes of the reliability targets. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'acknowledge-before-sync',
    mistake: 'The outbox says "kept" before the record is on the disk.',
    caughtBy: ['scan-lost'],
    agent: 'acknowledge-before-sync',
  },
  {
    name: 'no-inbox',
    mistake: 'The core does not look whether it has a record already.',
    caughtBy: ['scan-doubled'],
    api: 'no-inbox',
  },
  {
    name: 'inbox-outside',
    mistake: 'The inbox row is committed before the effect, in a transaction of its own.',
    caughtBy: ['effect-lost'],
    api: 'inbox-outside',
  },
  {
    name: 'puback-trust',
    mistake: "The agent takes the broker's PUBACK for the core's acknowledgement.",
    caughtBy: ['scan-lost'],
    agent: 'puback-trust',
  },
  {
    name: 'no-check',
    mistake:
      'Stock is read, compared and written back without a guard, and no CHECK constraint stands behind it.',
    caughtBy: ['stock-negative'],
    api: 'no-check',
    sql: 'alter table levels drop constraint levels_quantity_ck, drop constraint levels_reserved_ck; alter table stock_totals drop constraint stock_totals_ck',
  },
  {
    name: 'retry-with-new-id',
    mistake: 'A command that is sent again gets a new id.',
    caughtBy: ['print-doubled'],
    api: 'retry-with-new-id',
  },
  {
    name: 'no-fencing',
    mistake: 'The core takes records from whoever says the name of an agent.',
    caughtBy: ['scan-lost', 'scan-doubled', 'clone-unnoticed'],
    api: 'no-fencing',
  },
  {
    name: 'published-before-commit',
    mistake: 'Events leave for the outbox before the change they tell of is committed.',
    caughtBy: ['event-untrue'],
    api: 'published-before-commit',
  },
];
