import { Controller, Get, Param, ParseUUIDPipe, Query } from '@nestjs/common';
import type {
  ExplanationView,
  FloorMapView,
  Page,
  RunRouteView,
  SlottingView,
  WaveRunView,
} from '#lib/contracts';
import { Allow } from '../platform/http/allow.js';
import { Refusal } from '../platform/refusal.js';
import { ExplainQueries, type Subject } from './explain.queries.js';
import { FloorMapQueries } from './floor-map.queries.js';
import { SlottingQueries } from './slotting.queries.js';
import { WaveRunsQueries } from './wave-runs.queries.js';
import { SlottingAskDto } from './waves.dto.js';

const SUBJECTS: readonly Subject[] = ['order', 'line', 'run', 'parcel', 'wave'];
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a plan looks like on the floor, and why it is so. */
@Controller('api/v1/waves')
@Allow({ roles: ['admin', 'supervisor'] })
export class WaveInsightController {
  constructor(
    private readonly runs: WaveRunsQueries,
    private readonly floor: FloorMapQueries,
    private readonly explanations: ExplainQueries,
    private readonly slotting: SlottingQueries,
  ) {}

  @Get('floor-map')
  floorMap(): Promise<FloorMapView> {
    return this.floor.floorMap();
  }

  /** Why: exactly one of `order`, `line`, `run`, `parcel` and `wave`, each an id. */
  @Get('explain')
  explain(@Query() query: Record<string, string>): Promise<ExplanationView> {
    const asked = SUBJECTS.filter((kind) => query[kind] !== undefined);
    const [kind] = asked;
    const id = kind && query[kind];
    if (asked.length !== 1 || !kind || !id || !UUID.test(id)) {
      const detail = `Ask about exactly one of ${SUBJECTS.join(', ')}, by its id.`;
      throw new Refusal('waves.unclear-question', detail, { status: 400 });
    }
    return this.explanations.explain(kind, id);
  }

  /** Which goods should change places, by what was picked lately. */
  @Get('slotting')
  advise(@Query() { days, moves }: SlottingAskDto): Promise<SlottingView> {
    return this.slotting.advice(days ?? 14, moves ?? 50);
  }

  @Get(':id/runs')
  list(@Param('id', ParseUUIDPipe) id: string, @Query('cursor') cursor?: string): Promise<Page<WaveRunView>> {
    const after = cursor !== undefined && /^\d{1,9}$/.test(cursor) ? Number(cursor) : 0;
    return this.runs.runs(id, after);
  }

  @Get(':id/runs/:runId/route')
  route(
    @Param('id', ParseUUIDPipe) id: string,
    @Param('runId', ParseUUIDPipe) runId: string,
  ): Promise<RunRouteView> {
    return this.runs.route(id, runId);
  }
}
