import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A count that was asked for, with what it found. */
@Entity({ name: 'counts' })
export class Count {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'location_id', type: 'uuid' })
  locationId: string;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'expected', type: 'int' })
  expected: number;

  @Column({ name: 'counted', type: 'int', nullable: true })
  counted: number | null;

  @Column({ name: 'reason', type: 'text' })
  reason: string;

  @Column({ name: 'opened_by', type: 'text' })
  openedBy: string;

  @Column({ name: 'opened_at', type: 'timestamptz' })
  openedAt: Date;

  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true })
  closedAt: Date | null;
}
