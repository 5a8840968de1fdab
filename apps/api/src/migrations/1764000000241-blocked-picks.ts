import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Picks that wait for a replenishment: their goods are set aside where they lie, and the reservation says which move brings them. No
 * foreign key, as with the other columns that a release fills (migration 128); the invariants look for orphans.
 */
export class BlockedPicks1764000000241 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table reservations add column replenishment_id uuid;
      create index reservations_replenishment_ix on reservations (site_id, replenishment_id) where replenishment_id is not null;
      alter table replenishments add column picks_ready int not null default 0`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop index reservations_replenishment_ix;
      alter table reservations drop column replenishment_id;
      alter table replenishments drop column picks_ready`);
  }
}
