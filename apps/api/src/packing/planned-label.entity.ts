import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * A label made while its tote waits at the bench, so that the agent can print it with the core gone. Its id becomes the
 * label's and the print's when the parcel is closed; it is the job id that the printer's readings carry.
 */
@Entity('planned_labels')
export class PlannedLabelRow {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'command_id' }) commandId: string;
  @Column('uuid', { name: 'order_id' }) orderId: string;
  @Column('uuid', { name: 'merchant_id' }) merchantId: string;
  @Column('uuid', { name: 'container_id' }) containerId: string;
  /** The tote's plate: what is scanned. */
  @Column('text') tote: string;
  @Column('uuid', { name: 'station_id' }) stationId: string;
  @Column('uuid', { name: 'device_id' }) deviceId: string;
  @Column('uuid', { name: 'agent_id' }) agentId: string;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('text') service: string;
  @Column('text') sscc: string;
  @Column('text', { name: 'tracking_number' }) trackingNumber: string;
  @Column('text') nonce: string;
  /** What goods and carton should weigh together, as the label says. */
  @Column('int', { name: 'weight_grams' }) weightGrams: number;
  @Column('int') units: number;
  @Column('text') state: string;
  /** What became of the paper before the parcel was closed. */
  @Column('text', { name: 'print_state' }) printState: string;
  /** Why it is void. */
  @Column('text', { nullable: true }) reason: string | null;
  /** The agent was told to keep it. */
  @Column('boolean', { name: 'at_agent' }) atAgent: boolean;
  /** The agent has not been sent it as it is now. */
  @Column('boolean') fresh: boolean;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'valid_until' }) validUntil: Date;
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt: Date | null;
}

/** Rises with every message to the agents about labels. Its row lock lets one process at a time plan for a site. */
@Entity('planned_label_versions')
export class PlannedLabelVersion {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @Column('bigint') version: string;
}
