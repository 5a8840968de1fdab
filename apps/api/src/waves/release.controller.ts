import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Patch,
  Post,
  Put,
} from '@nestjs/common';
import type { Page, ReleaseChannelView, UndoView, WaveView, WorkInProgressView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { ChannelsService } from './channels.service.js';
import {
  ChangeChannelDto,
  ChangeWorkLimitsDto,
  CreateChannelDto,
  MergeWavesDto,
  ReleaseWaveDto,
  UndoWaveDto,
} from './release.dto.js';
import { ReleaseQueries } from './release.queries.js';
import { WaveMergeService } from './wave-merge.service.js';
import { WaveReleaseService } from './wave-release.service.js';
import { WaveUndoService } from './wave-undo.service.js';
import { WavesQueries } from './waves.queries.js';
import { WorkInProgressService } from './work-in-progress.service.js';

/** What goes to the floor and why not yet: channels, the controller of work in progress, release. */
@Controller('api/v1/waves')
@Allow({ roles: ['admin', 'supervisor'] })
export class ReleaseController {
  constructor(
    private readonly channels: ChannelsService,
    private readonly work: WorkInProgressService,
    private readonly releases: WaveReleaseService,
    private readonly undos: WaveUndoService,
    private readonly merges: WaveMergeService,
    private readonly queries: ReleaseQueries,
    private readonly waves: WavesQueries,
  ) {}

  @Get('channels')
  listChannels(): Promise<Page<ReleaseChannelView>> {
    return this.queries.channelViews();
  }

  @Post('channels')
  async createChannel(@Body() body: CreateChannelDto): Promise<ReleaseChannelView> {
    const { state, filter } = body;
    const id = await this.channels.createChannel({ ...body, state: state ?? 'open', filter: filter ?? {} });
    return this.queries.channelView(id);
  }

  @Get('channels/:id')
  channel(@Param('id', ParseUUIDPipe) id: string): Promise<ReleaseChannelView> {
    return this.queries.channelView(id);
  }

  @Patch('channels/:id')
  async changeChannel(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ChangeChannelDto,
  ): Promise<ReleaseChannelView> {
    await this.channels.changeChannel(id, body);
    return this.queries.channelView(id);
  }

  /** Puts a channel away; what it has released goes on. */
  @Delete('channels/:id')
  @HttpCode(204)
  archiveChannel(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.channels.archiveChannel(id);
  }

  /** How full each stage is, what presses back on release, and what each channel would do now. */
  @Get('work-in-progress')
  workInProgress(): Promise<WorkInProgressView> {
    return this.queries.workInProgress();
  }

  @Put('work-in-progress/limits')
  async changeLimits(@Body() body: ChangeWorkLimitsDto): Promise<WorkInProgressView> {
    await this.work.changeLimits(body);
    return this.queries.workInProgress();
  }

  /** Sends a planned wave to the floor; where the floor is not ready, only with a supervisor's reason. */
  @Post(':id/release')
  @HttpCode(200)
  async release(@Param('id', ParseUUIDPipe) id: string, @Body() body?: ReleaseWaveDto): Promise<WaveView> {
    await this.releases.releaseByHand(id, body?.override ?? null);
    return this.waves.view(id);
  }

  /** Planned waves become one: the others join the first, which is planned on. */
  @Post('merge')
  @HttpCode(200)
  async merge(@Body() body: MergeWavesDto): Promise<WaveView> {
    await this.merges.mergeWaves(body.waveIds);
    return this.waves.view(body.waveIds[0]!);
  }

  /** Takes a released wave back, also after picking began. With `dryRun` the answer says all that would happen, and nothing does. */
  @Post(':id/undo')
  @HttpCode(200)
  undo(@Param('id', ParseUUIDPipe) id: string, @Body() body?: UndoWaveDto): Promise<UndoView> {
    const reason = body?.reason ?? 'the release was undone';
    return this.undos.undoWave(id, { dryRun: body?.dryRun ?? false, reason });
  }
}
