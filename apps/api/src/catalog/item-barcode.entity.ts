import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A barcode of an item; a pack barcode stands for several units. */
@Entity('item_barcodes')
export class ItemBarcode {
  @PrimaryColumn('uuid', { name: 'merchant_id' }) merchantId: string;
  @PrimaryColumn('text') barcode: string;
  @Column('uuid', { name: 'item_id' }) itemId: string;
  @Column('int', { default: 1 }) quantity: number;
}
