import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ParcelExpectation } from '#lib/contracts';

/** The lane that a parcel should take, as the edge was told it. */
@Entity('routes')
export class Route {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'parcel_id' }) parcelId: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  /** What a scan point may read on the parcel: SSCC and tracking number. */
  @Column('text', { array: true }) codes: string[];
  @Column('uuid', { name: 'lane_id' }) laneId: string;
  @Column('uuid', { name: 'alternative_ids', array: true }) alternativeIds: string[];
  @Column('jsonb', { default: {} }) because: { text?: string };
  @Column('boolean') active: boolean;
  /** The version of the site's table that set or removed it. */
  @Column('bigint') version: string;
  @Column('timestamptz') at: Date;
  /** How often the parcel went round since the route was made, over all points. */
  @Column('int', { default: 0 }) laps: number;
  /** A supervisor chose the lane: rebalancing leaves it alone. */
  @Column('boolean', { default: false }) pinned: boolean;
  /** What in-line checks hold the parcel against; null where none is wanted. */
  @Column('jsonb', { nullable: true }) expected: ParcelExpectation | null;
}

/** The version of a site's route table; its row lock puts changes in order. */
@Entity('route_versions')
export class RouteVersion {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @Column('bigint') version: string;
}
