import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A policy that releases waiting orders by itself. */
@Entity({ name: 'release_channels' })
export class ReleaseChannel {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'name', type: 'text' })
  name: string;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'template_id', type: 'uuid' })
  templateId: string;

  @Column({ name: 'filter', type: 'jsonb', default: {} })
  filter: unknown;

  @Column({ name: 'max_in_flight', type: 'int' })
  maxInFlight: number;

  @Column({ name: 'batch_orders', type: 'int' })
  batchOrders: number;

  @Column({ name: 'last_released_at', type: 'timestamptz', nullable: true })
  lastReleasedAt: Date | null;

  /** Put away: no longer looked at, kept for the waves that it released. */
  @Column({ name: 'archived_at', type: 'timestamptz', nullable: true })
  archivedAt: Date | null;
}
