import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a person and devices work together. */
@Entity('stations')
export class Station {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('text') kind: string;
  @Column('text') name: string;
  @Column('int', { name: 'x_mm' }) xMm: number;
  @Column('int', { name: 'y_mm' }) yMm: number;
}
