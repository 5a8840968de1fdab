import { Entity, PrimaryColumn } from 'typeorm';

/** What a person may do at a site. */
@Entity('person_roles')
export class PersonRole {
  @PrimaryColumn('uuid', { name: 'person_id' }) personId: string;
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('text') role: string;
}
