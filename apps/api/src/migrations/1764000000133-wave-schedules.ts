import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/** Waves that are planned and released by themselves: when, and what came of each time. */
export class WaveSchedules1764000000133 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table wave_schedules (
        site_id int not null,
        id uuid not null,
        name text not null,
        template_id uuid not null,
        rule jsonb not null,
        plan_only boolean not null default false,
        active boolean not null default true,
        -- Times before this are nobody's: the schedule was made or changed then.
        since timestamptz not null,
        archived_at timestamptz,
        constraint wave_schedules_pk primary key (site_id, id),
        constraint wave_schedules_name_uq unique (site_id, name),
        constraint wave_schedules_template_fk foreign key (site_id, template_id) references wave_templates (site_id, id)
      );
      create table schedule_runs (
        site_id int not null,
        id uuid not null,
        schedule_id uuid not null,
        due_at timestamptz not null,
        state text not null,
        wave_id uuid not null,
        narrow jsonb not null default '{}',
        started_at timestamptz,
        ended_at timestamptz,
        released int not null default 0,
        left_orders int not null default 0,
        reasons jsonb not null default '[]',
        constraint schedule_runs_pk primary key (site_id, id),
        constraint schedule_runs_due_uq unique (site_id, schedule_id, due_at),
        constraint schedule_runs_schedule_fk foreign key (site_id, schedule_id) references wave_schedules (site_id, id),
        constraint schedule_runs_state_ck check (state in ('due', 'done', 'nothing', 'held', 'failed', 'superseded'))
      );
      create index schedule_runs_open_ix on schedule_runs (site_id, state) where state in ('due', 'held')`);
    await protectFloor(query, 'wave_schedules', 'schedule_runs');
    await grant(query, ['select', 'insert', 'update', 'delete'], 'wave_schedules', 'schedule_runs');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table schedule_runs; drop table wave_schedules`);
  }
}
