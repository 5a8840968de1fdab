import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An order line in a wave. */
@Entity({ name: 'wave_lines' })
export class WaveLine {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @Column({ name: 'id', type: 'uuid' })
  id: string;

  @PrimaryColumn({ name: 'wave_id', type: 'uuid' })
  waveId: string;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @PrimaryColumn({ name: 'order_line_id', type: 'uuid' })
  orderLineId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'quantity', type: 'int' })
  quantity: number;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null;

  @Column({ name: 'because', type: 'jsonb', nullable: true })
  because: unknown;

  @Column({ name: 'fault', type: 'jsonb', nullable: true })
  fault: unknown;
}
