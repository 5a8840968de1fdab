import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who undoes a put at a wall is asked for their last one: the ledger finds it without reading what else they did. */
export class LastPuts1764000000311 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(
      `create index movements_puts_ix on movements (site_id, actor, at) where reason in ('sort', 'sort-undone')`,
    );
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop index movements_puts_ix');
  }
}
