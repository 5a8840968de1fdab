import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One trip of one picker with one cart. */
@Entity({ name: 'runs' })
export class Run {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'number', type: 'bigint' })
  number: string;

  @Column({ name: 'wave_id', type: 'uuid' })
  waveId: string;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'cart_id', type: 'uuid', nullable: true })
  cartId: string | null;

  @Column({ name: 'person_id', type: 'uuid', nullable: true })
  personId: string | null;

  @Column({ name: 'drop_station_id', type: 'uuid', nullable: true })
  dropStationId: string | null;

  @Column({ name: 'walk_mm', type: 'bigint', default: 0 })
  walkMm: string;

  @Column({ name: 'walk_naive_mm', type: 'bigint', default: 0 })
  walkNaiveMm: string;

  @Column({ name: 'because', type: 'jsonb', default: {} })
  because: unknown;

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil: Date | null;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'assigned_at', type: 'timestamptz', nullable: true })
  assignedAt: Date | null;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null;

  @Column({ name: 'method', type: 'text', default: 'cluster' })
  method: string;

  @Column({ name: 'zone_id', type: 'uuid', nullable: true })
  zoneId: string | null;

  @Column({ name: 'leg', type: 'int', nullable: true })
  leg: number | null;

  @Column({ name: 'after_run_id', type: 'uuid', nullable: true })
  afterRunId: string | null;
}
