import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a merchant has of an item in the building, and how much of it is promised. */
@Entity({ name: 'stock_totals' })
export class StockTotal {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'on_hand', type: 'int' })
  onHand: number;

  @Column({ name: 'promised', type: 'int', default: 0 })
  promised: number;
}
