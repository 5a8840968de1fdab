import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/**
 * The orders that the last wave of a template or a channel had no room for, each with its reason: one row for each of them, written
 * anew by every wave. The orders that a wave takes cost nothing.
 */
export class WaveLeftOrders1764000000291 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table wave_left_orders (
        site_id int not null,
        -- The template, or the channel of whose waves it is.
        id uuid not null,
        wave_id uuid not null,
        at timestamptz not null,
        order_ids uuid[] not null,
        -- For each order the place of its reason, counted from 1.
        places int[] not null,
        reasons jsonb[] not null,
        constraint wave_left_orders_pk primary key (site_id, id),
        constraint wave_left_orders_wave_fk foreign key (site_id, wave_id) references waves (site_id, id)
      )`);
    await protectFloor(query, 'wave_left_orders');
    await grant(query, ['select', 'insert', 'update', 'delete'], 'wave_left_orders');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop table wave_left_orders');
  }
}
