import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rows that are written again when a wave takes or releases them; room on their page keeps that write out of their indexes. */
const WRITTEN_AGAIN = ['order_lines'];

/**
 * Two thirds of what a release of 10,000 orders cost the server were entries in indexes, half a million of them. Here go:
 *
 * - the second key of wave lines: nobody asks for one by its id, it is known by its wave and its order line;
 * - indexes that no query asks (open reservations by place), and those whose few questions another index answers as well: the
 *   reservations of a wave are found through its lines, its cartons through its orders;
 * - the entries of updates: order lines are indexed by item only while they wait for goods, by columns that a release leaves
 *   alone, so that the new version of a row stays on its page without new entries.
 *
 * A line of a wave is `included` until it leaves: that its goods are set aside stands in its reservations and was written a second
 * time for each line.
 */
export class FewerIndexEntries1764000000201 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    for (const table of WRITTEN_AGAIN) await query.query(`alter table ${table} set (fillfactor = 50)`);
    await query.query(`
      drop index order_lines_item_ix;
      create index order_lines_wanted_ix on order_lines (site_id, item_id) where promised < ordered or reason is not null;

      drop index reservations_open_ix;
      drop index reservations_wave_ix;

      update wave_lines set state = 'included' where state = 'reserved';
      alter table wave_lines drop constraint wave_lines_state_ck;
      alter table wave_lines add constraint wave_lines_state_ck check
        (state in ('included', 'short', 'removed', 'rewave-queued', 'failed'));
      alter table wave_lines drop constraint wave_lines_pk;
      alter table wave_lines drop constraint wave_lines_uq;
      alter table wave_lines add constraint wave_lines_pk primary key (site_id, wave_id, order_line_id);
      alter table wave_lines set (fillfactor = 90);

      drop index planned_cartons_wave_ix;
      alter table planned_cartons reset (fillfactor)`);
  }

  async down(query: QueryRunner): Promise<void> {
    for (const table of WRITTEN_AGAIN) await query.query(`alter table ${table} reset (fillfactor)`);
    await query.query(`
      alter table planned_cartons set (fillfactor = 50);
      create index planned_cartons_wave_ix on planned_cartons (site_id, wave_id);

      alter table wave_lines set (fillfactor = 50);
      alter table wave_lines drop constraint wave_lines_pk;
      alter table wave_lines add constraint wave_lines_pk primary key (site_id, id);
      alter table wave_lines add constraint wave_lines_uq unique (site_id, wave_id, order_line_id);
      alter table wave_lines drop constraint wave_lines_state_ck;
      alter table wave_lines add constraint wave_lines_state_ck check
        (state in ('included', 'reserved', 'short', 'removed', 'rewave-queued', 'failed'));
      update wave_lines w set state = 'reserved' where state = 'included' and exists (select 1 from reservations v
        where v.site_id = w.site_id and v.order_line_id = w.order_line_id and v.wave_id = w.wave_id and v.state <> 'released');

      create index reservations_wave_ix on reservations (site_id, wave_id) where state = 'open';
      create index reservations_open_ix on reservations (site_id, location_id, item_id, lot) where state = 'open';
      drop index order_lines_wanted_ix;
      create index order_lines_item_ix on order_lines (site_id, item_id) where state in ('open', 'backordered')`);
  }
}
