import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a stream of an agent is committed. */
@Entity('inbox_streams')
export class InboxStream {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid', { name: 'agent_id' }) agentId: string;
  @PrimaryColumn('text') stream: string;
  @Column('bigint', { name: 'last_seq' }) lastSeq: string;
  /** As it was sent; null where it had no id that could be read. */
  @Column('uuid', { name: 'last_record_id', nullable: true }) lastRecordId: string | null;
}
