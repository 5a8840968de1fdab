import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One warehouse. A reference table: every site knows the others. */
@Entity('sites')
export class Site {
  @PrimaryColumn('int') id: number;
  @Column('text') code: string;
  @Column('text') name: string;
  @Column('text') timezone: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}
