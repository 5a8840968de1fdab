import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Orders planned together. */
@Entity({ name: 'waves' })
export class Wave {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'number', type: 'bigint' })
  number: string;

  @Column({ name: 'template_id', type: 'uuid' })
  templateId: string;

  @Column({ name: 'channel_id', type: 'uuid', nullable: true })
  channelId: string | null;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'order_count', type: 'int', default: 0 })
  orderCount: number;

  @Column({ name: 'line_count', type: 'int', default: 0 })
  lineCount: number;

  @Column({ name: 'unit_count', type: 'int', default: 0 })
  unitCount: number;

  @Column({ name: 'summary', type: 'jsonb', default: {} })
  summary: unknown;

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null;

  @Column({ name: 'created_by', type: 'text' })
  createdBy: string;

  @Column({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @Column({ name: 'released_at', type: 'timestamptz', nullable: true })
  releasedAt: Date | null;

  @Column({ name: 'completed_at', type: 'timestamptz', nullable: true })
  completedAt: Date | null;

  @Column({ name: 'plan', type: 'jsonb', default: {} })
  plan: unknown;

  @Column({ name: 'stop_asked', type: 'text', nullable: true })
  stopAsked: string | null;
}
