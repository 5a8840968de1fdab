import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something that people must see to. */
@Entity('exceptions')
export class ExceptionRecord {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('text', { name: 'subject_kind' }) subjectKind: string;
  @Column('uuid', { name: 'subject_id' }) subjectId: string;
  @Column('uuid', { name: 'order_id', nullable: true }) orderId: string | null;
  @Column('uuid', { name: 'parcel_id', nullable: true }) parcelId: string | null;
  @Column('uuid', { name: 'merchant_id', nullable: true }) merchantId: string | null;
  @Column('text', { name: 'owner_queue' }) ownerQueue: string;
  @Column('text') detail: string;
  @Column('timestamptz', { name: 'opened_at' }) openedAt: Date;
  @Column('timestamptz', { name: 'resolved_at', nullable: true }) resolvedAt: Date | null;
  @Column('text', { name: 'resolved_by', nullable: true }) resolvedBy: string | null;
  @Column('text', { nullable: true }) resolution: string | null;
}
