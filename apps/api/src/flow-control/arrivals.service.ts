import { Injectable } from '@nestjs/common';
import { type Parcel, ParcelsService } from '../packing/parcels.service.js';
import { type Application, applied, type Reading, refused } from '../platform/applies.js';
import type { Tx } from '../platform/database.service.js';
import { addEvents } from '../platform/events.js';
import { answerExceptions, openExceptions } from '../platform/exceptions.js';
import { turnsOf } from './arrival-turns.js';
import {
  lockOpen,
  lockStale,
  type OpenArrival,
  writeConfirmed,
  writeDecided,
  writeLost,
  writeSeen,
} from './arrivals.queries.js';
import { type Arrival, judgeArrival } from './judge-arrival.js';
import { aboutParcel, LandingsService, type RouteChanges } from './landings.service.js';
import { TravelsService } from './travels.service.js';

/** What is told of arrivals. */
export type ArrivalKind = 'point.seen' | 'point.decided' | 'point.confirmed' | 'point.lost';

/** A word about an arrival, where it stands in its batch, and the parcels that it names. */
interface Told<K extends ArrivalKind = ArrivalKind> {
  reading: Reading<K>;
  place: number;
  named: Parcel[];
}

/** Of a confirm or a loss. */
type Ended = Told & { arrival: OpenArrival };

/** Exceptions that seeing the parcel again answers by itself. */
const ANSWERED_BY_SIGHT = ['missing'];
/** An arrival at a point that nobody described (any more) is given up after this. The longest way over a sorter takes less. */
const CONFIRM_LIMIT_MS = 5 * 60_000;
const STALE_AT_ONCE = 500;

/**
 * The truth of the conveyor: each arrival is one row from seen to confirmed or lost, the commanded and the actual lane side by
 * side. Runs in the inbox transaction and may be called again with the same readings.
 */
@Injectable()
export class ArrivalsService {
  constructor(
    private readonly parcels: ParcelsService,
    private readonly landings: LandingsService,
    private readonly travels: TravelsService,
  ) {}

  /** Books what one stream tells of arrivals, in its order. @returns what became of each reading */
  async told(tx: Tx, readings: readonly Reading<ArrivalKind>[]): Promise<Application[]> {
    const codes = readings.flatMap((reading) => (isOf(reading, 'point.seen') ? codesOf(reading) : []));
    const known = codes.length > 0 ? await this.parcels.lockSeen(tx, codes) : [];
    const words = readings.map((reading, place) => {
      const named = isOf(reading, 'point.seen') ? this.parcels.carrying(known, codesOf(reading)) : [];
      const { kind, data } = reading.record;
      const { point, trackId } = data;
      const seq = 'seq' in data ? { seq: data.seq } : {};
      const parcelIds = named.map(({ id }) => id);
      return { kind, point, trackId, ...seq, parcelIds, reading, place, named };
    });
    const applications = readings.map(() => applied);
    const changes: RouteChanges = { laps: [], removals: [] };
    for (const turn of turnsOf(words)) {
      await this.seen(tx, among(turn, 'point.seen'));
      await this.decided(tx, among(turn, 'point.decided'));
      const ends = [...among(turn, 'point.confirmed'), ...among(turn, 'point.lost')];
      for (const { place, reason } of await this.ended(tx, ends, changes))
        applications[place] = refused(reason);
    }
    await this.landings.settle(tx, changes);
    return applications;
  }

  /**
   * Ends arrivals that nobody confirmed within their point's time: every arrival ends once, also when the PLC forgot it.
   * @returns how many there were
   */
  async giveUpStale(tx: Tx): Promise<number> {
    const stale = await lockStale(tx, CONFIRM_LIMIT_MS, STALE_AT_ONCE);
    await this.giveUp(tx, stale, 'no confirm came in time');
    return stale.length;
  }

