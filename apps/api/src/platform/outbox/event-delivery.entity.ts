import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What became of an event at one listener. */
@Entity('event_deliveries')
export class EventDelivery {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid', { name: 'event_id' }) eventId: string;
  @PrimaryColumn('text') listener: string;
  @Column('int') attempts: number;
  @Column('text') state: string;
  @Column('text', { nullable: true }) error: string | null;
  @Column('timestamptz', { name: 'next_at', nullable: true }) nextAt: Date | null;
  @Column('timestamptz') at: Date;
}
