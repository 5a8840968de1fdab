import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A carton for one consignee, from the first item scan to the truck. */
@Entity('parcels')
export class Parcel {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'order_id' }) orderId: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  @Column('text') state: string;
  @Column('int', { name: 'number_in_order' }) numberInOrder: number;
  @Column('text', { nullable: true }) sscc: string | null;
  @Column('uuid', { name: 'carton_type_id' }) cartonTypeId: string;
  @Column('uuid', { name: 'suggested_carton_id', nullable: true }) suggestedCartonId: string | null;
  /** Why that carton was suggested, in words. */
  @Column('jsonb', { default: [] }) because: string[];
  /** The tote that its goods came in. */
  @Column('uuid', { name: 'source_container_id', nullable: true }) sourceContainerId: string | null;
  @Column('uuid', { name: 'station_id', nullable: true }) stationId: string | null;
  @Column('int', { name: 'expected_grams', nullable: true }) expectedGrams: number | null;
  @Column('int', { name: 'weight_grams', nullable: true }) weightGrams: number | null;
  @Column('text', { name: 'weight_override_by', nullable: true }) weightOverrideBy: string | null;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('text') service: string;
  @Column('text', { name: 'tracking_number', nullable: true }) trackingNumber: string | null;
  /** The lane it should take. */
  @Column('uuid', { name: 'lane_id', nullable: true }) laneId: string | null;
  /** The lane in which the conveyor confirmed it. */
  @Column('uuid', { name: 'actual_lane_id', nullable: true }) actualLaneId: string | null;
  @Column('uuid', { name: 'staging_location_id', nullable: true }) stagingLocationId: string | null;
  @Column('uuid', { name: 'manifest_id', nullable: true }) manifestId: string | null;
  @Column('uuid', { name: 'load_id', nullable: true }) loadId: string | null;
  @Column('timestamptz', { name: 'opened_at' }) openedAt: Date;
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  @Column('timestamptz', { name: 'labelled_at', nullable: true }) labelledAt: Date | null;
  @Column('timestamptz', { name: 'diverted_at', nullable: true }) divertedAt: Date | null;
  @Column('timestamptz', { name: 'shipped_at', nullable: true }) shippedAt: Date | null;
}

/** One pack scan: what lies in the parcel, for which line, of which lot. */
@Entity('parcel_contents')
export class ParcelContent {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'parcel_id' }) parcelId: string;
  @Column('uuid', { name: 'order_line_id' }) orderLineId: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  @Column('uuid', { name: 'item_id' }) itemId: string;
  @Column('text', { default: '' }) lot: string;
  @Column('int') quantity: number;
  @Column('uuid', { name: 'event_id' }) eventId: string;
  @Column('timestamptz') at: Date;
  /** The release of its wave was undone: the scan happened and no longer counts for the line. */
  @Column('timestamptz', { name: 'undone_at', nullable: true }) undoneAt: Date | null;
}
