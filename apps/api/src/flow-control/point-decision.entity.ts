import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One arrival at a point, from seen to confirmed or lost. */
@Entity('point_decisions')
export class PointDecision {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'agent_id' }) agentId: string;
  @Column('text') point: string;
  /** The PLC's own number of the parcel while it is on the belt; with `seq` it names one arrival. */
  @Column('bigint', { name: 'track_id' }) trackId: string;
  @Column('bigint') seq: string;
  @Column('uuid', { name: 'parcel_id', nullable: true }) parcelId: string | null;
  @Column('uuid', { name: 'merchant_id', nullable: true }) merchantId: string | null;
  @Column('text', { array: true }) codes: string[];
  /** read, no-read, multi, conflict; `unheard` when the decision came before the sighting. */
  @Column('text') result: string;
  @Column('text') state: 'seen' | 'decided' | 'sent' | 'confirmed' | 'lost';
  @Column('text', { nullable: true }) action: string | null;
  @Column('text', { name: 'commanded_lane', nullable: true }) commandedLane: string | null;
  @Column('text', { name: 'actual_lane', nullable: true }) actualLane: string | null;
  @Column('text', { nullable: true }) because: string | null;
  @Column('text', { name: 'decided_by', nullable: true }) decidedBy: string | null;
  @Column('int', { name: 'latency_micros', nullable: true }) latencyMicros: number | null;
  @Column('timestamptz', { name: 'seen_at' }) seenAt: Date;
  @Column('timestamptz', { name: 'decided_at', nullable: true }) decidedAt: Date | null;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
  /** Lanes that the PLC was offered beside the commanded one. */
  @Column('text', { array: true, default: '{}' }) alternatives: string[];
  /** Why the parcel went elsewhere, in the PLC's words. */
  @Column('text', { name: 'plc_reason', nullable: true }) plcReason: string | null;
  @Column('text', { name: 'check_result', nullable: true }) checkResult: string | null;
  @Column('int', { name: 'check_grams', nullable: true }) checkGrams: number | null;
  @Column('int', { name: 'check_sides_mm', array: true, nullable: true }) checkSidesMm: number[] | null;
  /** It lies in a ship lane that does not serve its carrier, whoever's fault that is. */
  @Column('boolean', { name: 'mis_sorted', default: false }) misSorted: boolean;
}
