import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The balance of one account in one item and lot. */
@Entity({ name: 'levels' })
export class Level {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'account_kind', type: 'text' })
  accountKind: string;

  @PrimaryColumn({ name: 'account_id', type: 'uuid' })
  accountId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @PrimaryColumn({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @PrimaryColumn({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'quantity', type: 'int' })
  quantity: number;

  @Column({ name: 'reserved', type: 'int', default: 0 })
  reserved: number;
}
