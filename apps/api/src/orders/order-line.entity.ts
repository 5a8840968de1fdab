import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One item of an order with how far it has come. */
@Entity({ name: 'order_lines' })
export class OrderLine {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'line_no', type: 'int' })
  lineNo: number;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'ordered', type: 'int' })
  ordered: number;

  @Column({ name: 'promised', type: 'int', default: 0 })
  promised: number;

  @Column({ name: 'reserved', type: 'int', default: 0 })
  reserved: number;

  @Column({ name: 'picked', type: 'int', default: 0 })
  picked: number;

  @Column({ name: 'packed', type: 'int', default: 0 })
  packed: number;

  @Column({ name: 'shipped', type: 'int', default: 0 })
  shipped: number;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'wave_attempts', type: 'int', default: 0 })
  waveAttempts: number;

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null;
}
