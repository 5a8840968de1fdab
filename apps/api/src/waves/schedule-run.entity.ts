import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One time that a schedule was due, with the wave that came of it. */
@Entity({ name: 'schedule_runs' })
export class ScheduleRun {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'schedule_id', type: 'uuid' })
  scheduleId: string;

  @Column({ name: 'due_at', type: 'timestamptz' })
  dueAt: Date;

  @Column({ name: 'state', type: 'text' })
  state: string;

  /** Given before the wave is made: the same run is the same wave, also after a crash. */
  @Column({ name: 'wave_id', type: 'uuid' })
  waveId: string;

  /** What it takes of what its template would. */
  @Column({ name: 'narrow', type: 'jsonb', default: {} })
  narrow: unknown;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null;

  @Column({ name: 'released', type: 'int', default: 0 })
  released: number;

  @Column({ name: 'left_orders', type: 'int', default: 0 })
  leftOrders: number;

  @Column({ name: 'reasons', type: 'jsonb', default: [] })
  reasons: unknown;
}
