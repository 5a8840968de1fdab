import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Numbers that are given out once. */
@Entity('number_ranges')
export class NumberRange {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text') kind: string;
  @Column('text') scope: string;
  @Column('text') prefix: string;
  @Column('bigint', { name: 'next_value' }) nextValue: string;
  @Column('bigint', { name: 'last_value' }) lastValue: string;
}
