import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The process that says that it is an agent while another one is. */
@Entity('agent_intrusions')
export class AgentIntrusion {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  /** The agent. */
  @PrimaryColumn('uuid') id: string;
  @Column('timestamptz', { name: 'heard_at' }) heardAt: Date;
}
