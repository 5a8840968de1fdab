import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LanePlan } from '#lib/contracts';

/** A change of what lanes take. */
@Entity('lane_plan_changes')
export class LanePlanChangeRow {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('int') revision: number;
  @Column('text') kind: 'edited' | 'imported' | 'undone';
  @Column('timestamptz') at: Date;
  @Column('text', { name: 'changed_by' }) changedBy: string;
  @Column('jsonb') before: LanePlan;
  @Column('jsonb') after: LanePlan;
  /** Null while routes may still be written that were chosen by the plan before. */
  @Column('timestamptz', { name: 'settled_at', nullable: true }) settledAt: Date | null;
}

/** What the last import said of the lanes. */
@Entity('lane_plan_imports')
export class LanePlanImport {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('jsonb') brought: LanePlan;
  @Column('timestamptz') at: Date;
}
