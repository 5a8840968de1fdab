import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EdgeResponse, UplinkRecord } from '#lib/contracts';
import '../packing/packing.events.js';
import {
  type Application,
  Applies,
  AppliesTogether,
  applied,
  type Reading,
  refused,
} from '../platform/applies.js';
import type { Tx } from '../platform/database.service.js';
import { EdgeRequests, type EdgeSource } from '../platform/edge-requests.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears, HearsTogether } from '../platform/hears.js';
import '../shipping/shipping.events.js';
import { type ArrivalKind, ArrivalsService } from './arrivals.service.js';
import { FlowControlService } from './flow-control.service.js';
import { LanesService } from './lanes.service.js';
import { RouteQuestionsService } from './route-questions.service.js';
import { RoutesService } from './routes.service.js';

type Record<K extends UplinkRecord['kind']> = Extract<UplinkRecord, { kind: K }>;

/** What the conveyor and the agents say, and what other modules did to parcels. */
@Injectable()
export class FlowControlListener implements OnModuleInit {
  constructor(
    private readonly flow: FlowControlService,
    private readonly arrivals: ArrivalsService,
    private readonly lanes: LanesService,
    private readonly routes: RoutesService,
    private readonly requests: EdgeRequests,
    private readonly questions: RouteQuestionsService,
  ) {}

  onModuleInit(): void {
    this.requests.register<'route.ask'>({
      op: 'route.ask',
      answer: async ({ siteId }, { correlationId, codes }) => {
        return { correlationId, op: 'route.ask', route: await this.questions.ask(siteId, codes) };
      },
    });
    this.requests.register<'routes.snapshot'>({
      op: 'routes.snapshot',
      answer: (source, request) => this.answerSnapshot(source, request.correlationId),
    });
  }

  @AppliesTogether('point.seen', 'point.decided', 'point.confirmed', 'point.lost')
  arrivalsTold(tx: Tx, readings: readonly Reading<ArrivalKind>[]): Promise<Application[]> {
    return this.arrivals.told(tx, readings);
  }

  @Applies('lane.full', 'lane.clear', 'lane.jam')
  async laneReported(tx: Tx, record: Record<'lane.full' | 'lane.clear' | 'lane.jam'>): Promise<Application> {
    const fill = record.kind.slice('lane.'.length) as 'full' | 'clear' | 'jam';
    const known = await this.lanes.fillChanged(tx, record.data.lane, fill);
    return known ? applied : refused(`no lane ${record.data.lane} at this site`);
  }

  @HearsTogether('packing.parcel-labelled')
  async setRouteWhenParcelLabelled(
    tx: Tx,
    events: readonly HeardEvent<'packing.parcel-labelled'>[],
  ): Promise<void> {
    await this.flow.parcelsLabelled(
      tx,
      new Map(events.map(({ data: { parcelId }, trace }) => [parcelId, trace])),
    );
  }

  @Hears(
    'packing.parcel-cancelled',
    'packing.parcel-reopened',
    'shipping.parcel-staged',
    'shipping.parcel-loaded',
  )
  async removeRouteWhenParcelLeavesTheBelt(
    tx: Tx,
    event: HeardEvent<
      | 'packing.parcel-cancelled'
      | 'packing.parcel-reopened'
      | 'shipping.parcel-staged'
      | 'shipping.parcel-loaded'
    >,
  ): Promise<void> {
    await this.routes.removeRoutes(tx, [{ parcelId: event.data.parcelId, because: event.type }]);
  }

  private async answerSnapshot(source: EdgeSource, correlationId: string): Promise<EdgeResponse> {
    const version = await this.flow.askedForSnapshot(source.agentCode);
    return { correlationId, op: 'routes.snapshot', version };
  }
}
