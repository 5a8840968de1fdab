import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Parcels declared to a carrier service at a cut-off. One is open per service. */
@Entity('manifests')
export class Manifest {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('bigint') number: string;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('text') service: string;
  @Column('text') state: string;
  @Column('timestamptz', { name: 'cut_off_at' }) cutOffAt: Date;
  @Column('timestamptz', { name: 'closed_at', nullable: true }) closedAt: Date | null;
  @Column('timestamptz', { name: 'transmitted_at', nullable: true }) transmittedAt: Date | null;
}

/** Parcels on one truck. */
@Entity('loads')
export class Load {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('bigint') number: string;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('uuid', { name: 'door_station_id', nullable: true }) doorStationId: string | null;
  @Column('text') state: string;
  @Column('timestamptz', { name: 'created_at' }) createdAt: Date;
  @Column('timestamptz', { name: 'departed_at', nullable: true }) departedAt: Date | null;
}
