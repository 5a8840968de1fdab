import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a supervisor set against what the conveyor would do: who, when, why, until when, and how it ended. Never deleted. */
@Entity('flow_overrides')
export class FlowOverride {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') kind: 'lane-closed' | 'lane-open' | 'parcel-lane' | 'point-safe';
  /** The lane, the parcel or the point. */
  @Column('uuid', { name: 'subject_id' }) subjectId: string;
  /** Where the parcel was sent. */
  @Column('uuid', { name: 'lane_id', nullable: true }) laneId: string | null;
  @Column('text') reason: string;
  @Column('text', { name: 'set_by' }) setBy: string;
  @Column('timestamptz', { name: 'set_at' }) setAt: Date;
  /** Null: until somebody ends it. */
  @Column('timestamptz', { name: 'expires_at', nullable: true }) expiresAt: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  @Column('text', { name: 'ended_by', nullable: true }) endedBy: string | null;
  @Column('text', { name: 'ended_because', nullable: true }) endedBecause: string | null;
}
