import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectMerchantFloor } from './sql.js';

/** Goods that people bring from reserve to pick faces. */
export class Replenishments1764000000134 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table replenishments (
        site_id int not null,
        id uuid not null,
        wave_id uuid,
        merchant_id uuid not null,
        item_id uuid not null,
        lot text not null default '',
        from_location_id uuid not null,
        to_location_id uuid not null,
        quantity int not null,
        done_quantity int not null default 0,
        need text not null,
        state text not null,
        reason text,
        person_id uuid,
        claimed_at timestamptz,
        event_id uuid,
        created_at timestamptz not null,
        ended_at timestamptz,
        constraint replenishments_pk primary key (site_id, id),
        constraint replenishments_event_uq unique (site_id, event_id),
        constraint replenishments_wave_fk foreign key (site_id, wave_id) references waves (site_id, id),
        constraint replenishments_item_fk foreign key (item_id) references items (id),
        constraint replenishments_from_fk foreign key (site_id, from_location_id) references locations (site_id, id),
        constraint replenishments_to_fk foreign key (site_id, to_location_id) references locations (site_id, id),
        constraint replenishments_ck check (quantity > 0 and done_quantity between 0 and quantity
          and need in ('before-wave', 'top-up') and state in ('ready', 'assigned', 'done', 'failed', 'cancelled'))
      );
      create index replenishments_open_ix on replenishments (site_id, state, created_at) where state in ('ready', 'assigned')`);
    await protectMerchantFloor(query, 'replenishments');
    await grant(query, ['select', 'insert', 'update', 'delete'], 'replenishments');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table replenishments`);
  }
}
