import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something that a device was asked to do. */
@Entity('device_commands')
export class StoredCommand {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'device_id' }) deviceId: string;
  @Column('text') op: string;
  @Column('jsonb') args: Record<string, unknown>;
  @Column('text') state: string;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('timestamptz', { name: 'valid_until' }) validUntil: Date;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'sent_at', nullable: true }) sentAt: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  @Column('text') trace: string;
}
