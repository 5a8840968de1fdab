import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When a template's wave is planned and released by itself. */
@Entity({ name: 'wave_schedules' })
export class WaveSchedule {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'name', type: 'text' })
  name: string;

  @Column({ name: 'template_id', type: 'uuid' })
  templateId: string;

  @Column({ name: 'rule', type: 'jsonb' })
  rule: unknown;

  @Column({ name: 'plan_only', type: 'boolean', default: false })
  planOnly: boolean;

  @Column({ name: 'active', type: 'boolean', default: true })
  active: boolean;

  @Column({ name: 'since', type: 'timestamptz' })
  since: Date;

  @Column({ name: 'archived_at', type: 'timestamptz', nullable: true })
  archivedAt: Date | null;
}
