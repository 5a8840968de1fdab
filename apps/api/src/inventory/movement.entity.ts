import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One immutable row of the ledger. */
@Entity({ name: 'movements' })
export class MovementRow {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'item_id', type: 'uuid' })
  itemId: string;

  @Column({ name: 'lot', type: 'text', default: '' })
  lot: string;

  @Column({ name: 'quantity', type: 'int' })
  quantity: number;

  @Column({ name: 'from_kind', type: 'text' })
  fromKind: string;

  @Column({ name: 'from_id', type: 'uuid' })
  fromId: string;

  @Column({ name: 'to_kind', type: 'text' })
  toKind: string;

  @Column({ name: 'to_id', type: 'uuid' })
  toId: string;

  @Column({ name: 'reason', type: 'text' })
  reason: string;

  @Column({ name: 'event_id', type: 'uuid' })
  eventId: string;

  @Column({ name: 'line_no', type: 'int', default: 0 })
  lineNo: number;

  @Column({ name: 'order_line_id', type: 'uuid', nullable: true })
  orderLineId: string | null;

  @Column({ name: 'actor', type: 'text' })
  actor: string;

  @Column({ name: 'at', type: 'timestamptz' })
  at: Date;
}
