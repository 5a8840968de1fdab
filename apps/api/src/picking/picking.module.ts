import { Module } from '@nestjs/common';
import { InventoryModule } from '../inventory/inventory.module.js';
import { OrdersModule } from '../orders/orders.module.js';
import { SitesModule } from '../sites/sites.module.js';
import { WavesModule } from '../waves/waves.module.js';
import { BlockedPicksService } from './blocked-picks.service.js';
import { PickingController } from './picking.controller.js';
import { PickingJob } from './picking.job.js';
import { PickingListener } from './picking.listener.js';
import { PickingQueries } from './picking.queries.js';
import { PicksService } from './picks.service.js';
import { ProblemsService } from './problems.service.js';
import { PutBacksService } from './put-backs.service.js';
import { PutUndoService } from './put-undo.service.js';
import { PutWallSetupService } from './put-wall-setup.service.js';
import { PutWallsController } from './put-walls.controller.js';
import { PutWallsService } from './put-walls.service.js';
import { ReplenishmentsController } from './replenishments.controller.js';
import { ReplenishmentsService } from './replenishments.service.js';
import { RunsService } from './runs.service.js';
import { ShortsService } from './shorts.service.js';
import { WallShortsService } from './wall-shorts.service.js';
import { WithdrawService } from './withdraw.service.js';

@Module({
  imports: [SitesModule, InventoryModule, OrdersModule, WavesModule],
  controllers: [PickingController, PutWallsController, ReplenishmentsController],
  providers: [
    RunsService,
    PicksService,
    ShortsService,
    PutBacksService,
    PutWallsService,
    PutUndoService,
    PutWallSetupService,
    WallShortsService,
    BlockedPicksService,
    ReplenishmentsService,
    PickingListener,
    WithdrawService,
    ProblemsService,
    PickingQueries,
    PickingJob,
  ],
})
export class PickingModule {}