  /** Points saw parcels. */
  private async seen(tx: Tx, told: readonly Told<'point.seen'>[]): Promise<void> {
    if (told.length === 0) return;
    const ids = await writeSeen(
      tx,
      told.map(({ reading: { source, record }, named }) => {
        const parcel = only(named);
        const of = { parcelId: parcel?.id ?? null, merchantId: parcel?.merchantId ?? null };
        return { agentId: source.agentId, data: record.data, ...of };
      }),
    );
    const news = told.flatMap((each, at) => {
      const decisionId = ids[at];
      // Null when the PLC repeated itself: the same point, track and sequence is the same arrival.
      if (!decisionId) return [];
      const { data } = each.reading.record;
      const arrival = judgeArrival({ ...data, parcelStates: each.named.map(({ state }) => state) });
      return [{ ...each, decisionId, parcel: only(each.named), arrival }];
    });
    await addEvents(
      tx,
      news.flatMap(({ parcel, reading: { record } }) => {
        const { point, trackId, result, codes } = record.data;
        return parcel
          ? [{ ...eventOf('flow.parcel-seen', parcel, record), data: { point, trackId, result, codes } }]
          : [];
      }),
    );
    await this.induct(
      tx,
      news.flatMap(({ arrival, parcel, reading }) =>
        arrival.kind === 'parcel' ? [{ id: parcel!.id, point: reading.record.data.point }] : [],
      ),
    );
    await openExceptions(
      tx,
      news.flatMap(({ arrival, parcel, decisionId }) =>
        arrival.kind === 'exception' ? [exceptionOf(arrival, parcel, decisionId)] : [],
      ),
    );
  }

  private async induct(tx: Tx, seen: readonly { id: string; point: string }[]): Promise<void> {
    if (seen.length === 0) return;
    const ids = seen.map(({ id }) => id);
    await this.parcels.move(tx, ids, 'inducted');
    await this.travels.arrive(tx, ids);
    await answerExceptions(
      tx,
      seen.map(({ id, point }) => ({ subjectId: id, resolution: `seen at ${point}` })),
      ANSWERED_BY_SIGHT,
    );
  }

  /** Lanes were chosen and the PLC was told. */
  private async decided(tx: Tx, told: readonly Told<'point.decided'>[]): Promise<void> {
    if (told.length === 0) return;
    const written = await writeDecided(
      tx,
      told.map(({ reading: { source, record } }) => ({ agentId: source.agentId, data: record.data })),
    );
    await addEvents(
      tx,
      told.flatMap(({ reading: { record } }, at) => {
        const { parcelId = null, orderId = null, merchantId = null } = written[at] ?? {};
        if (parcelId === null) return [];
        const { point, action, lane, because = null, decidedBy, latencyMicros } = record.data;
        return [
          {
            type: 'flow.parcel-decided' as const,
            aggregateId: parcelId,
            parcelId,
            orderId,
            merchantId,
            ...traceOf(record),
            data: { point, action, lane, because, decidedBy, latencyMicros },
          },
        ];
      }),
    );
  }

  /** Where parcels really went, and which of them the PLC lost sight of. @returns what belongs to no arrival, and why */
  private async ended(
    tx: Tx,
    told: readonly Told[],
    changes: RouteChanges,
  ): Promise<{ place: number; reason: string }[]> {
    if (told.length === 0) return [];
    const open = await lockOpen(
      tx,
      told.map(({ reading: { source, record } }) => {
        return { agentId: source.agentId, point: record.data.point, trackId: record.data.trackId };
      }),
    );
    const strays: { place: number; reason: string }[] = [];
    const ended: Ended[] = [];
    for (const [at, each] of told.entries()) {
      const arrival = open[at] ?? null;
      const stray = whyStray(each.reading, arrival);
      if (stray) strays.push({ place: each.place, reason: stray });
      else ended.push({ ...each, arrival: arrival! });
    }
    await this.confirmed(tx, ended, changes);
    for (const { reading, arrival } of ended) {
      if (!isOf(reading, 'point.lost')) continue;
      await this.giveUp(tx, [arrival.id], reading.record.data.reason ?? 'the conveyor lost sight of it');
    }
    return strays;
  }

