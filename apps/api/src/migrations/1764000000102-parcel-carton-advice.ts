import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A parcel keeps the carton that was suggested for it and why, beside the one that was taken. */
export class ParcelCartonAdvice1764000000102 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table parcels add column suggested_carton_id uuid;
      alter table parcels add column because jsonb not null default '[]';
      alter table parcels add constraint parcels_suggested_fk
        foreign key (site_id, suggested_carton_id) references carton_types (site_id, id);
      create index parcels_container_ix on parcels (site_id, source_container_id) where state in ('open', 'closed', 'verified')`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop index parcels_container_ix;
      alter table parcels drop constraint parcels_suggested_fk;
      alter table parcels drop column because;
      alter table parcels drop column suggested_carton_id`);
  }
}
