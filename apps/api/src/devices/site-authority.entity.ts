import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The certificate authority of a site; its private key is sealed with SITE_CA_SECRET. */
@Entity('site_authorities')
export class SiteAuthority {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @Column('text', { name: 'certificate_pem' }) certificatePem: string;
  @Column('text', { name: 'sealed_key' }) sealedKey: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}
