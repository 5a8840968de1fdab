import { Injectable } from '@nestjs/common';
import type { ParcelExpectation, SidesMm } from '#lib/contracts';
import { lanesOfTruck, type TruckLane, truckOf } from '#lib/flow';
import { type Parcel, type ParcelInLane, ParcelsService } from '../packing/parcels.service.js';
import { rows, type Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import { answerExceptions, openExceptions } from '../platform/exceptions.js';
import { CUT_OFF_TIME } from './edge-table.queries.js';
import { checkFaultInWords, isOvertaken, judgeLanding, type Landed } from './judge-arrival.js';
import { type RouteRemoval, RoutesService } from './routes.service.js';
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
  /** What the confirm belongs to, where not to the transaction. */
  trace?: string;
}

interface LandingLane {
  id: string;
  kind: 'ship' | 'exception' | 'no-read' | 'recirculation';
  expected: ParcelExpectation | null;
  /** It serves the parcel's carrier service, and the truck that the parcel rides. */
  serves: boolean;
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

interface Landing {
  parcel: Parcel;
  at: ConfirmedAt;
  lane: LandingLane | null;
  outcome: Landed;
}

type Of<K extends Landed['kind']> = Landing & { outcome: Extract<Landed, { kind: K }> };
type InLane = Of<'diverted'> & { lane: LandingLane };

/** What landings change of the routes; kept until the end, because it takes the lock of the site's route version. */
export interface RouteChanges {
  laps: string[];
  removals: RouteRemoval[];
}

/** Where parcels really came to lie, whatever was commanded: the book follows the parcel. */
@Injectable()
export class LandingsService {
  constructor(
    private readonly parcels: ParcelsService,
    private readonly routes: RoutesService,
    private readonly travels: TravelsService,
  ) {}

  /** Known, locked parcels took lanes; each of them once. `changes`: where to note what their routes need. */
  async landed(
    tx: Tx,
    confirmed: readonly { parcel: Parcel; at: ConfirmedAt }[],
    changes: RouteChanges,
  ): Promise<void> {
    if (confirmed.length === 0) return;
    const lanes = await lanesAt(tx, confirmed);
    const landings = confirmed.map((each, at): Landing => {
      const lane = lanes[at]!;
      return { ...each, lane, outcome: judge(each.at, lane) };
    });
    await addEvents(
      tx,
      landings.map(({ parcel, at: { point, lane: code, commanded, trace }, lane }) => ({
        type: 'flow.parcel-confirmed' as const,
        aggregateId: parcel.id,
        ...aboutParcel(parcel),
        ...(trace ? { trace } : {}),
        data: { point, lane: code, commanded, laneKind: lane?.kind ?? null },
      })),
    );
    const round = landings.filter(({ outcome }) => outcome.kind === 'round-again');
    // Where the conveyor left it is worth knowing also of a parcel that people have scanned further along.
    const lying = landings.filter(({ outcome }) => outcome.kind !== 'round-again');
    const overtaken = lying.filter(({ parcel }) => isOvertaken(parcel.state));
    const here = lying.filter(({ parcel }) => !isOvertaken(parcel.state));
    const aside = here.filter((each): each is Of<'aside'> => each.outcome.kind === 'aside');
    await this.parcels.sawInLanes(tx, [...overtaken, ...aside].flatMap(placeOf));
    await raise(
      tx,
      aside.map(({ parcel, outcome: { code, detail } }) => ({ parcel, code, detail })),
    );
    await this.diverted(
      tx,
      here.filter((each): each is InLane => each.outcome.kind === 'diverted'),
      changes,
    );
    await this.roundAgain(tx, round, changes);
  }

  /** Ends the transaction's part in the routes: whoever changes routes waits for it from here to its commit. */
  async settle(tx: Tx, { laps, removals }: RouteChanges): Promise<void> {
    await this.routes.countLaps(tx, laps);
    await this.routes.removeRoutes(tx, removals);
  }

  private async roundAgain(tx: Tx, landings: readonly Landing[], changes: RouteChanges): Promise<void> {
    await this.travels.leave(
      tx,
      landings.flatMap(({ parcel, at: { agentId, point, lane: code }, lane }) => {
        return lane?.way ? [{ parcel, agentId, point, lane: code, way: lane.way }] : [];
      }),
    );
    changes.laps.push(...landings.map(({ parcel }) => parcel.id));
  }

