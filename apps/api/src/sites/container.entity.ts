import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Anything with a licence plate that holds stock; in at most one place. */
@Entity('containers')
export class Container {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') lpn: string;
  @Column('text') type: string;
  @Column('text', { default: 'empty' }) state: string;
  @Column('uuid', { name: 'location_id', nullable: true }) locationId: string | null;
  @Column('uuid', { name: 'parent_id', nullable: true }) parentId: string | null;
  @Column('uuid', { name: 'station_id', nullable: true }) stationId: string | null;
}
