import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process beside the hardware. */
@Entity('agents')
export class Agent {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('text') name: string;
  @Column('uuid', { nullable: true }) session: string | null;
  @Column('timestamptz', { name: 'session_started_at', nullable: true }) sessionStartedAt: Date | null;
  @Column('int', { default: 0 }) epoch: number;
  @Column('boolean', { default: false }) online: boolean;
  @Column('timestamptz', { name: 'last_seen_at', nullable: true }) lastSeenAt: Date | null;
  @Column('jsonb', { default: {} }) state: Record<string, unknown>;
  @Column('jsonb', { default: {} }) inventory: Record<string, unknown>;
  @Column('timestamptz', { name: 'enrolled_at', nullable: true }) enrolledAt: Date | null;
  @Column('text', { name: 'claim_hash', nullable: true }) claimHash: string | null;
  @Column('timestamptz', { name: 'claim_expires_at', nullable: true }) claimExpiresAt: Date | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}
