import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The owner of goods and sender of orders. */
@Entity('merchants')
export class Merchant {
  @PrimaryColumn('uuid') id: string;
  @Column('text') code: string;
  @Column('text') name: string;
  @Column('boolean', { default: true }) active: boolean;
  @Column('jsonb', { default: {} }) settings: Record<string, unknown>;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}
