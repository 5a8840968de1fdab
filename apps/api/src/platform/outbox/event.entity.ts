import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A fact, written with the change it tells of. */
@Entity('events')
export class StoredEvent {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('bigint', { generated: 'identity' }) seq: string;
  @Column('text') type: string;
  @Column('uuid', { name: 'aggregate_id' }) aggregateId: string;
  @Column('uuid', { name: 'order_id', nullable: true }) orderId: string | null;
  @Column('uuid', { name: 'parcel_id', nullable: true }) parcelId: string | null;
  @Column('uuid', { name: 'merchant_id', nullable: true }) merchantId: string | null;
  @Column('jsonb') data: Record<string, unknown>;
  @Column('text') actor: string;
  @Column('text') trace: string;
  @Column('timestamptz') at: Date;
  @Column('timestamptz', { name: 'published_at', nullable: true }) publishedAt: Date | null;
}
