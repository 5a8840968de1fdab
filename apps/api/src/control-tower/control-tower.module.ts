import { Module } from '@nestjs/common';
import { FlowControlModule } from '../flow-control/flow-control.module.js';
import { BoardService } from './board.service.js';
import { ControlTowerController } from './control-tower.controller.js';
import { ExceptionsService } from './exceptions.service.js';
import { NewsService } from './news.service.js';
import { StoryService } from './story.service.js';
import { TowerJob } from './tower.job.js';
import { WhatIsService } from './what-is.service.js';

/** Read models of everything above: board, stories, exceptions, and the invariants. */
@Module({
  imports: [FlowControlModule],
  controllers: [ControlTowerController],
  providers: [BoardService, ExceptionsService, NewsService, StoryService, TowerJob, WhatIsService],
})
export class ControlTowerModule {}
