import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One stop of a run, or goods to be put back. */
@Entity({ name: 'tasks' })
export class Task {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'kind', type: 'text' })
  kind: string;

  @Column({ name: 'wave_id', type: 'uuid', nullable: true })
  waveId: string | null;

  @Column({ name: 'run_id', type: 'uuid', nullable: true })
  runId: string | null;

  @Column({ name: 'slot_id', type: 'uuid', nullable: true })
  slotId: string | null;

  @Column({ name: 'sequence', type: 'int' })
  sequence: number;

  @Column({ name: 'order_id', type: 'uuid' })
  orderId: string;

  @Column({ name: 'order_line_id', type: 'uuid' })
  orderLineId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'reservation_id', type: 'uuid', nullable: true })
  reservationId: string | null;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'location_id', type: 'uuid' })
  locationId: string;

  @Column({ name: 'quantity', type: 'int' })
  quantity: number;

  @Column({ name: 'done_quantity', type: 'int', default: 0 })
  doneQuantity: number;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'short_reason', type: 'text', nullable: true })
  shortReason: string | null;

  @Column({ name: 'event_id', type: 'uuid', nullable: true })
  eventId: string | null;

  @Column({ name: 'outcome', type: 'jsonb', nullable: true })
  outcome: unknown;

  @Column({ name: 'person_id', type: 'uuid', nullable: true })
  personId: string | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null;

  /** When the person took it on; of put-backs, which are claimed one by one. */
  @Column({ name: 'claimed_at', type: 'timestamptz', nullable: true })
  claimedAt: Date | null;

  /** The container that its goods are in where that is not its slot's: the tote of a batch run, what a put-back empties. */
  @Column({ name: 'container_id', type: 'uuid', nullable: true })
  containerId: string | null;

  /** Units in that tote that a put wall has not sorted yet. */
  @Column({ name: 'to_sort', type: 'int', default: 0 })
  toSort: number;
}
