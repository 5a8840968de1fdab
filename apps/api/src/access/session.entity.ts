import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody signed in; the token is kept as a hash. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'person_id' }) personId: string;
  @Column('text', { name: 'token_hash' }) tokenHash: string;
  @Column('text') face: string;
  @Column('uuid', { name: 'station_id', nullable: true }) stationId: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}
