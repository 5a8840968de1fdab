import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The first answer to a request, for seven days. */
@Entity('idempotency_keys')
export class IdempotencyKey {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('text') actor: string;
  @PrimaryColumn('text') key: string;
  @Column('text', { name: 'request_hash' }) requestHash: string;
  @Column('int', { nullable: true }) status: number | null;
  @Column('jsonb', { nullable: true }) body: Record<string, unknown> | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'expires_at' }) expiresAt: Date;
}
