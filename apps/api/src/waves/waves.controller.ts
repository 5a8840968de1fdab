import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import type { Page, WaveTemplateView, WaveView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { PreviewService } from './preview.service.js';
import { WaveReleaseService } from './wave-release.service.js';
import { CancelWaveDto, PlanWaveDto, type WavePreview } from './waves.dto.js';
import { WavesQueries } from './waves.queries.js';
import { WavesService } from './waves.service.js';

const PAGE = 100;

@Controller('api/v1/waves')
@Allow({ roles: ['admin', 'supervisor'] })
export class WavesController {
  constructor(
    private readonly waves: WavesService,
    private readonly releases: WaveReleaseService,
    private readonly previews: PreviewService,
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

  @Get('templates')
  templates(): Promise<Page<WaveTemplateView>> {
    return this.queries.templates();
  }

  @Get(':id')
  view(@Param('id', ParseUUIDPipe) id: string): Promise<WaveView> {
    return this.queries.view(id);
  }

  /** The dry run of a template (or of a wave's template) over what the book says now. */
  @Get(':id/preview')
  preview(@Param('id', ParseUUIDPipe) id: string): Promise<WavePreview> {
    return this.previews.preview(id);
  }

  /** Goes on with a failed plan at the step that failed. */
  @Post(':id/resume')
  @HttpCode(200)
  async resume(@Param('id', ParseUUIDPipe) id: string): Promise<WaveView> {
    await this.waves.resumeWave(id);
    return this.queries.view(id);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  async cancel(@Param('id', ParseUUIDPipe) id: string, @Body() body?: CancelWaveDto): Promise<WaveView> {
    await this.releases.cancelWave(id, body?.reason ?? 'cancelled by a supervisor');
    return this.queries.view(id);
  }

  /** Takes a released wave back as far as nobody has begun; answers what was undone and what is kept. */
  @Post(':id/undo')
  @HttpCode(200)
  undo(@Param('id', ParseUUIDPipe) id: string): Promise<{ effects: string[]; kept: string[] }> {
    return this.releases.undoWave(id);
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
