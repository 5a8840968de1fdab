import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Somebody who signs in, by password or by badge and PIN. */
@Entity('people')
export class Person {
  @PrimaryColumn('uuid') id: string;
  @Column('text') name: string;
  @Column('text', { nullable: true }) email: string | null;
  @Column('text', { name: 'password_hash', nullable: true }) passwordHash: string | null;
  @Column('text', { nullable: true }) badge: string | null;
  @Column('text', { name: 'pin_hash', nullable: true }) pinHash: string | null;
  @Column('text', { default: 'en' }) language: string;
  @Column('boolean', { default: true }) active: boolean;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
}
