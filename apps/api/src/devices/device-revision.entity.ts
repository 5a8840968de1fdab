import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One setup of a device that the core wanted, and what became of it. */
@Entity('device_revisions')
export class DeviceRevision {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'device_id' }) deviceId: string;
  @Column('int') revision: number;
  @Column('text') driver: string;
  @Column('jsonb') link: Record<string, unknown>;
  @Column('jsonb') config: Record<string, unknown>;
  @Column('boolean') simulated: boolean;
  @Column('boolean', { default: false }) removed: boolean;
  @Column('text') state: string;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('text', { name: 'created_by' }) createdBy: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
