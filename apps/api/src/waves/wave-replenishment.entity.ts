import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Goods that a wave wants at a pick face. */
@Entity({ name: 'wave_replenishments' })
export class WaveReplenishment {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'wave_id', type: 'uuid' })
  waveId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'from_location_id', type: 'uuid' })
  fromLocationId: string;

  @Column({ name: 'to_location_id', type: 'uuid' })
  toLocationId: string;

  @Column({ name: 'quantity', type: 'int' })
  quantity: number;

  @Column({ name: 'need', type: 'text' })
  need: string;

  @Column({ name: 'because', type: 'jsonb', default: {} })
  because: unknown;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
