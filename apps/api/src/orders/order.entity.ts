import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What a merchant asked for. */
@Entity({ name: 'orders' })
export class Order {
  @PrimaryColumn({ name: 'site_id', type: 'int' })
  siteId: number;

  @PrimaryColumn({ name: 'id', type: 'uuid' })
  id: string;

  @Column({ name: 'merchant_id', type: 'uuid' })
  merchantId: string;

  @Column({ name: 'external_ref', type: 'text' })
  externalRef: string;

  @Column({ name: 'body_hash', type: 'text' })
  bodyHash: string;

  @Column({ name: 'body', type: 'jsonb' })
  body: unknown;

  @Column({ name: 'state', type: 'text' })
  state: string;

  @Column({ name: 'reason', type: 'text', nullable: true })
  reason: string | null;

  @Column({ name: 'priority', type: 'int', default: 5 })
  priority: number;

  @Column({ name: 'carrier_code', type: 'text' })
  carrierCode: string;

  @Column({ name: 'service', type: 'text' })
  service: string;

  @Column({ name: 'cut_off_at', type: 'timestamptz' })
  cutOffAt: Date;

  @Column({ name: 'consignee', type: 'jsonb' })
  consignee: unknown;

  @Column({ name: 'line_count', type: 'int' })
  lineCount: number;

  @Column({ name: 'unit_count', type: 'int' })
  unitCount: number;

  @Column({ name: 'wave_id', type: 'uuid', nullable: true })
  waveId: string | null;

  @Column({ name: 'waiting_for', type: 'text', nullable: true })
  waitingFor: string | null;

  @Column({ name: 'received_at', type: 'timestamptz' })
  receivedAt: Date;

  @Column({ name: 'state_at', type: 'timestamptz' })
  stateAt: Date;
}
