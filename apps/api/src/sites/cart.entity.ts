import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A picking cart with numbered slots. */
@Entity('carts')
export class Cart {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('int') slots: number;
  @Column('int', { name: 'max_grams', default: 150_000 }) maxGrams: number;
}
