import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Goods to be brought from receiving to their location. */
@Entity({ name: 'put_aways' })
export class PutAway {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'quantity', type: 'int' })
  quantity: number;

  @Column({ name: 'from_location_id', type: 'uuid' })
  fromLocationId: string;

  @Column({ name: 'to_location_id', type: 'uuid' })
  toLocationId: string;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'event_id', type: 'uuid', nullable: true })
  eventId: string | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'done_at', type: 'timestamptz', nullable: true })
  doneAt: Date | null;

  @Column({ name: 'done_by', type: 'text', nullable: true })
  doneBy: string | null;
}
