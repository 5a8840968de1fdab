import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A record from the edge with its one outcome. */
@Entity('inbox')
export class InboxRecord {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid', { name: 'agent_id' }) agentId: string;
  @PrimaryColumn('text') stream: string;
  @PrimaryColumn('bigint') seq: string;
  @Column('uuid', { name: 'record_id' }) recordId: string;
  @Column('text') kind: string;
  @Column('text', { name: 'device_code' }) deviceCode: string;
  @Column('timestamptz') at: Date;
  @Column('timestamptz', { name: 'received_at' }) receivedAt: Date;
  @Column('jsonb') data: Record<string, unknown>;
  @Column('text', { name: 'raw_hex', nullable: true }) rawHex: string | null;
  @Column('text') trace: string;
  @Column('boolean', { default: false }) simulated: boolean;
  @Column('text') outcome: string;
  @Column('text', { nullable: true }) reason: string | null;
}
