import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A part of a site. */
@Entity('zones')
export class Zone {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('text') name: string;
}
