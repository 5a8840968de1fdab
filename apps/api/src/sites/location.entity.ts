import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A place where stock can lie, with its coordinates. */
@Entity('locations')
export class Location {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('uuid', { name: 'zone_id' }) zoneId: string;
  @Column('text') type: string;
  @Column('int', { default: 0 }) aisle: number;
  @Column('int', { default: 0 }) bay: number;
  @Column('int', { default: 0 }) level: number;
  @Column('int', { name: 'x_mm' }) xMm: number;
  @Column('int', { name: 'y_mm' }) yMm: number;
  @Column('int', { name: 'pick_sequence', default: 0 }) pickSequence: number;
  @Column('boolean', { default: false }) blocked: boolean;
}
