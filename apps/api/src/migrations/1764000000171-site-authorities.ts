import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/** The site's certificate authority (its key sealed) and the certificates that agents hold from it. */
export class SiteAuthorities1764000000171 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table site_authorities (
        site_id int not null,
        certificate_pem text not null,
        sealed_key text not null,
        created_at timestamptz not null,
        constraint site_authorities_pk primary key (site_id),
        constraint site_authorities_site_fk foreign key (site_id) references sites (id)
      );
      create table agent_certificates (
        site_id int not null,
        id uuid not null,
        agent_id uuid not null,
        serial text not null,
        issued_at timestamptz not null,
        not_after timestamptz not null,
        revoked_at timestamptz,
        constraint agent_certificates_pk primary key (site_id, id),
        constraint agent_certificates_agent_fk foreign key (site_id, agent_id) references agents (site_id, id),
        constraint agent_certificates_serial_uq unique (site_id, serial)
      );
      create index agent_certificates_agent_ix on agent_certificates (site_id, agent_id)`);
    await protectFloor(query, 'site_authorities', 'agent_certificates');
    await grant(query, ['select', 'insert'], 'site_authorities');
    await grant(query, ['select', 'insert', 'update'], 'agent_certificates');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop table agent_certificates; drop table site_authorities');
  }
}
