import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How far a stream of an agent is committed. */
@Entity('inbox_streams')
export class InboxStream {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid', { name: 'agent_id' }) agentId: string;
  @PrimaryColumn('text') stream: string;
  @Column('bigint', { name: 'last_seq' }) lastSeq: string;
}
