import { Injectable } from '@nestjs/common';
import type { ParcelExpectation, SidesMm } from '#lib/contracts';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { row, rows, type Tx } from '../platform/database.service.js';
import { addEvent } from '../platform/events.js';
import { openException, resolveExceptions } from '../platform/exceptions.js';
import { laneServes } from './edge-table.queries.js';
import { checkFaultInWords, isOvertaken, judgeLanding, type Landed } from './judge-arrival.js';
import { RoutesService } from './routes.service.js';
import { TravelsService, type WayOn } from './travels.service.js';

/** A confirm of a known parcel, with what had been decided. */
export interface ConfirmedAt {
  decisionId: string;
  agentId: string;
  point: string;
  lane: string;
  commanded: string | null;
  offered: string[];
  because: string | null;
  plcReason: string | null;
  checkResult: string | null;
  checkGrams: number | null;
  checkSidesMm: SidesMm | null;
}

interface LandingLane {
  id: string;
  kind: 'ship' | 'exception' | 'no-read' | 'recirculation';
  expected: ParcelExpectation | null;
  way: WayOn | null;
}

/** Exceptions that a parcel in its lane has left behind. */
const ANSWERED_BY_LANE = [
  'missing',
  'exception-lane',
  'recirculation-limit',
  'misrouted',
  'unexpected',
  'in-line-check',
];

/** Where parcels really came to lie, whatever was commanded: the book follows the parcel. */
@Injectable()
export class LandingsService {
  constructor(
    private readonly parcels: ParcelsService,
    private readonly routes: RoutesService,
    private readonly travels: TravelsService,
  ) {}

  /** A known, locked parcel took a lane. */
  async landed(tx: Tx, parcel: Parcel, at: ConfirmedAt): Promise<void> {
    const lane = await laneAt(tx, parcel.id, at);
    const serves = lane?.kind === 'ship' && (await laneServes(tx, lane.id, parcel));
    const outcome = judge(at, lane, serves);
    const { point, commanded } = at;
    await addEvent(tx, {
      type: 'flow.parcel-confirmed',
      aggregateId: parcel.id,
      ...aboutParcel(parcel),
      data: { point, lane: at.lane, commanded, laneKind: lane?.kind ?? null },
    });
    if (outcome.kind === 'round-again') await this.roundAgain(tx, parcel, at, lane);
    // Where the conveyor left it is worth knowing also of a parcel that people have scanned further along.
    else if (isOvertaken(parcel.state)) await this.sawIn(tx, parcel, lane);
    else if (outcome.kind === 'aside') {
      await this.sawIn(tx, parcel, lane);
      await raise(tx, parcel, outcome);
    } else await this.diverted(tx, parcel, { at, lane: lane!, outcome });
  }

  private async roundAgain(tx: Tx, parcel: Parcel, at: ConfirmedAt, lane: LandingLane | null): Promise<void> {
    await this.routes.countLap(tx, parcel.id);
    const { agentId, point } = at;
    if (lane?.way) await this.travels.leave(tx, parcel, { agentId, point, lane: at.lane, way: lane.way });
  }

  private async sawIn(tx: Tx, parcel: Parcel, lane: LandingLane | null): Promise<void> {
    if (lane) await this.parcels.sawInLane(tx, parcel.id, lane.id);
  }

  private async diverted(
    tx: Tx,
    parcel: Parcel,
    {
      at,
      lane,
      outcome,
    }: { at: ConfirmedAt; lane: LandingLane; outcome: Extract<Landed, { kind: 'diverted' }> },
  ): Promise<void> {
    const changes = { actualLaneId: lane.id, divertedAt: tx.at };
    const moved = await this.parcels.move(tx, [parcel.id], 'diverted', changes);
    if (moved === 0) await this.parcels.sawInLane(tx, parcel.id, lane.id);
    await this.routes.removeRoutes(tx, [parcel.id], `reached ${at.lane}`);
    await resolveExceptions(tx, parcel.id, `reached ${at.lane}`, ANSWERED_BY_LANE);
    if (outcome.misSorted) {
      await rows(tx, 'update point_decisions set mis_sorted = true where site_id = $1 and id = $2', [
        tx.siteId,
        at.decisionId,
      ]);
    }
    if (outcome.misrouted) await raise(tx, parcel, { code: 'misrouted', detail: outcome.misrouted });
    if (moved === 0) return;
    const data = { lane: at.lane, laneId: lane.id };
    await addEvent(tx, {
      type: 'flow.parcel-diverted',
      aggregateId: parcel.id,
      ...aboutParcel(parcel),
      data,
    });
  }
}

/** Ids of a parcel as events and exceptions carry them; all null for one that nobody knows. */
export function aboutParcel(parcel: Parcel | null) {
  return {
    parcelId: parcel?.id ?? null,
    orderId: parcel?.orderId ?? null,
    merchantId: parcel?.merchantId ?? null,
  };
}

function judge(at: ConfirmedAt, lane: LandingLane | null, serves: boolean): Landed {
  const { checkResult, checkGrams: grams, checkSidesMm: sidesMm, lane: code, ...rest } = at;
  // What passed the point was not sent aside by the check, whatever the check had found.
  const faulty = checkResult !== null && at.because === checkResult;
  const checkFault = faulty
    ? checkFaultInWords(checkResult, { grams, sidesMm }, lane?.expected ?? null)
    : null;
  return judgeLanding({ ...rest, lane: code, laneKind: lane?.kind ?? null, checkFault, serves });
}

/** The lane, what was expected of the parcel, and the way on where the lane leads to another point. */
async function laneAt(tx: Tx, parcelId: string, at: ConfirmedAt): Promise<LandingLane | null> {
  return row<LandingLane>(
    tx,
    `select l.id, l.kind, r.expected,
       case when s.id is not null then json_build_object('toPoint', t.code, 'lengthMm', s.length_mm,
         'speedMmPerS', s.speed_mm_per_s, 'marginMs', s.margin_ms) end as way
     from lanes l
     left join routes r on r.site_id = l.site_id and r.parcel_id = $4
     left join conveyor_points f on f.site_id = l.site_id and f.code = $3
     left join conveyor_segments s on s.site_id = l.site_id and s.from_point_id = f.id and s.lane_id = l.id
     left join conveyor_points t on t.site_id = s.site_id and t.id = s.to_point_id
     where l.site_id = $1 and l.code = $2`,
    [tx.siteId, at.lane, at.point, parcelId],
  );
}

function raise(tx: Tx, parcel: Parcel, { code, detail }: { code: string; detail: string }): Promise<void> {
  return openException(tx, {
    code,
    subjectKind: 'parcel',
    subjectId: parcel.id,
    ...aboutParcel(parcel),
    owner: 'conveyor',
    detail,
  });
}
