import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A certificate that an agent signs in to the broker with. */
@Entity('agent_certificates')
export class AgentCertificate {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'agent_id' }) agentId: string;
  /** Hexadecimal. */
  @Column('text') serial: string;
  @Column('timestamptz', { name: 'issued_at' }) issuedAt: Date;
  @Column('timestamptz', { name: 'not_after' }) notAfter: Date;
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt: Date | null;
}
