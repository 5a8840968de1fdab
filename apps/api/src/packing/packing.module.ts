import { Module } from '@nestjs/common';
import { DevicesModule } from '../devices/devices.module.js';
import { InventoryModule } from '../inventory/inventory.module.js';
import { OrdersModule } from '../orders/orders.module.js';
import { WavesModule } from '../waves/waves.module.js';
import { CartonAdviceService } from './carton-advice.service.js';
import { ClosingService } from './closing.service.js';
import { LabelsService } from './labels.service.js';
import { PackingController } from './packing.controller.js';
import { PackingListener } from './packing.listener.js';
import { PackingService } from './packing.service.js';
import { ParcelsService } from './parcels.service.js';
import { PlannedLabelsJob } from './planned-labels.job.js';
import { PlannedLabelsService } from './planned-labels.service.js';
import { PlannedPapersService } from './planned-papers.service.js';
import { UnpackService } from './unpack.service.js';

/** Cartons, weight check and labels. The carrier is asked through CarrierDesk, which shipping provides. */
@Module({
  imports: [DevicesModule, InventoryModule, OrdersModule, WavesModule],
  controllers: [PackingController],
  providers: [
    CartonAdviceService,
    ClosingService,
    LabelsService,
    PackingListener,
    PackingService,
    ParcelsService,
    PlannedLabelsJob,
    PlannedLabelsService,
    PlannedPapersService,
    UnpackService,
  ],
  exports: [LabelsService, PackingService, ParcelsService],
})
export class PackingModule {}
