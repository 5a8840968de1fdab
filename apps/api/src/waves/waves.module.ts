import { Module } from '@nestjs/common';
import { InventoryModule } from '../inventory/inventory.module.js';
import { OrdersModule } from '../orders/orders.module.js';
import { ChannelsService } from './channels.service.js';
import { DryRunService } from './dry-run.service.js';
import { ExplainQueries } from './explain.queries.js';
import { FaultsQueries } from './faults.queries.js';
import { FaultsService } from './faults.service.js';
import { FloorMapQueries } from './floor-map.queries.js';
import { LeftOutService } from './left-out.service.js';
import { MatchQueries } from './match.queries.js';
import { PipelineService } from './pipeline.service.js';
import { PlanRunnerService } from './plan-runner.service.js';
import { PlannerService } from './planner.service.js';
import { ReleaseController } from './release.controller.js';
import { ReleaseQueries } from './release.queries.js';
import { RemediesService } from './remedies.service.js';
import { RivalsQueries } from './rivals.queries.js';
import { RunGatesService } from './run-gates.service.js';
import { ScheduleSetupService } from './schedule-setup.service.js';
import { SchedulesController } from './schedules.controller.js';
import { SchedulesQueries } from './schedules.queries.js';
import { SchedulesService } from './schedules.service.js';
import { SlottingQueries } from './slotting.queries.js';
import { StepLogService } from './step-log.service.js';
import { TemplatesController } from './templates.controller.js';
import { TemplatesQueries } from './templates.queries.js';
import { TemplatesService } from './templates.service.js';
import { WaitingQueries } from './waiting.queries.js';
import { WaveAssignService } from './wave-assign.service.js';
import { WaveCartonsService } from './wave-cartons.service.js';
import { WaveInsightController } from './wave-insight.controller.js';
import { WaveMergeService } from './wave-merge.service.js';
import { WaveReleaseService } from './wave-release.service.js';
import { WaveReplenishService } from './wave-replenish.service.js';
import { WaveRunsQueries } from './wave-runs.queries.js';
import { WaveRunsService } from './wave-runs.service.js';
import { WaveStockService } from './wave-stock.service.js';
import { WaveUndoService } from './wave-undo.service.js';
import { WavesController } from './waves.controller.js';
import { WavesJob } from './waves.job.js';
import { WavesListener } from './waves.listener.js';
import { WavesQueries } from './waves.queries.js';
import { WavesService } from './waves.service.js';
import { WorkInProgressService } from './work-in-progress.service.js';

@Module({
  imports: [InventoryModule, OrdersModule],
  controllers: [
    TemplatesController,
    WaveInsightController,
    WavesController,
    ReleaseController,
    SchedulesController,
  ],
  providers: [
    PlannerService,
    StepLogService,
    RunGatesService,
    LeftOutService,
    WaveStockService,
    WaveRunsService,
    WaveReleaseService,
    WaveUndoService,
    WaveMergeService,
    RemediesService,
    SchedulesService,
    ScheduleSetupService,
    SchedulesQueries,
    WaitingQueries,
    WavesService,
    ChannelsService,
    WorkInProgressService,
    ReleaseQueries,
    RivalsQueries,
    PlanRunnerService,
    PipelineService,
    FaultsService,
    FaultsQueries,
    WaveReplenishService,
    WaveCartonsService,
    WaveAssignService,
    DryRunService,
    TemplatesService,
    TemplatesQueries,
    MatchQueries,
    WaveRunsQueries,
    FloorMapQueries,
    SlottingQueries,
    ExplainQueries,
    WavesQueries,
    WavesListener,
    WavesJob,
  ],
  exports: [PlannerService, WaveReleaseService, WaveStockService, WaveUndoService, LeftOutService],
})
export class WavesModule {}
