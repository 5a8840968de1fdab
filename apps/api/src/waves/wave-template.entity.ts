import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How waves of one kind are planned. */
@Entity({ name: 'wave_templates' })
export class WaveTemplate {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'name', type: 'text' })
  name: string;

  @Column({ name: 'filter', type: 'jsonb', default: {} })
  filter: unknown;

  @Column({ name: 'limits', type: 'jsonb', default: {} })
  limits: unknown;

  @Column({ name: 'steps', type: 'text', array: true })
  steps: string[];

  @Column({ name: 'active', type: 'boolean', default: true })
  active: boolean;

  @Column({ name: 'thresholds', type: 'jsonb', default: {} })
  thresholds: unknown;

  @Column({ name: 'pipeline', type: 'jsonb', default: [] })
  pipeline: unknown;

  @Column({ name: 'planning_seconds_max', type: 'int', nullable: true })
  planningSecondsMax: number | null;

  @Column({ name: 'version', type: 'int', default: 1 })
  version: number;

  @Column({ name: 'changed_at', type: 'timestamptz', nullable: true })
  changedAt: Date | null;

  @Column({ name: 'changed_by', type: 'text', nullable: true })
  changedBy: string | null;
}
