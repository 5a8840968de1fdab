import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Most orders that a stage of the site may hold before release waits for it. */
@Entity({ name: 'work_limits' })
export class WorkLimit {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'stage', type: 'text' })
  stage: string;

  @Column({ name: 'orders_max', type: 'int', nullable: true })
  ordersMax: number | null;

  @Column({ name: 'orders_per_person', type: 'int', nullable: true })
  ordersPerPerson: number | null;

  @Column({ name: 'changed_by', type: 'text' })
  changedBy: string;

  @Column({ name: 'changed_at', type: 'timestamptz' })
  changedAt: Date;
}
