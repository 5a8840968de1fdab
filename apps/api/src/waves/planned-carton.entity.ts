import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A carton that a wave will be packed into, and the lane that it will leave by. */
@Entity({ name: 'planned_cartons' })
export class PlannedCartonRow {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'wave_id', type: 'uuid' })
  waveId: string;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'number_in_order', type: 'int' })
  numberInOrder: number;

  @Column({ name: 'carton_type_id', type: 'uuid' })
  cartonTypeId: string;

  @Column({ name: 'contents', type: 'jsonb' })
  contents: unknown;

  @Column({ name: 'gross_grams', type: 'int' })
  grossGrams: number;

  @Column({ name: 'lane_id', type: 'uuid', nullable: true })
  laneId: string | null;

  @Column({ name: 'because', type: 'jsonb', default: [] })
  because: unknown;

  @Column({ name: 'lane_because', type: 'jsonb', default: [] })
  laneBecause: unknown;
}
