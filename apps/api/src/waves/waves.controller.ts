import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import type { DryRunView, Page, WaveFaultView, WaveView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { DryRunService } from './dry-run.service.js';
import { FaultsQueries } from './faults.queries.js';
import { WaveReleaseService } from './wave-release.service.js';
import { CancelWaveDto, PlanWaveDto } from './waves.dto.js';
import { WavesQueries } from './waves.queries.js';
import { WavesService } from './waves.service.js';

const PAGE = 100;

@Controller('api/v1/waves')
@Allow({ roles: ['admin', 'supervisor'] })
export class WavesController {
  constructor(
    private readonly waves: WavesService,
    private readonly releases: WaveReleaseService,
    private readonly dryRuns: DryRunService,
    private readonly faults: FaultsQueries,
    private readonly queries: WavesQueries,
  ) {}

  @Get()
  list(@Query('state') state?: string, @Query('cursor') cursor?: string): Promise<Page<WaveView>> {
    const before = cursor !== undefined && /^\d{1,9}$/.test(cursor) ? Number(cursor) : undefined;
    return this.queries.list({ state, before, limit: PAGE });
  }

  /** Begins to plan a wave and answers at once; its steps tell how far it is. */
  @Post()
  async plan(@Body() body: PlanWaveDto): Promise<WaveView> {
    return this.queries.view(await this.waves.startWave(body.templateId));
  }

  @Get(':id')
  view(@Param('id', ParseUUIDPipe) id: string): Promise<WaveView> {
    return this.queries.view(id);
  }

  /** What the wave is as far as it is planned, and what the steps that are left would make of it. */
  @Post(':id/dry-run')
  @HttpCode(200)
  dryRun(@Param('id', ParseUUIDPipe) id: string): Promise<DryRunView> {
    return this.dryRuns.ofWave(id);
  }

  /** Ends the dry run of the wave that is under way. */
  @Post(':id/dry-run/stop')
  @HttpCode(204)
  stopDryRun(@Param('id', ParseUUIDPipe) id: string): void {
    this.dryRuns.stop(id);
  }

  @Get(':id/dry-run')
  lastDryRun(@Param('id', ParseUUIDPipe) id: string): Promise<DryRunView> {
    return this.dryRuns.last(id);
  }

  /** All lines and orders that the wave could not take. */
  @Get(':id/faults')
  listFaults(@Param('id', ParseUUIDPipe) id: string): Promise<Page<WaveFaultView>> {
    return this.faults.ofWave(id);
  }

  /** Goes on with a failed plan at the step that failed. */
  @Post(':id/resume')
  @HttpCode(200)
  async resume(@Param('id', ParseUUIDPipe) id: string): Promise<WaveView> {
    await this.waves.resumeWave(id);
    return this.queries.view(id);
  }

  /** Gives a wave up that is not released; one that is being planned may keep its best plan so far instead. */
  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Param('id', ParseUUIDPipe) id: string, @Body() body?: CancelWaveDto): Promise<WaveView> {
    const { reason = 'cancelled by a supervisor', keepBest = false } = body ?? {};
    await this.waves.cancelWave(id, { reason, keepBest });
    return this.queries.view(id);
  }

  @Post(':id/lock')
  @HttpCode(200)
  async lock(@Param('id', ParseUUIDPipe) id: string): Promise<WaveView> {
    await this.releases.lockWave(id);
    return this.queries.view(id);
  }

  @Post(':id/unlock')
  @HttpCode(200)
  async unlock(@Param('id', ParseUUIDPipe) id: string): Promise<WaveView> {
    await this.releases.unlockWave(id);
    return this.queries.view(id);
  }
}
