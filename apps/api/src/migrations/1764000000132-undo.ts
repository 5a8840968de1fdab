import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Undo after picking began: pack scans that no longer count for their line, and put-backs that people take on. */
export class Undo1764000000132 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table parcel_contents add column undone_at timestamptz;
      alter table tasks add column claimed_at timestamptz;
      create index tasks_put_back_ix on tasks (site_id, state) where kind = 'put-back' and state in ('ready', 'assigned')`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop index tasks_put_back_ix;
      alter table tasks drop column claimed_at;
      alter table parcel_contents drop column undone_at`);
  }
}
