import { Module } from '@nestjs/common';
import { InventoryModule } from '../inventory/inventory.module.js';
import { BackordersService } from './backorders.service.js';
import { IntakeService } from './intake.service.js';
import { OrderProgressService } from './order-progress.service.js';
import { OrdersController } from './orders.controller.js';
import { OrdersListener } from './orders.listener.js';
import { OrdersQueries } from './orders.queries.js';
import { OrdersService } from './orders.service.js';
import { TakeBackService } from './take-back.service.js';

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
    TakeBackService,
  ],
  exports: [OrdersService, OrderProgressService, TakeBackService],
})
export class OrdersModule {}
