import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { FlowSettings } from '#lib/contracts';

/** What a site set for its conveyor; what it left out is as in flow-settings.ts. */
@Entity('flow_settings')
export class FlowSettingsRow {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @Column('jsonb') settings: Partial<FlowSettings>;
  @Column('timestamptz', { name: 'set_at' }) setAt: Date;
  @Column('text', { name: 'set_by' }) setBy: string;
}