  private async confirmed(tx: Tx, ended: readonly Ended[], changes: RouteChanges): Promise<void> {
    const found = ended.flatMap(({ reading, arrival }) =>
      isOf(reading, 'point.confirmed') ? [{ reading, arrival }] : [],
    );
    if (found.length === 0) return;
    await writeConfirmed(
      tx,
      found.map(({ reading, arrival }) => ({ id: arrival.id, data: reading.record.data })),
    );
    const ids = found.flatMap(({ arrival: { parcelId } }) => (parcelId ? [parcelId] : []));
    const parcels = new Map((await this.parcels.lockAll(tx, ids)).map((parcel) => [parcel.id, parcel]));
    const landings = found.flatMap(({ reading: { source, record }, arrival }) => {
      const { id: decisionId, state: _state, parcelId, ...decided } = arrival;
      const parcel = parcels.get(parcelId ?? '');
      if (!parcel) return [];
      const { point, actual: lane, planned, reason: plcReason = null } = record.data;
      const commanded = decided.commanded ?? planned ?? null;
      const at = { ...decided, decisionId, commanded, agentId: source.agentId, point, lane, plcReason };
      return [{ parcel, at: { ...at, ...traceOf(record) } }];
    });
    for (const turn of eachParcelOnce(landings)) await this.landings.landed(tx, turn, changes);
  }

  private async giveUp(tx: Tx, ids: readonly string[], reason: string): Promise<void> {
    const ended = await writeLost(tx, ids);
    await openExceptions(
      tx,
      ended.map((each) => ({
        code: 'missing',
        subjectKind: each.parcelId ? ('parcel' as const) : ('arrival' as const),
        subjectId: each.parcelId ?? each.id,
        parcelId: each.parcelId,
        orderId: each.orderId,
        merchantId: each.merchantId,
        owner: 'conveyor' as const,
        detail: `Seen at ${each.point} and not again: ${reason}.`,
      })),
    );
    await addEvents(
      tx,
      ended.map((each) => ({
        type: 'flow.parcel-lost' as const,
        aggregateId: each.parcelId ?? each.id,
        parcelId: each.parcelId,
        orderId: each.orderId,
        merchantId: each.merchantId,
        data: { point: each.point, trackId: Number(each.trackId), reason },
      })),
    );
  }
}

function isOf<K extends ArrivalKind>(
  reading: Reading<ArrivalKind>,
  kind: K,
): reading is Reading<ArrivalKind> & Reading<K> {
  return reading.record.kind === kind;
}

function among<K extends ArrivalKind>(turn: readonly Told[], kind: K): (Told & Told<K>)[] {
  return turn.filter((each): each is Told & Told<K> => isOf(each.reading, kind));
}

/** The codes that may name a parcel; of a no-read none, whatever stands beside it. */
function codesOf({ record: { data } }: Reading<'point.seen'>): string[] {
  return data.result === 'no-read' ? [] : data.codes;
}

function only(named: readonly Parcel[]): Parcel | null {
  return named.length === 1 ? named[0]! : null;
}

/** Empty in a record that names no trace: then the transaction's own counts. */
function traceOf({ trace }: { trace?: string }): { trace?: string } {
  return trace ? { trace } : {};
}

function eventOf<K extends 'flow.parcel-seen'>(type: K, parcel: Parcel, record: { trace?: string }) {
  return { type, aggregateId: parcel.id, ...aboutParcel(parcel), ...traceOf(record) };
}

function exceptionOf(
  { code, owner, detail }: Extract<Arrival, { kind: 'exception' }>,
  parcel: Parcel | null,
  decisionId: string,
) {
  return {
    code,
    subjectKind: parcel ? ('parcel' as const) : ('arrival' as const),
    subjectId: parcel?.id ?? decisionId,
    ...aboutParcel(parcel),
    owner,
    detail,
  };
}

/** Why a word about an end belongs to no arrival; null where it does. */
function whyStray({ record }: Reading<ArrivalKind>, arrival: OpenArrival | null): string | null {
  const { point, trackId } = record.data;
  if (record.kind === 'point.confirmed') {
    return arrival ? null : `no arrival with track ${trackId} at ${point} waits for a confirm`;
  }
  if (arrival && arrival.state !== 'lost') return null;
  return `no arrival with track ${trackId} at ${point} is under way`;
}

/** Two tracks may end with the same parcel, each seen in a batch of its own: the later one is booked behind the earlier. */
function eachParcelOnce<T extends { parcel: Parcel }>(landings: readonly T[]): T[][] {
  const turns: T[][] = [];
  for (const landing of landings) {
    const turn = turns.find((each) => each.every(({ parcel }) => parcel.id !== landing.parcel.id));
    if (turn) turn.push(landing);
    else turns.push([landing]);
  }
  return turns;
}
