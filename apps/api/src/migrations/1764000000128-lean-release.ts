import type { MigrationInterface, QueryRunner } from 'typeorm';
import { APP_ROLE } from './sql.js';

/** The foreign keys that are dropped, with what they said, for the way back. */
const KEYS: { table: string; name: string; column: string; parent: string }[] = [
  { table: 'wave_lines', name: 'wave_lines_wave_fk', column: 'wave_id', parent: 'waves' },
  { table: 'wave_lines', name: 'wave_lines_order_line_fk', column: 'order_line_id', parent: 'order_lines' },
  { table: 'reservations', name: 'reservations_line_fk', column: 'order_line_id', parent: 'order_lines' },
  { table: 'reservations', name: 'reservations_location_fk', column: 'location_id', parent: 'locations' },
  { table: 'reservations', name: 'reservations_item_fk', column: 'item_id', parent: 'items' },
  { table: 'planned_cartons', name: 'planned_cartons_wave_fk', column: 'wave_id', parent: 'waves' },
  { table: 'planned_cartons', name: 'planned_cartons_order_fk', column: 'order_id', parent: 'orders' },
  {
    table: 'planned_cartons',
    name: 'planned_cartons_type_fk',
    column: 'carton_type_id',
    parent: 'carton_types',
  },
  { table: 'planned_cartons', name: 'planned_cartons_lane_fk', column: 'lane_id', parent: 'lanes' },
  { table: 'run_slots', name: 'run_slots_run_fk', column: 'run_id', parent: 'runs' },
  { table: 'run_slots', name: 'run_slots_order_fk', column: 'order_id', parent: 'orders' },
  { table: 'tasks', name: 'tasks_run_fk', column: 'run_id', parent: 'runs' },
  { table: 'tasks', name: 'tasks_slot_fk', column: 'slot_id', parent: 'run_slots' },
  { table: 'tasks', name: 'tasks_line_fk', column: 'order_line_id', parent: 'order_lines' },
  { table: 'tasks', name: 'tasks_reservation_fk', column: 'reservation_id', parent: 'reservations' },
  { table: 'tasks', name: 'tasks_location_fk', column: 'location_id', parent: 'locations' },
  { table: 'tasks', name: 'tasks_item_fk', column: 'item_id', parent: 'items' },
];

/** Rows that a release writes and then writes again; room on their page keeps the second write out of the indexes. */
const WRITTEN_TWICE = ['wave_lines', 'planned_cartons'];

/** Parents of the dropped keys: nothing ever deletes one, and from now on nothing may. */
const KEPT_FOR_GOOD = [...new Set(KEYS.map(({ parent }) => parent))].join(', ');

/**
 * A release of 10,000 orders writes 100,000 rows, and PostgreSQL checks each of their foreign keys row by row: nine tenths of what
 * the inserts of tasks took. The keys of the tables that a release fills go, because nothing can break them: the inserts take ids
 * from the parent rows themselves, joined once for all rows, and the application loses the right to delete a parent.
 *
 * With them go an index that no query asks (wave lines are found by wave or by order), and the confirm's key of tasks that were
 * never confirmed: nulls are unique anyway.
 */
export class LeanRelease1764000000128 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    for (const { table, name } of KEYS) await query.query(`alter table ${table} drop constraint ${name}`);
    await query.query(`revoke delete on ${KEPT_FOR_GOOD} from ${APP_ROLE}`);
    await query.query(`
      drop index wave_lines_order_line_ix;
      alter table tasks drop constraint tasks_event_uq;
      create unique index tasks_event_uq on tasks (site_id, event_id) where event_id is not null`);
    for (const table of WRITTEN_TWICE) await query.query(`alter table ${table} set (fillfactor = 50)`);
  }

  async down(query: QueryRunner): Promise<void> {
    for (const table of WRITTEN_TWICE) await query.query(`alter table ${table} reset (fillfactor)`);
    await query.query(`
      drop index tasks_event_uq;
      alter table tasks add constraint tasks_event_uq unique (site_id, event_id);
      create index wave_lines_order_line_ix on wave_lines (site_id, order_line_id);
      grant delete on ${KEPT_FOR_GOOD} to ${APP_ROLE}`);
    for (const { table, name, column, parent } of KEYS) {
      const [own, theirs] = parent === 'items' ? [column, 'id'] : [`site_id, ${column}`, 'site_id, id'];
      await query.query(
        `alter table ${table} add constraint ${name} foreign key (${own}) references ${parent} (${theirs})`,
      );
    }
  }
}
