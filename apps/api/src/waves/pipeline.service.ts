import { Injectable } from '@nestjs/common';
import type { PipelineStep } from './pipeline-step.js';
import { WaveAssignService } from './wave-assign.service.js';
import { WaveCartonsService } from './wave-cartons.service.js';
import { WaveReplenishService } from './wave-replenish.service.js';
import { WaveRunsService } from './wave-runs.service.js';
import type { WaveStepName } from './wave-steps.js';
import { WaveStockService } from './wave-stock.service.js';

/** Who does which step of the pipeline. The release is no step of planning: others decide when it happens. */
@Injectable()
export class PipelineService {
  private readonly steps: ReadonlyMap<WaveStepName, PipelineStep>;

  constructor(
    stock: WaveStockService,
    replenish: WaveReplenishService,
    cartons: WaveCartonsService,
    runs: WaveRunsService,
    assign: WaveAssignService,
  ) {
    this.steps = new Map<WaveStepName, PipelineStep>([
      ['select', stock.select],
      ['validate', stock.validate],
      ['promise', stock.promise],
      ['reserve', stock.reserve],
      ['replenish', replenish.replenish],
      ['cartonise', cartons.cartonise],
      ['batch', runs.batch],
      ['route', runs.route],
      ['assign', assign.assign],
      ['create-tasks', runs.createTasks],
    ]);
  }

  /** @throws Error for the release. */
  stepOf(name: WaveStepName): PipelineStep {
    const step = this.steps.get(name);
    if (!step) throw new Error(`${name} is no step of planning`);
    return step;
  }
}
