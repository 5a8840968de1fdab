import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a wave is planned by is kept with it, so that a failed plan goes on as it began. */
export class WavePlan1764000000111 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`alter table waves add column plan jsonb not null default '{}'`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`alter table waves drop column plan`);
  }
}
