import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Put, Query } from '@nestjs/common';
import type { DryRunView, MatchView, Page, PipelineStepView, WaveTemplateView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { DryRunService } from './dry-run.service.js';
import { MatchQueries } from './match.queries.js';
import { CopyTemplateDto, MatchDto, TemplateDto } from './templates.dto.js';
import { TemplatesQueries } from './templates.queries.js';
import { TemplatesService } from './templates.service.js';
import { PIPELINE } from './wave-steps.js';

@Controller('api/v1/waves/templates')
@Allow({ roles: ['admin', 'supervisor'] })
export class TemplatesController {
  constructor(
    private readonly templates: TemplatesService,
    private readonly queries: TemplatesQueries,
    private readonly matches: MatchQueries,
    private readonly dryRuns: DryRunService,
  ) {}

  /** With `archived=true` those that are put away as well. */
  @Get()
  list(@Query('archived') archived?: string): Promise<Page<WaveTemplateView>> {
    return this.queries.list(archived === 'true');
  }

  @Post()
  async create(@Body() body: TemplateDto): Promise<WaveTemplateView> {
    return this.queries.view(await this.templates.createTemplate(body));
  }

  /** The steps that a pipeline is made of, with their options. */
  @Get('steps')
  steps(): Page<PipelineStepView> {
    return { items: [...PIPELINE], next: null };
  }

  /** What a wave with this filter would find now, for an editor to show while somebody types. */
  @Post('match')
  @HttpCode(200)
  match(@Body() body: MatchDto): Promise<MatchView> {
    return this.matches.match(body);
  }

  @Get(':id')
  view(@Param('id', ParseUUIDPipe) id: string): Promise<WaveTemplateView> {
    return this.queries.view(id);
  }

  @Put(':id')
  async change(@Param('id', ParseUUIDPipe) id: string, @Body() body: TemplateDto): Promise<WaveTemplateView> {
    await this.templates.changeTemplate(id, body);
    return this.queries.view(id);
  }

  @Post(':id/copy')
  async copy(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: CopyTemplateDto,
  ): Promise<WaveTemplateView> {
    return this.queries.view(await this.templates.copyTemplate(id, body.name));
  }

  @Post(':id/archive')
  @HttpCode(200)
  async archive(@Param('id', ParseUUIDPipe) id: string): Promise<WaveTemplateView> {
    await this.templates.setArchived(id, true);
    return this.queries.view(id);
  }

  @Post(':id/restore')
  @HttpCode(200)
  async restore(@Param('id', ParseUUIDPipe) id: string): Promise<WaveTemplateView> {
    await this.templates.setArchived(id, false);
    return this.queries.view(id);
  }

  /** What a wave of this template would be now; nothing is reserved for it. */
  @Post(':id/dry-run/stop')
  @HttpCode(204)
  stopDryRun(@Param('id', ParseUUIDPipe) id: string): void {
    this.dryRuns.stop(id);
  }

  @Post(':id/dry-run')
  @HttpCode(200)
  dryRun(@Param('id', ParseUUIDPipe) id: string): Promise<DryRunView> {
    return this.dryRuns.ofTemplate(id);
  }

  @Get(':id/dry-run')
  lastDryRun(@Param('id', ParseUUIDPipe) id: string): Promise<DryRunView> {
    return this.dryRuns.last(id);
  }
}
