import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whether something is on its way to a location is asked of every empty one until a place is found for goods. */
export class PutAwaysOnTheirWay1764000000212 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(
      `create index put_aways_ready_ix on put_aways (site_id, to_location_id) where state = 'ready'`,
    );
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop index put_aways_ready_ix');
  }
}
