import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Goods that somebody brings from reserve to a pick face. */
@Entity({ name: 'replenishments' })
export class Replenishment {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'wave_id', type: 'uuid', nullable: true })
  waveId: string | null;

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

  @Column({ name: 'done_quantity', type: 'int', default: 0 })
  doneQuantity: number;

  /** Picks that became ready by it. */
  @Column({ name: 'picks_ready', type: 'int', default: 0 })
  picksReady: number;

  @Column({ name: 'need', type: 'text' })
  need: string;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null;

  @Column({ name: 'person_id', type: 'uuid', nullable: true })
  personId: string | null;

  @Column({ name: 'claimed_at', type: 'timestamptz', nullable: true })
  claimedAt: Date | null;

  @Column({ name: 'event_id', type: 'uuid', nullable: true })
  eventId: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null;
}
