import { Injectable } from '@nestjs/common';
import '../packing/packing.events.js';
import type { Tx } from '../platform/database.service.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears } from '../platform/hears.js';
import { LoadsService } from './loads.service.js';
import './shipping.events.js';
import { ShippingService } from './shipping.service.js';

@Injectable()
export class ShippingListener {
  constructor(
    private readonly shipping: ShippingService,
    private readonly loads: LoadsService,
  ) {}

  @Hears('packing.parcel-labelled')
  async declareParcelWhenLabelled(tx: Tx, event: HeardEvent<'packing.parcel-labelled'>): Promise<void> {
    await this.shipping.declareLabelled(tx, event.data.parcelId);
  }

  @Hears('packing.parcel-reopened', 'packing.parcel-cancelled')
  async withdrawParcelWhenItGoesNoFurther(
    tx: Tx,
    event: HeardEvent<'packing.parcel-reopened' | 'packing.parcel-cancelled'>,
  ): Promise<void> {
    await this.shipping.withdraw(tx, event.data.parcelId);
  }

  @Hears('shipping.parcel-staged')
  async openLoadWhenParcelStaged(tx: Tx, event: HeardEvent<'shipping.parcel-staged'>): Promise<void> {
    await this.loads.openLoadFor(tx, event.data.carrier);
  }
}
