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
}
