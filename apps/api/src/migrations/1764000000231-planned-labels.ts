import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor, protectMerchantFloor } from './sql.js';

/** Labels that agents keep for the time when the core is gone (docs/adr/0231). */
export class PlannedLabels1764000000231 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table device_commands drop constraint device_commands_state_ck;
      alter table device_commands add constraint device_commands_state_ck check
        (state in ('planned', 'queued', 'sent', 'accepted', 'started', 'done', 'failed', 'unknown', 'expired'));
      create table planned_labels (
        site_id int not null,
        id uuid not null,
        command_id uuid not null,
        order_id uuid not null,
        merchant_id uuid not null,
        container_id uuid not null,
        tote text not null,
        station_id uuid not null,
        device_id uuid not null,
        agent_id uuid not null,
        carrier_code text not null,
        service text not null,
        sscc text not null,
        tracking_number text not null,
        nonce text not null,
        weight_grams int not null,
        units int not null,
        state text not null,
        print_state text not null,
        reason text,
        at_agent boolean not null,
        fresh boolean not null,
        created_at timestamptz not null,
        valid_until timestamptz not null,
        ended_at timestamptz,
        constraint planned_labels_pk primary key (site_id, id),
        constraint planned_labels_command_uq unique (site_id, command_id),
        constraint planned_labels_sscc_uq unique (site_id, sscc),
        constraint planned_labels_order_fk foreign key (site_id, order_id) references orders (site_id, id),
        constraint planned_labels_container_fk foreign key (site_id, container_id) references containers (site_id, id),
        constraint planned_labels_station_fk foreign key (site_id, station_id) references stations (site_id, id),
        constraint planned_labels_device_fk foreign key (site_id, device_id) references devices (site_id, id),
        constraint planned_labels_agent_fk foreign key (site_id, agent_id) references agents (site_id, id),
        constraint planned_labels_state_ck check (state in ('planned', 'adopted', 'void')),
        constraint planned_labels_print_ck check (print_state in ('queued', 'sent', 'printed', 'failed', 'unknown'))
      );
      create unique index planned_labels_tote_uq on planned_labels (site_id, container_id) where state = 'planned';
      create index planned_labels_agent_ix on planned_labels (site_id, agent_id) where at_agent or state = 'planned';
      create table planned_label_versions (
        site_id int not null,
        version bigint not null,
        constraint planned_label_versions_pk primary key (site_id)
      )`);
    await protectMerchantFloor(query, 'planned_labels');
    await protectFloor(query, 'planned_label_versions');
    await grant(query, ['select', 'insert', 'update'], 'planned_labels', 'planned_label_versions');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop table planned_label_versions;
      drop table planned_labels;
      delete from device_commands where state = 'planned';
      alter table device_commands drop constraint device_commands_state_ck;
      alter table device_commands add constraint device_commands_state_ck check
        (state in ('queued', 'sent', 'accepted', 'started', 'done', 'failed', 'unknown', 'expired'))`);
  }
}