  private async diverted(tx: Tx, landings: readonly InLane[], changes: RouteChanges): Promise<void> {
    if (landings.length === 0) return;
    const moved = await this.parcels.landIn(tx, landings.flatMap(placeOf));
    await answerExceptions(
      tx,
      landings.map(({ parcel, at }) => ({ subjectId: parcel.id, resolution: `reached ${at.lane}` })),
      ANSWERED_BY_LANE,
    );
    const misSorted = landings.filter(({ outcome }) => outcome.misSorted);
    if (misSorted.length > 0) {
      await rows(
        tx,
        'update point_decisions set mis_sorted = true where site_id = $1 and id = any($2::uuid[])',
        [tx.siteId, misSorted.map(({ at }) => at.decisionId)],
      );
    }
    await raise(
      tx,
      landings.flatMap(({ parcel, outcome: { misrouted } }) =>
        misrouted ? [{ parcel, code: 'misrouted', detail: misrouted }] : [],
      ),
    );
    await addEvents(
      tx,
      landings
        .filter(({ parcel }) => moved.has(parcel.id))
        .map(({ parcel, at: { lane: code, trace }, lane }) => ({
          type: 'flow.parcel-diverted' as const,
          aggregateId: parcel.id,
          ...aboutParcel(parcel),
          ...(trace ? { trace } : {}),
          data: { lane: code, laneId: lane.id },
        })),
    );
    changes.removals.push(
      ...landings.map(({ parcel, at: { lane, trace } }) => {
        return { parcelId: parcel.id, because: `reached ${lane}`, ...(trace ? { trace } : {}) };
      }),
    );
  }
}

function placeOf({ parcel, lane }: Landing): ParcelInLane[] {
  return lane ? [{ id: parcel.id, laneId: lane.id }] : [];
}

/** Ids of a parcel as events and exceptions carry them; all null for one that nobody knows. */
export function aboutParcel(parcel: Parcel | null) {
  return {
    parcelId: parcel?.id ?? null,
    orderId: parcel?.orderId ?? null,
    merchantId: parcel?.merchantId ?? null,
  };
}

function judge(at: ConfirmedAt, lane: LandingLane | null): Landed {
  const { checkResult, checkGrams: grams, checkSidesMm: sidesMm, lane: code, ...rest } = at;
  // What passed the point was not sent aside by the check, whatever the check had found.
  const faulty = checkResult !== null && at.because === checkResult;
  const checkFault = faulty
    ? checkFaultInWords(checkResult, { grams, sidesMm }, lane?.expected ?? null)
    : null;
  const serves = lane?.kind === 'ship' && lane.serves;
  return judgeLanding({ ...rest, lane: code, laneKind: lane?.kind ?? null, checkFault, serves });
}

/** For each parcel its lane, what was expected of it, and the way on where the lane leads to another point. */
async function lanesAt(
  tx: Tx,
  confirmed: readonly { parcel: Parcel; at: ConfirmedAt }[],
): Promise<(LandingLane | null)[]> {
  const found = await rows<Omit<LandingLane, 'serves'> & Served & { place: string }>(
    tx,
    `select n.place, l.id, l.kind, r.expected,
       coalesce((select json_agg(json_build_object('laneId', a.lane_id, 'cutOffTime', a.cut_off_time)) from lane_assignments a
         where a.site_id = $1 and a.carrier_code = n.carrier_code and a.service = n.service), '[]') as serving,
       (select ${CUT_OFF_TIME} from parcels p join orders o on o.site_id = p.site_id and o.id = p.order_id
         join sites s on s.id = p.site_id where p.site_id = $1 and p.id = n.parcel_id) as "cutOff",
       case when s.id is not null then json_build_object('toPoint', t.code, 'lengthMm', s.length_mm,
         'speedMmPerS', s.speed_mm_per_s, 'marginMs', s.margin_ms) end as way
     from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) with ordinality
       as n (parcel_id, carrier_code, service, point, lane, place)
     join lanes l on l.site_id = $1 and l.code = n.lane
     left join routes r on r.site_id = $1 and r.parcel_id = n.parcel_id
     left join conveyor_points f on f.site_id = $1 and f.code = n.point
     left join conveyor_segments s on s.site_id = $1 and s.from_point_id = f.id and s.lane_id = l.id
     left join conveyor_points t on t.site_id = $1 and t.id = s.to_point_id`,
    [
      tx.siteId,
      confirmed.map(({ parcel }) => parcel.id),
      confirmed.map(({ parcel }) => parcel.carrierCode),
      confirmed.map(({ parcel }) => parcel.service),
      confirmed.map(({ at }) => at.point),
      confirmed.map(({ at }) => at.lane),
    ],
  );
  const byPlace = new Map(
    found.map(({ place, serving, cutOff, ...lane }): [number, LandingLane] => [
      Number(place),
      { ...lane, serves: serves(lane.id, { serving, cutOff }) },
    ]),
  );
  return confirmed.map((_, at) => byPlace.get(at + 1) ?? null);
}

interface Served {
  /** All lanes of the parcel's carrier service. */
  serving: (TruckLane & { laneId: string })[];
  cutOff: string;
}

function serves(laneId: string, { serving, cutOff }: Served): boolean {
  return lanesOfTruck(serving, truckOf(serving, cutOff)).some((each) => each.laneId === laneId);
}

function raise(tx: Tx, found: readonly { parcel: Parcel; code: string; detail: string }[]): Promise<void> {
  return openExceptions(
    tx,
    found.map(({ parcel, code, detail }) => ({
      code,
      subjectKind: 'parcel' as const,
      subjectId: parcel.id,
      ...aboutParcel(parcel),
      owner: 'conveyor' as const,
      detail,
    })),
  );
}
