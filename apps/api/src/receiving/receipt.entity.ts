import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Goods that a merchant announced. */
@Entity({ name: 'receipts' })
export class Receipt {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'reference', type: 'text' })
  reference: string;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'expected_at', type: 'timestamptz', nullable: true })
  expectedAt: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'closed_at', type: 'timestamptz', nullable: true })
  closedAt: Date | null;
}
