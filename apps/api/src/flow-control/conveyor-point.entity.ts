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
}
