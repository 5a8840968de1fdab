import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('carriers')
export class Carrier {
  @PrimaryColumn('text') code: string;
  @Column('text') name: string;
}

/** What a carrier offers at a site, and when it must be handed over. */
@Entity('carrier_services')
export class CarrierService {
  @PrimaryColumn('int', { name: 'site_id' }) siteId: number;
  @PrimaryColumn('uuid') id: string;
  @Column('text', { name: 'carrier_code' }) carrierCode: string;
  @Column('text') service: string;
  @Column('text') name: string;
  /** HH:MM by the site's clock. */
  @Column('text', { name: 'cut_off_time' }) cutOffTime: string;
}
