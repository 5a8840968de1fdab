import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A label asked of a carrier. At most one of a parcel is active. */
@Entity('labels')
export class Label {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'parcel_id' }) parcelId: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  @Column('text') state: string;
  @Column('boolean') active: boolean;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('text', { name: 'tracking_number', nullable: true }) trackingNumber: string | null;
  /** The nonce of the one valid paper. */
  @Column('text') nonce: string;
  @Column('text', { nullable: true }) zpl: string | null;
  @Column('text', { nullable: true }) reason: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'voided_at', nullable: true }) voidedAt: Date | null;
}

/** One job of a printer. Its id is the job id that the printer's readings carry. */
@Entity('prints')
export class Print {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'label_id' }) labelId: string;
  @Column('uuid', { name: 'parcel_id' }) parcelId: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  @Column('uuid', { name: 'device_id' }) deviceId: string;
  @Column('uuid', { name: 'command_id' }) commandId: string;
  @Column('text') nonce: string;
  @Column('text') state: string;
  @Column('text', { nullable: true }) reason: string | null;
  /** Set when it is a reprint: media, damaged, lost, unknown. */
  @Column('text', { name: 'reprint_reason', nullable: true }) reprintReason: string | null;
  @Column('text', { name: 'requested_by' }) requestedBy: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
