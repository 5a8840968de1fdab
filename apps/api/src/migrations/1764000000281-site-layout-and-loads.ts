import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a plan must know of a building beyond its locations: cross aisles and one-way aisles, and what carts and totes carry. Sites and
 * carts that are there get what is usual: a tote of 600 x 400 x 220 mm filled to 40 l and 15 kg, a cart of 150 kg.
 */
export class SiteLayoutAndLoads1764000000281 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table sites add column cross_aisles_mm int[] not null default '{}';
      alter table sites add column one_way_aisles jsonb not null default '[]';
      alter table sites add column tote_volume_ml int not null default 40000;
      alter table sites add column tote_max_grams int not null default 15000;
      alter table sites add constraint sites_tote_ck check (tote_volume_ml > 0 and tote_max_grams > 0);
      alter table carts add column max_grams int not null default 150000;
      alter table carts add constraint carts_max_grams_ck check (max_grams > 0)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table carts drop constraint carts_max_grams_ck;
      alter table carts drop column max_grams;
      alter table sites drop constraint sites_tote_ck;
      alter table sites drop column tote_max_grams;
      alter table sites drop column tote_volume_ml;
      alter table sites drop column one_way_aisles;
      alter table sites drop column cross_aisles_mm`);
  }
}
