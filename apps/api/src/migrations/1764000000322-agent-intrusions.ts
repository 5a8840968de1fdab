import type { MigrationInterface, QueryRunner } from 'typeorm';
import { grant, protectFloor } from './sql.js';

/**
 * When the core last heard the process that is shut out because another one is the agent: where it falls silent and the other does not,
 * one of them has gone, and the alarm ends by itself. Beside the agent's row, which every batch of a process that is shut out shares.
 */
export class AgentIntrusions1764000000322 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table agent_intrusions (
        site_id int not null,
        -- The agent.
        id uuid not null,
        heard_at timestamptz not null,
        constraint agent_intrusions_pk primary key (site_id, id),
        constraint agent_intrusions_agent_fk foreign key (site_id, id) references agents (site_id, id)
      )`);
    await protectFloor(query, 'agent_intrusions');
    await grant(query, ['select', 'insert', 'update', 'delete'], 'agent_intrusions');
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('drop table agent_intrusions');
  }
}
