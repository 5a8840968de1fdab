import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One step of a wave's pipeline. */
@Entity({ name: 'wave_steps' })
export class WaveStep {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'wave_id', type: 'uuid' })
  waveId: string;

  @Column({ name: 'position', type: 'int' })
  position: number;

  @Column({ name: 'name', type: 'text' })
  name: string;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'attempts', type: 'int', default: 0 })
  attempts: number;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null;

  @Column({ name: 'log', type: 'jsonb', default: [] })
  log: unknown;
}
