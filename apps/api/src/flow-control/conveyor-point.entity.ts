import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where the conveyor sees a parcel and can still be told where to send it. */
@Entity('conveyor_points')
export class ConveyorPoint {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('uuid', { name: 'device_id' }) deviceId: string;
  @Column('uuid', { name: 'exception_lane_id' }) exceptionLaneId: string;
  @Column('uuid', { name: 'no_read_lane_id' }) noReadLaneId: string;
  /** Null where the conveyor is no loop. */
  @Column('uuid', { name: 'recirculation_lane_id', nullable: true }) recirculationLaneId: string | null;
  @Column('int', { name: 'laps_max' }) lapsMax: number;
  /** From a parcel's arrival to the last moment at which a route can be acted on. */
  @Column('int', { name: 'deadline_ms' }) deadlineMs: number;
  /** An arrival that is not confirmed for so long is given up. */
  @Column('int', { name: 'confirm_limit_ms', default: 300_000 }) confirmLimitMs: number;
  /** Where everything goes when the point can't or must not decide; null: the exception lane. */
  @Column('uuid', { name: 'safe_lane_id', nullable: true }) safeLaneId: string | null;
  /** Null: without the core the edge goes on with what it knows. */
  @Column('int', { name: 'core_gone_after_ms', nullable: true }) coreGoneAfterMs: number | null;
  /** Why a supervisor put the point into its safe state; null while it decides. */
  @Column('text', { name: 'forced_safe', nullable: true }) forcedSafe: string | null;
  /** Set where a scale or a dimensioner stands in the line before the point. */
  @Column('uuid', { name: 'check_lane_id', nullable: true }) checkLaneId: string | null;
  @Column('uuid', { name: 'check_scale_id', nullable: true }) checkScaleId: string | null;
  @Column('uuid', { name: 'check_dimensioner_id', nullable: true }) checkDimensionerId: string | null;
  @Column('int', { name: 'check_window_ms', default: 1_500 }) checkWindowMs: number;
  @Column('int', { name: 'check_wait_ms', default: 0 }) checkWaitMs: number;
  @Column('text', { name: 'check_when_missing', default: 'pass' }) checkWhenMissing: 'pass' | 'check';
}

/** A stretch that parcels ride on after they left a point by a lane, until the next point sees them. */
@Entity('conveyor_segments')
export class ConveyorSegment {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'from_point_id' }) fromPointId: string;
  @Column('uuid', { name: 'lane_id' }) laneId: string;
  @Column('uuid', { name: 'to_point_id' }) toPointId: string;
  @Column('int', { name: 'length_mm' }) lengthMm: number;
  @Column('int', { name: 'speed_mm_per_s' }) speedMmPerS: number;
  @Column('int', { name: 'margin_ms' }) marginMs: number;
}
