import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The id under which the last record of a stream was sent. The inbox cannot tell it where the id had been used before (it keeps such a
 * record under another one), and an agent knows by it whether a copy of its disk has spoken in its name.
 */
export class StreamLastRecord1764000000251 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table inbox_streams add column last_record_id uuid;
      update inbox_streams s set last_record_id = i.record_id from inbox i
        where i.site_id = s.site_id and i.agent_id = s.agent_id and i.stream = s.stream and i.seq = s.last_seq
          and (i.reason is null or i.reason not like 'id:%')`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query('alter table inbox_streams drop column last_record_id');
  }
}
