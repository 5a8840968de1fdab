import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a dry run of a template or a wave said. */
@Entity({ name: 'dry_runs' })
export class DryRun {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'subject_id', type: 'uuid' })
  subjectId: string;

  @Column({ name: 'at', type: 'timestamptz' })
  at: Date;

  @Column({ name: 'report', type: 'jsonb' })
  report: unknown;

  @Column({ name: 'order_ids', type: 'uuid', array: true })
  orderIds: string[];
}
