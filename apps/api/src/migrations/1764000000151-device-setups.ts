import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/** How devices are set up, revision by revision, and which readings a simulator said. */
export class DeviceSetups1764000000151 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table devices
        add column desired_revision int not null default 0,
        add column simulated boolean not null default false,
        add column removed_at timestamptz;
      alter table inbox add column simulated boolean not null default false;
      create table device_revisions (
        site_id int not null,
        id uuid not null,
        device_id uuid not null,
        revision int not null,
        driver text not null,
        link jsonb not null,
        config jsonb not null,
        simulated boolean not null,
        removed boolean not null default false,
        state text not null,
        reason text,
        created_by text not null,
        created_at timestamptz not null,
        ended_at timestamptz,
        constraint device_revisions_pk primary key (site_id, id),
        constraint device_revisions_device_fk foreign key (site_id, device_id) references devices (site_id, id),
        constraint device_revisions_revision_uq unique (site_id, device_id, revision),
        constraint device_revisions_state_ck check
          (state in ('wanted', 'trying', 'healthy', 'unproven', 'rolled-back', 'refused')),
        constraint device_revisions_revision_ck check (revision > 0)
      );
      create index device_revisions_wanted_ix on device_revisions (site_id, created_at) where state = 'wanted'`);
    await protectFloor(query, 'device_revisions');
    await grant(query, ['select', 'insert', 'update'], 'device_revisions');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop table device_revisions;
      alter table inbox drop column simulated;
      alter table devices drop column desired_revision, drop column simulated, drop column removed_at`);
  }
}
