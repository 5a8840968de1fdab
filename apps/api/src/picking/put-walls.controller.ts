import { Body, Controller, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import type {
  Page,
  PutInstruction,
  PutOutcome,
  PutUndone,
  PutWallView,
  WallShortOutcome,
} from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { PutUndoService } from './put-undo.service.js';
import { PutWallSetupService } from './put-wall-setup.service.js';
import {
  ConfigurePutWallDto,
  ConfirmPutDto,
  ReportWallShortDto,
  SortItemDto,
  UndoPutDto,
  WallParamsDto,
} from './put-walls.dto.js';
import { PutWallsService } from './put-walls.service.js';

@Controller('api/v1/picking/put-walls')
@Allow({ roles: ['admin', 'supervisor', 'operator'] })
export class PutWallsController {
  constructor(
    private readonly walls: PutWallsService,
    private readonly setup: PutWallSetupService,
    private readonly undos: PutUndoService,
  ) {}

  @Get()
  async list(): Promise<Page<PutWallView>> {
    return { items: await this.walls.list(), next: null };
  }

  @Get(':station')
  view(@Param() { station }: WallParamsDto): Promise<PutWallView> {
    return this.walls.view(station);
  }

  /** The slots of a wall; makes the station where there is none. */
  @Put(':station')
  @Allow({ roles: ['admin'] })
  configure(@Param() { station }: WallParamsDto, @Body() body: ConfigurePutWallDto): Promise<PutWallView> {
    return this.setup.configure(station, body);
  }

  /** Which slot an item out of a tote goes to; moves nothing. */
  @Post(':station/sort')
  @HttpCode(200)
  sort(@Param() { station }: WallParamsDto, @Body() body: SortItemDto): Promise<PutInstruction> {
    return this.walls.sort(station, body);
  }

  /** The item is in its slot. */
  @Post(':station/put')
  @HttpCode(200)
  put(@Param() { station }: WallParamsDto, @Body() body: ConfirmPutDto): Promise<PutOutcome> {
    return this.walls.put(station, body);
  }

  /** The last put of whoever asks was wrong. */
  @Post(':station/undo')
  @HttpCode(200)
  undo(@Param() { station }: WallParamsDto, @Body() body: UndoPutDto): Promise<PutUndone> {
    return this.undos.undo(station, body);
  }

  /** The tote is empty and should not be. */
  @Post(':station/short')
  @HttpCode(200)
  short(@Param() { station }: WallParamsDto, @Body() body: ReportWallShortDto): Promise<WallShortOutcome> {
    return this.walls.short(station, body);
  }
}
