import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How often somebody failed to sign in. */
@Entity('sign_in_failures')
export class SignInFailure {
  @PrimaryColumn('text') subject: string;
  @Column('int') failures: number;
  @Column('timestamptz', { name: 'last_at' }) lastAt: Date;
}
