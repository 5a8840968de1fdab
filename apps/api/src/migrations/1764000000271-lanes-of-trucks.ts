import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A lane may take the parcels of one truck of a carrier service, by its cut-off on the site's clock; null takes those of all, as lanes
 * did before. Rebalancing then has a duty for each truck; '' stands for a service whose lanes are not told apart.
 */
export class LanesOfTrucks1764000000271 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table lane_assignments add column cut_off_time text;
      alter table lane_assignments add constraint lane_assignments_time_ck
        check (cut_off_time ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$');
      alter table lane_duties add column cut_off_time text not null default '';
      alter table lane_duties drop constraint lane_duties_uq;
      alter table lane_duties add constraint lane_duties_uq unique (site_id, carrier_code, service, cut_off_time)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      delete from lane_duties where cut_off_time <> '';
      alter table lane_duties drop constraint lane_duties_uq;
      alter table lane_duties add constraint lane_duties_uq unique (site_id, carrier_code, service);
      alter table lane_duties drop column cut_off_time;
      alter table lane_assignments drop constraint lane_assignments_time_ck;
      alter table lane_assignments drop column cut_off_time`);
  }
}
