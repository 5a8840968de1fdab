import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Goods set aside at a location for an order line. */
@Entity({ name: 'reservations' })
export class ReservationRow {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'order_line_id', type: 'uuid' })
  orderLineId: string;

  @Column({ name: 'wave_id', type: 'uuid', nullable: true })
  waveId: string | null;

  @Column({ name: 'location_id', type: 'uuid' })
  locationId: string;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'quantity', type: 'int' })
  quantity: number;

  @Column({ name: 'state', type: 'text' })
  state: string;

  /** The move that brings the goods from here to where they are picked; null: they are picked here. */
  @Column({ name: 'replenishment_id', type: 'uuid', nullable: true })
  replenishmentId: string | null;

  @Column({ name: 'because', type: 'jsonb', default: {} })
  because: unknown;
}
