import { Body, Controller, Get, HttpCode, Param, ParseUUIDPipe, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Page, PickOutcome, PutBackTask, RunView } from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import {
  ClaimRunDto,
  ConfirmPickDto,
  ConfirmPutBackDto,
  DropRunDto,
  ReportProblemDto,
} from './picking.dto.js';
import { PickingQueries, type RunSummary } from './picking.queries.js';
import { PicksService } from './picks.service.js';
import { ProblemsService } from './problems.service.js';
import { PutBacksService } from './put-backs.service.js';
import { RunsService } from './runs.service.js';

@Controller('api/v1/picking')
@Allow({ roles: ['admin', 'supervisor', 'operator'] })
export class PickingController {
  constructor(
    private readonly runs: RunsService,
    private readonly picks: PicksService,
    private readonly putBacks: PutBacksService,
    private readonly problems: ProblemsService,
    private readonly queries: PickingQueries,
  ) {}

  /** The run in the caller's hands; 204 without one. */
  @Get('my-run')
  async myRun(@Res({ passthrough: true }) reply: FastifyReply): Promise<RunView | undefined> {
    return orNoContent(await this.queries.myRun(), reply);
  }

  /** The next run for the caller with the cart scanned; 204 when none waits. */
  @Post('runs/claim')
  @HttpCode(200)
  async claim(
    @Body() body: ClaimRunDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RunView | undefined> {
    return orNoContent(await this.runs.claimRun(body.cartScan), reply);
  }

  /** Runs that are not over, or all runs of one wave. */
  @Get('runs')
  async list(
    @Query('wave', new ParseUUIDPipe({ optional: true })) waveId?: string,
  ): Promise<Page<RunSummary>> {
    return { items: await this.queries.openRuns(waveId ?? null), next: null };
  }

  @Get('runs/:id')
  run(@Param('id', ParseUUIDPipe) id: string): Promise<RunView> {
    return this.queries.run(id);
  }

  @Post('runs/:id/release')
  @HttpCode(204)
  release(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.runs.releaseRun(id);
  }

  @Post('runs/:id/drop')
  @HttpCode(200)
  drop(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: DropRunDto,
  ): Promise<{ containers: string[]; orders: number }> {
    return this.runs.dropRun(id, body);
  }

  @Post('tasks/:id/confirm')
  @HttpCode(200)
  confirm(@Param('id', ParseUUIDPipe) id: string, @Body() body: ConfirmPickDto): Promise<PickOutcome> {
    return this.picks.confirmPick(id, body);
  }

  @Post('tasks/:id/problem')
  @HttpCode(204)
  problem(@Param('id', ParseUUIDPipe) id: string, @Body() body: ReportProblemDto): Promise<void> {
    return this.problems.reportProblem(id, { kind: body.kind, note: body.note ?? '' });
  }

  /** Goods of cancelled and undone orders that have to go back. */
  @Get('put-backs')
  async listPutBacks(): Promise<Page<PutBackTask>> {
    return { items: await this.putBacks.list(), next: null };
  }

  @Post('put-backs/:id/claim')
  @HttpCode(200)
  claimPutBack(@Param('id', ParseUUIDPipe) id: string): Promise<PutBackTask> {
    return this.putBacks.claim(id);
  }

  @Post('put-backs/:id/release')
  @HttpCode(204)
  releasePutBack(@Param('id', ParseUUIDPipe) id: string): Promise<void> {
    return this.putBacks.release(id);
  }

  @Post('put-backs/:id/confirm')
  @HttpCode(200)
  confirmPutBack(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: ConfirmPutBackDto,
  ): Promise<{ state: string }> {
    return this.putBacks.confirm(id, body);
  }
}

function orNoContent<T>(answer: T | null, reply: FastifyReply): T | undefined {
  if (answer !== null) return answer;
  reply.status(204);
  return undefined;
}
