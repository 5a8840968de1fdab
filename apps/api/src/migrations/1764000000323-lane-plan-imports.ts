import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/** What the last import of a site said of its lanes: files that say the same again leave alone what people changed since. */
export class LanePlanImports1764000000323 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table lane_plan_imports (
        site_id int not null,
        id uuid not null,
        brought jsonb not null,
        at timestamptz not null,
        constraint lane_plan_imports_pk primary key (site_id, id),
        constraint lane_plan_imports_uq unique (site_id)
      )`);
    await protectFloor(query, 'lane_plan_imports');
    await grant(query, ['select', 'insert', 'update'], 'lane_plan_imports');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop table lane_plan_imports');
  }
}
