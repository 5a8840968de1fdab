import { Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { CatalogModule } from './catalog/catalog.module.js';
import { ControlTowerModule } from './control-tower/control-tower.module.js';
import { DevicesModule } from './devices/devices.module.js';
import { FlowControlModule } from './flow-control/flow-control.module.js';
import { InventoryModule } from './inventory/inventory.module.js';
import { MerchantsModule } from './merchants/merchants.module.js';
import { OrdersModule } from './orders/orders.module.js';
import { PackingModule } from './packing/packing.module.js';
import { PickingModule } from './picking/picking.module.js';
import { PlatformModule } from './platform/platform.module.js';
import { ReceivingModule } from './receiving/receiving.module.js';
import { ShippingModule } from './shipping/shipping.module.js';
import { SitesModule } from './sites/sites.module.js';
import { WavesModule } from './waves/waves.module.js';

/** The table of contents, in import order: a module uses only those above it. */
@Module({
  imports: [
    PlatformModule,
    AccessModule,
    MerchantsModule,
    CatalogModule,
    SitesModule,
    DevicesModule,
    InventoryModule,
    OrdersModule,
    ReceivingModule,
    WavesModule,
    PickingModule,
    PackingModule,
    ShippingModule,
    FlowControlModule,
    ControlTowerModule,
  ],
})
export class AppModule {}
