import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APP_ROLE } from './sql.js';

/**
 * Live events that are too long for a notification, for seconds (docs/architecture.md, Live events). The table's shape is the
 * adapter's; it lies outside `public` because it belongs to no site and may be lost at any time.
 */
export class SharedLive1764000000172 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create schema live;
      create unlogged table live.attachments (
        id bigserial primary key,
        created_at timestamptz not null default now(),
        payload bytea
      );
      grant usage on schema live to ${APP_ROLE};
      grant select, insert, delete on live.attachments to ${APP_ROLE};
      grant usage on sequence live.attachments_id_seq to ${APP_ROLE}`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop schema live cascade');
  }
}
