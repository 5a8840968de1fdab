import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A piece of hardware. */
@Entity('devices')
export class Device {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'agent_id' }) agentId: string;
  @Column('text') code: string;
  @Column('text') kind: string;
  @Column('text') driver: string;
  @Column('uuid', { name: 'station_id', nullable: true }) stationId: string | null;
  @Column('jsonb', { default: {} }) link: Record<string, unknown>;
  @Column('jsonb', { default: {} }) config: Record<string, unknown>;
  @Column('text', { default: 'init' }) state: string;
  @Column('timestamptz', { name: 'state_since', nullable: true }) stateSince: Date | null;
  @Column('text', { name: 'state_reason', nullable: true }) stateReason: string | null;
  @Column('timestamptz', { name: 'last_reading_at', nullable: true }) lastReadingAt: Date | null;
  @Column('int', { name: 'desired_revision', default: 0 }) desiredRevision: number;
  @Column('boolean', { default: false }) simulated: boolean;
  @Column('timestamptz', { name: 'removed_at', nullable: true }) removedAt: Date | null;
  @Column('jsonb', { name: 'last_reading', nullable: true }) lastReading: Record<string, unknown> | null;
}
