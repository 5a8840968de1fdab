import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A reason why an order must wait, beside its state. */
@Entity({ name: 'order_holds' })
export class OrderHold {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'code', type: 'text' })
  code: string;

  @Column({ name: 'reason', type: 'text' })
  reason: string;

  @Column({ name: 'placed_by', type: 'text' })
  placedBy: string;

  @Column({ name: 'placed_at', type: 'timestamptz' })
  placedAt: Date;

  @Column({ name: 'released_by', type: 'text', nullable: true })
  releasedBy: string | null;

  @Column({ name: 'released_at', type: 'timestamptz', nullable: true })
  releasedAt: Date | null;
}
