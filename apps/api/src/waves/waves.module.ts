import { Module } from '@nestjs/common';
import { InventoryModule } from '../inventory/inventory.module.js';
import { OrdersModule } from '../orders/orders.module.js';
import { ChannelsService } from './channels.service.js';
import { LeftOutService } from './left-out.service.js';
import { PlannerService } from './planner.service.js';
import { PreviewService } from './preview.service.js';
import { ReleaseController } from './release.controller.js';
import { ReleaseQueries } from './release.queries.js';
import { StepLogService } from './step-log.service.js';
import { WaveReleaseService } from './wave-release.service.js';
import { WaveRunsService } from './wave-runs.service.js';
import { WaveStockService } from './wave-stock.service.js';
import { WavesController } from './waves.controller.js';
import { WavesJob } from './waves.job.js';
import { WavesListener } from './waves.listener.js';
import { WavesQueries } from './waves.queries.js';
import { WavesService } from './waves.service.js';
import { WorkInProgressService } from './work-in-progress.service.js';

@Module({
  imports: [InventoryModule, OrdersModule],
  controllers: [WavesController, ReleaseController],
  providers: [
    PlannerService,
    StepLogService,
    LeftOutService,
    WaveStockService,
    WaveRunsService,
    WaveReleaseService,
    WavesService,
    ChannelsService,
    WorkInProgressService,
    ReleaseQueries,
    PreviewService,
    WavesQueries,
    WavesListener,
    WavesJob,
  ],
  exports: [WaveReleaseService, WaveStockService],
})
export class WavesModule {}
