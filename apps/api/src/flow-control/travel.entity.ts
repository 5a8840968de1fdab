import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A parcel out of sight between two points. One that nobody saw in time is lost. */
@Entity('travels')
export class Travel {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'parcel_id' }) parcelId: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  @Column('uuid', { name: 'agent_id' }) agentId: string;
  @Column('text', { name: 'from_point' }) fromPoint: string;
  @Column('text') lane: string;
  @Column('text', { name: 'to_point' }) toPoint: string;
  @Column('text') state: 'under-way' | 'arrived' | 'lost';
  @Column('timestamptz', { name: 'left_at' }) leftAt: Date;
  @Column('timestamptz', { name: 'due_at' }) dueAt: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
