import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OneWayAisle } from './site-plan.js';

/** One warehouse. A reference table: every site knows the others. */
@Entity('sites')
export class Site {
  @PrimaryColumn('int') id: number;
  @Column('text') code: string;
  @Column('text') name: string;
  @Column('text') timezone: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  /** Positions along the aisles; empty: where the locations leave gaps. */
  @Column('int', { name: 'cross_aisles_mm', array: true, default: '{}' }) crossAislesMm: number[];
  @Column('jsonb', { name: 'one_way_aisles', default: [] }) oneWayAisles: OneWayAisle[];
  /** What one tote is filled with at most. */
  @Column('int', { name: 'tote_volume_ml', default: 40_000 }) toteVolumeMl: number;
  @Column('int', { name: 'tote_max_grams', default: 15_000 }) toteMaxGrams: number;
}
