import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One item of a receipt. */
@Entity({ name: 'receipt_lines' })
export class ReceiptLine {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'receipt_id', type: 'uuid' })
  receiptId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'line_no', type: 'int' })
  lineNo: number;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'expected', type: 'int' })
  expected: number;

  @Column({ name: 'received', type: 'int', default: 0 })
  received: number;

  @Column({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'expires_on', type: 'date', nullable: true })
  expiresOn: string | null;
}
