import { Module } from '@nestjs/common';
import { InventoryModule } from '../inventory/inventory.module.js';
import { BackordersService } from './backorders.service.js';
import { IntakeService } from './intake.service.js';
import { OrderProgressService } from './order-progress.service.js';
import { OrdersController } from './orders.controller.js';
import { OrdersListener } from './orders.listener.js';
import { OrdersQueries } from './orders.queries.js';
import { OrdersService } from './orders.service.js';

@Module({
  imports: [InventoryModule],
  controllers: [OrdersController],
  providers: [
    IntakeService,
    OrdersService,
    OrderProgressService,
    BackordersService,
    OrdersQueries,
    OrdersListener,
  ],
  exports: [OrdersService, OrderProgressService],
})
export class OrdersModule {}
