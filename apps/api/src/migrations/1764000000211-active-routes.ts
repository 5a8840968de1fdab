import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many parcels are under way to a lane is asked for every route that is made; the routes of the past are many more. */
export class ActiveRoutes1764000000211 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query('create index routes_active_ix on routes (site_id, lane_id) where active');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop index routes_active_ix');
  }
}
