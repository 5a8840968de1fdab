import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A slot of a put wall: its id is that of the container that it is for goods and scans. */
@Entity('put_wall_slots')
export class PutWallSlot {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('uuid', { name: 'station_id' }) stationId: string;
  /** Counted from the top. */
  @Column('int', { name: 'row_no' }) rowNo: number;
  @Column('int', { name: 'column_no' }) columnNo: number;
  @Column('int', { name: 'volume_ml' }) volumeMl: number;
  @Column('uuid', { name: 'light_device_id', nullable: true }) lightDeviceId: string | null;
  @Column('text', { name: 'light_address', nullable: true }) lightAddress: string | null;
}
