import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A carton that parcels are packed into; outer sizes. */
@Entity('carton_types')
export class CartonType {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('text') name: string;
  @Column('int', { name: 'length_mm' }) lengthMm: number;
  @Column('int', { name: 'width_mm' }) widthMm: number;
  @Column('int', { name: 'height_mm' }) heightMm: number;
  @Column('int', { name: 'tare_grams' }) tareGrams: number;
  @Column('int', { name: 'max_grams' }) maxGrams: number;
  @Column('boolean', { default: true }) active: boolean;
}
