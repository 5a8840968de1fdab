import { Module } from '@nestjs/common';
import { PackingModule } from '../packing/packing.module.js';
import { ArrivalsService } from './arrivals.service.js';
import { FlowControlController } from './flow-control.controller.js';
import { FlowControlJob } from './flow-control.job.js';
import { FlowControlListener } from './flow-control.listener.js';
import { FlowControlService } from './flow-control.service.js';
import { LandingsService } from './landings.service.js';
import { LanePlanController } from './lane-plan.controller.js';
import { LanePlanService } from './lane-plan.service.js';
import { LanesService } from './lanes.service.js';
import { OverridesService } from './overrides.service.js';
import { RebalancingService } from './rebalancing.service.js';
import { RouteQuestionsService } from './route-questions.service.js';
import { RoutesService } from './routes.service.js';
import { TravelsService } from './travels.service.js';

/** Conveyor points, lanes and routes: where parcels should go, and the truth of where they went. */
@Module({
  imports: [PackingModule],
  controllers: [FlowControlController, LanePlanController],
  providers: [
    ArrivalsService,
    FlowControlJob,
    FlowControlListener,
    FlowControlService,
    LandingsService,
    LanePlanService,
    LanesService,
    OverridesService,
    RebalancingService,
    RoutesService,
    RouteQuestionsService,
    TravelsService,
  ],
  exports: [FlowControlService, LanePlanService, LanesService],
})
export class FlowControlModule {}
