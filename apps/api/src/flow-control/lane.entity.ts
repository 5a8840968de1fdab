import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where the conveyor can let a parcel go. */
@Entity('lanes')
export class Lane {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('text') name: string;
  @Column('text') kind: 'ship' | 'exception' | 'no-read' | 'recirculation';
  /** Closed by people; what its photo-eye says stands in `fill`. */
  @Column('boolean', { default: false }) closed: boolean;
  @Column('text', { default: 'clear' }) fill: 'clear' | 'full' | 'jam';
  @Column('timestamptz', { name: 'fill_since', nullable: true }) fillSince: Date | null;
  @Column('uuid', { name: 'staging_location_id', nullable: true }) stagingLocationId: string | null;
  /** Parcels that fit; null where nobody counted. */
  @Column('int', { nullable: true }) capacity: number | null;
  /** A supervisor says that it is open whatever its photo-eye says. */
  @Column('boolean', { name: 'forced_open', default: false }) forcedOpen: boolean;
}

/** A lane that serves a carrier service; the lowest rank is asked first. */
@Entity('lane_assignments')
export class LaneAssignment {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'lane_id' }) laneId: string;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('text') service: string;
  @Column('int') rank: number;
  /** HH:MM on the site's clock: the lane takes the parcels of this truck alone; null: of every truck. */
  @Column('text', { name: 'cut_off_time', nullable: true }) cutOffTime: string | null;
}

/** The lane that takes a carrier service's parcels for now, where rebalancing chose another than the ranks would. */
@Entity('lane_duties')
export class LaneDuty {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('text') service: string;
  /** Of the truck whose parcels it takes; '' where the service's lanes are not told apart by trucks. */
  @Column('text', { name: 'cut_off_time', default: '' }) cutOffTime: string;
  @Column('uuid', { name: 'lane_id' }) laneId: string;
  @Column('timestamptz') since: Date;
  @Column('text') because: string;
}
