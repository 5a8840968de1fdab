import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The place of one order on a run's cart. */
@Entity({ name: 'run_slots' })
export class RunSlot {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'run_id', type: 'uuid' })
  runId: string;

  @Column({ name: 'slot', type: 'int' })
  slot: number;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'container_id', type: 'uuid', nullable: true })
  containerId: string | null;

  @Column({ name: 'state', type: 'text' })
  state: string;

  /** Why it is this slot of a put wall; null for the places on carts. */
  @Column({ name: 'because', type: 'jsonb', nullable: true })
  because: unknown;
}
