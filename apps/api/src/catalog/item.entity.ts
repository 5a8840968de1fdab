import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A merchant's SKU. */
@Entity('items')
export class Item {
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  @Column('text') sku: string;
  @Column('text') name: string;
  @Column('int', { name: 'length_mm' }) lengthMm: number;
  @Column('int', { name: 'width_mm' }) widthMm: number;
  @Column('int', { name: 'height_mm' }) heightMm: number;
  @Column('int', { name: 'weight_grams' }) weightGrams: number;
  @Column('text', { default: 'none' }) tracking: string;
  @Column('boolean', { default: false }) fragile: boolean;
  @Column('boolean', { default: true }) active: boolean;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt: Date;
}
