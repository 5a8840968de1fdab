import PgBoss from 'pg-boss';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APP_ROLE } from './sql.js';

/** Queues are tables of pg-boss, so they are made here by the owner: the application's role creates nothing. */
const QUEUES = ['platform.housekeeping', '__pgboss__send-it'];

/** pg-boss in a schema of its own, for work that follows a clock; and the right to see which migrations have run. */
export class Jobs1764000000101 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    // The plans come wrapped in a transaction of their own; this migration already is one.
    const plans = PgBoss.getConstructionPlans('pgboss').replace(/^\s*(BEGIN|COMMIT);\s*$/gm, '');
    await query.query(plans);
    for (const queue of QUEUES) {
      await query.query(`select pgboss.create_queue($1, '{"policy":"short"}')`, [queue]);
    }
    await query.query(`grant usage on schema pgboss to ${APP_ROLE}`);
    await query.query(`grant select, insert, update, delete on all tables in schema pgboss to ${APP_ROLE}`);
    await query.query(`grant select on migrations to ${APP_ROLE}`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop schema pgboss cascade');
    await query.query(`revoke select on migrations from ${APP_ROLE}`);
  }
}
