import { Module } from '@nestjs/common';
import { InventoryModule } from '../inventory/inventory.module.js';
import { AnnouncementsService } from './announcements.service.js';
import { PutAwayService } from './put-away.service.js';
import { ReceivingController } from './receiving.controller.js';
import { ReceivingQueries } from './receiving.queries.js';
import { ReceivingService } from './receiving.service.js';

@Module({
  imports: [InventoryModule],
  controllers: [ReceivingController],
  providers: [AnnouncementsService, ReceivingService, PutAwayService, ReceivingQueries],
})
export class ReceivingModule {}
