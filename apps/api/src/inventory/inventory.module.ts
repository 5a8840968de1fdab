import { Module } from '@nestjs/common';
import { AdjustmentsService } from './adjustments.service.js';
import { CountsService } from './counts.service.js';
import { InventoryController } from './inventory.controller.js';
import { InventoryQueries } from './inventory.queries.js';
import { InventoryService } from './inventory.service.js';
import { PromisesService } from './promises.service.js';
import { ReservationsService } from './reservations.service.js';

const services = [InventoryService, PromisesService, ReservationsService, AdjustmentsService];

@Module({
  controllers: [InventoryController],
  providers: [...services, CountsService, InventoryQueries],
  exports: services,
})
export class InventoryModule {}
