import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EdgeResponse, UplinkRecord } from '#lib/contracts';
import '../packing/packing.events.js';
import { type Application, Applies, applied, type RecordSource, refused } from '../platform/applies.js';
import type { Tx } from '../platform/database.service.js';
import { EdgeRequests, type EdgeSource } from '../platform/edge-requests.js';
import type { HeardEvent } from '../platform/events.js';
import { Hears } from '../platform/hears.js';
import '../shipping/shipping.events.js';
import { ArrivalsService } from './arrivals.service.js';
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

  @Applies('point.seen')
  pointSaw(tx: Tx, record: Record<'point.seen'>, source: RecordSource): Promise<Application> {
    return this.arrivals.seen(tx, { source, data: record.data });
  }

  @Applies('point.decided')
  pointDecided(tx: Tx, record: Record<'point.decided'>, source: RecordSource): Promise<Application> {
    return this.arrivals.decided(tx, { source, data: record.data });
  }

  @Applies('point.confirmed')
  pointConfirmed(tx: Tx, record: Record<'point.confirmed'>, source: RecordSource): Promise<Application> {
    return this.arrivals.confirmed(tx, { source, data: record.data });
  }

  @Applies('point.lost')
  pointLost(tx: Tx, record: Record<'point.lost'>, source: RecordSource): Promise<Application> {
    return this.arrivals.lost(tx, { source, data: record.data });
  }

  @Applies('lane.full', 'lane.clear', 'lane.jam')
  async laneReported(tx: Tx, record: Record<'lane.full' | 'lane.clear' | 'lane.jam'>): Promise<Application> {
    const fill = record.kind.slice('lane.'.length) as 'full' | 'clear' | 'jam';
    const known = await this.lanes.fillChanged(tx, record.data.lane, fill);
    return known ? applied : refused(`no lane ${record.data.lane} at this site`);
  }

  @Hears('packing.parcel-labelled')
  async setRouteWhenParcelLabelled(tx: Tx, event: HeardEvent<'packing.parcel-labelled'>): Promise<void> {
    await this.flow.parcelLabelled(tx, event.data.parcelId);
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
    await this.routes.removeRoutes(tx, [event.data.parcelId], event.type);
  }

  private async answerSnapshot(source: EdgeSource, correlationId: string): Promise<EdgeResponse> {
    const version = await this.flow.askedForSnapshot(source.agentCode);
    return { correlationId, op: 'routes.snapshot', version };
  }
}
