import { Global, Module } from '@nestjs/common';
import { InventoryModule } from '../inventory/inventory.module.js';
import { OrdersModule } from '../orders/orders.module.js';
import { CarrierDesk } from '../packing/carrier-desk.js';
import { PackingModule } from '../packing/packing.module.js';
import { BuiltInCarrier } from './carriers.service.js';
import { LoadsService } from './loads.service.js';
import { ManifestsService } from './manifests.service.js';
import { ShippingController } from './shipping.controller.js';
import { ShippingJob } from './shipping.job.js';
import { ShippingListener } from './shipping.listener.js';
import { ShippingService } from './shipping.service.js';

/**
 * Staging, manifests, loads and the carriers. Global for one provider: packing asks for labels through CarrierDesk, and the module that
 * implements it stands below packing.
 */
@Global()
@Module({
  imports: [InventoryModule, OrdersModule, PackingModule],
  controllers: [ShippingController],
  providers: [
    { provide: CarrierDesk, useClass: BuiltInCarrier },
    LoadsService,
    ManifestsService,
    ShippingJob,
    ShippingListener,
    ShippingService,
  ],
  exports: [CarrierDesk],
})
export class ShippingModule {}
