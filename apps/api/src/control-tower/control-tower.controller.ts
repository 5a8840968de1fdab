import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { BoardView, ExceptionView, Page, StoryView, WhatIs } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { BoardService } from './board.service.js';
import {
  ListExceptionsDto,
  ResolveExceptionDto,
  StoryQueryDto,
  WhatIsQueryDto,
} from './control-tower.dto.js';
import { ExceptionsService } from './exceptions.service.js';
import { StoryService } from './story.service.js';
import { WhatIsService } from './what-is.service.js';

@ApiTags('control-tower')
@Controller('api/v1')
export class ControlTowerController {
  constructor(
    private readonly boards: BoardService,
    private readonly stories: StoryService,
    private readonly exceptions: ExceptionsService,
    private readonly whatIs: WhatIsService,
  ) {}

  /** The live board as a snapshot; the same comes over socket.io as topic `board`. */
  @Get('tower/board')
  @Allow({ roles: ['supervisor', 'admin', 'integrator'] })
  board(): Promise<BoardView> {
    return this.boards.board();
  }

  /** The way of one order or parcel, oldest first. */
  @Get('tower/story')
  @Allow({ roles: ['supervisor', 'admin', 'integrator', 'operator'] })
  story(@Query() query: StoryQueryDto): Promise<StoryView> {
    return this.stories.story(query);
  }

  /** Open exceptions, the oldest first. */
  @Get('tower/exceptions')
  @Allow({ roles: ['supervisor', 'admin', 'operator', 'integrator'] })
  async listExceptions(@Query() query: ListExceptionsDto): Promise<Page<ExceptionView>> {
    return { items: await this.exceptions.list(query.owner ?? null), next: null };
  }

  /** Closes an exception with one of its remedies. */
  @Post('tower/exceptions/:id/resolve')
  @HttpCode(204)
  @Allow({ roles: ['supervisor', 'admin'] })
  resolve(@Param('id', ParseUUIDPipe) id: string, @Body() body: ResolveExceptionDto): Promise<void> {
    return this.exceptions.resolve(id, body.remedy);
  }

  /** Any barcode explained to the person who scanned it. */
  @Get('floor/what-is')
  @Allow({ roles: ['operator', 'supervisor', 'admin', 'integrator'] })
  explain(@Query() query: WhatIsQueryDto): Promise<WhatIs> {
    return this.whatIs.whatIs(query.scan);
  }
}
