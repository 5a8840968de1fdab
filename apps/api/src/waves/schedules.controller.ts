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
  Query,
} from '@nestjs/common';
import type {
  CutOffPlanView,
  Page,
  ScheduleRunView,
  ScheduleView,
  WaitingOrderView,
  WaitingView,
} from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { ScheduleSetupService } from './schedule-setup.service.js';
import { ChangeScheduleDto, CreateScheduleDto, ruleOf } from './schedules.dto.js';
import { SchedulesQueries } from './schedules.queries.js';
import { WaitingQueries } from './waiting.queries.js';

/** Waves that come by themselves, the plan back from the cut-offs, and why each order that waits does. */
@Controller('api/v1/waves')
@Allow({ roles: ['admin', 'supervisor'] })
export class SchedulesController {
  constructor(
    private readonly setup: ScheduleSetupService,
    private readonly queries: SchedulesQueries,
    private readonly waiting: WaitingQueries,
  ) {}

  @Get('schedules')
  list(): Promise<Page<ScheduleView>> {
    return this.queries.list();
  }

  @Post('schedules')
  async create(@Body() body: CreateScheduleDto): Promise<ScheduleView> {
    const { name, templateId, planOnly, active } = body;
    const id = await this.setup.create({
      name,
      templateId,
      rule: ruleOf(body.rule),
      planOnly: planOnly ?? false,
      active: active ?? true,
    });
    return this.queries.view(id);
  }

  @Get('schedules/:id')
  view(@Param('id', ParseUUIDPipe) id: string): Promise<ScheduleView> {
    return this.queries.view(id);
  }

  @Patch('schedules/:id')
  async change(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ChangeScheduleDto,
  ): Promise<ScheduleView> {
    const { rule, ...rest } = body;
    await this.setup.change(id, { ...rest, ...(rule ? { rule: ruleOf(rule) } : {}) });
    return this.queries.view(id);
  }

  /** Puts a schedule away; what it has run stays. */
  @Delete('schedules/:id')
  @HttpCode(204)
  archive(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.setup.archive(id);
  }

  /** Each time it was due, newest first, with what came of it. */
  @Get('schedules/:id/runs')
  runs(@Param('id', ParseUUIDPipe) id: string): Promise<Page<ScheduleRunView>> {
    return this.queries.runs(id);
  }

  /** When work on each cut-off must start at the rates of the last hour, and what is at risk. */
  @Get('cut-offs')
  cutOffs(): Promise<CutOffPlanView> {
    return this.queries.cutOffs();
  }

  /** All orders that are not released, by reason. */
  @Get('waiting')
  waitingGroups(): Promise<WaitingView> {
    return this.waiting.groups();
  }

  @Get('waiting/orders')
  waitingOrders(
    @Query('code') code?: string,
    @Query('cursor') cursor?: string,
  ): Promise<Page<WaitingOrderView>> {
    // Given twice it is a list, which stands for nothing.
    return this.waiting.orders({ code: typeof code === 'string' ? code : null, cursor: cursor ?? null });
  }

  @Get('waiting/orders/:id')
  waitingOrder(@Param('id', ParseUUIDPipe) id: string): Promise<WaitingOrderView> {
    return this.waiting.order(id);
  }
}
