import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the last wave of a template or channel had no room for. */
@Entity({ name: 'wave_left_orders' })
export class WaveLeftOrders {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  /** The template, or the channel of whose waves it is. */
  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'wave_id', type: 'uuid' })
  waveId: string;

  @Column({ name: 'at', type: 'timestamptz' })
  at: Date;

  @Column({ name: 'order_ids', type: 'uuid', array: true })
  orderIds: string[];

  @Column({ name: 'places', type: 'int', array: true })
  places: number[];

  @Column({ name: 'reasons', type: 'jsonb', array: true })
  reasons: unknown[];
}
