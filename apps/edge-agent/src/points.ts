import type { Logger } from 'pino';
import { v7 as uuidV7 } from 'uuid';
import type { AgentRecordData, CommandArgs, EdgePoint, EdgeRoute, ReadingData } from '#lib/contracts';
import { askBudgetMs, chooseLane, type Identified, identifyParcel, type LaneChoice, seenAs } from '#lib/flow';
import type { RecordTime } from './record.js';
import type { Routes } from './routes.js';

export type Sighting = ReadingData['point.seen'];
export type Decision = AgentRecordData['point.decided'];

/** One parcel in front of one point, as its PLC reported it. */
export interface Arrival {
  device: string;
  sighting: Sighting;
  time: RecordTime;
  trace: string;
}

/** A decision with its way. Until the PLC has taken the route its latency is that of the hand-over: a draft. */
export interface Kept {
  device: string;
  decision: Decision;
  trace: string;
}

/** Keeps the arrival, together with the draft of its decision if there is one already. */
export type StoreArrival = (draft: Kept | null) => Promise<unknown>;

/** `trouble`: why the PLC did not take it. */
export interface RouteSent {
  sentMonotonicMs?: number;
  trouble?: string;
}

export interface PointsOptions {
  routes: Routes;
  log: Logger;
  /** Tells the PLC. Resolves with the monotonic moment at which the first byte left, if one did; never rejects. */
  sendRoute: (
    device: string,
    args: CommandArgs['route'],
  ) => Promise<{ sentMonotonicMs?: number; trouble?: string }>;
  /** Keeps the decision. Called when the PLC has taken the route, or has not. */
  keep: (kept: Kept) => void;
  /** Stores the draft of a decision that came after its arrival was stored. */
  saveDraft: (kept: Kept) => void;
  /** Asks the core, or is null while nobody is there to ask. Rejects when no answer comes in time. */
  ask: (device: string, sighting: Sighting, limitMs: number) => Promise<EdgeRoute | null> | null;
}

interface Decided {
  point: EdgePoint;
  identified: Identified;
  choice: LaneChoice;
  decidedBy: Decision['decidedBy'];
}

/** A PLC repeats an arrival within seconds; later the same numbers mean another parcel (a PLC that counts anew). */
const REPEAT_WITHIN_MS = 60_000;
const REMEMBER_MAX = 4_096;

interface Remembered {
  seenAtMs: number;
  codes: string;
  /** Null while there is no decision yet. */
  command: CommandArgs['route'] | null;
  /** The core is being asked; its answer or silence brings the decision. */
  asking: boolean;
  stored: Promise<unknown>;
}

/**
 * Decides at scan points, with the routes that were pushed ahead and the lane states that are heard here first. The
 * decision waits for neither the disk nor, for a known parcel, the network.
 */
export class Points {
  private readonly remembered = new Map<string, Remembered>();

  constructor(private readonly options: PointsOptions) {}

  /**
   * Decides at once, then lets `store` keep the arrival; resolves when it is kept. A PLC that only repeats itself gets the
   * same decision again, and the arrival is kept once.
   */
  seen(arrival: Arrival, store: StoreArrival): Promise<unknown> {
    const { sighting } = arrival;
    const seenAtMs = arrival.time.monotonicMs;
    const codes = sighting.codes.join('\n');
    const before = this.remembered.get(keyOf(sighting));
    if (before && before.codes === codes && seenAtMs - before.seenAtMs < REPEAT_WITHIN_MS) {
      const draft = this.repeat(arrival, before);
      if (draft) this.options.saveDraft(draft);
      before.stored = before.stored.catch(() => store(null));
      return before.stored;
    }
    const entry: Remembered = { seenAtMs, codes, command: null, asking: false, stored: Promise.resolve() };
    this.remember(keyOf(sighting), entry);
    entry.stored = store(this.decideIfKnown(arrival, entry));
    return entry.stored;
  }

  /**
   * After a restart: what was stored before it. A repeated arrival is not stored again, and gets the same answer if there
   * was one.
   */
  recall(sighting: Sighting, decision: Decision | null, seenAtMs: number): void {
    const point = this.options.routes.table.point(sighting.point);
    const command = decision && routeCommand(decision, [], point?.deadlineMs ?? 0);
    const codes = sighting.codes.join('\n');
    this.remember(keyOf(sighting), { seenAtMs, codes, command, asking: false, stored: Promise.resolve() });
  }

  private repeat(arrival: Arrival, entry: Remembered): Kept | null {
    if (!entry.command) return entry.asking ? null : this.decideIfKnown(arrival, entry);
    void this.options.sendRoute(arrival.device, entry.command);
    return null;
  }

  private decideIfKnown(arrival: Arrival, entry: Remembered): Kept | null {
    const { device, sighting } = arrival;
    const point = this.options.routes.table.point(sighting.point);
    if (point) return this.decide(arrival, point, entry);
    this.options.log.error({ device, sighting }, 'this point is not known here; its PLC takes its default');
    return null;
  }

  /** Null when the core is asked first. */
  private decide(arrival: Arrival, point: EdgePoint, entry: Remembered): Kept | null {
    const { table } = this.options.routes;
    const identified = identifyParcel(arrival.sighting, (code) => table.routeOf(code));
    if (identified.kind !== 'unknown') return this.conclude(arrival, point, identified, 'edge');
    const limitMs = askBudgetMs(point.deadlineMs, performance.now() - arrival.time.monotonicMs);
    const asked = limitMs > 0 ? this.options.ask(arrival.device, arrival.sighting, limitMs) : null;
    if (!asked) return this.conclude(arrival, point, identified, 'default');
    entry.asking = true;
    asked
      .then(
        (route) => {
          const code = arrival.sighting.codes[0] ?? '';
          return this.conclude(arrival, point, route ? { kind: 'parcel', route, code } : identified, 'core');
        },
        (error: Error) => {
          const { sighting } = arrival;
          this.options.log.warn({ sighting, reason: error.message }, 'the core could not be asked in time');
          return this.conclude(arrival, point, identified, 'default');
        },
      )
      .then((kept) => this.options.saveDraft(kept));
    return null;
  }

  private conclude(
    arrival: Arrival,
    point: EdgePoint,
    identified: Identified,
    decidedBy: Decision['decidedBy'],
  ): Kept {
    const { routes } = this.options;
    const laps = identified.kind === 'parcel' ? routes.lapsOf(point.code, identified.route.parcelId) : 0;
    const choice = chooseLane(seenAs(identified, laps), routes.table.lanes, point);
    const kept = this.tell(arrival, { point, identified, choice, decidedBy });
    if (choice.action === 'recirculate' && identified.kind === 'parcel') {
      routes.countLap(point.code, identified.route.parcelId);
    }
    return kept;
  }

  /** The PLC is told first; everything else happens while the bytes are on their way. */
  private tell(arrival: Arrival, decided: Decided): Kept {
    const { sighting, device, trace, time } = arrival;
    const { choice, identified, point, decidedBy } = decided;
    const spentMs = performance.now() - time.monotonicMs;
    const decision: Decision = {
      decisionId: uuidV7(),
      point: sighting.point,
      trackId: sighting.trackId,
      seq: sighting.seq,
      ...(identified.kind === 'parcel' ? { code: identified.code } : {}),
      action: choice.action,
      lane: choice.lane,
      ...(choice.because === undefined ? {} : { because: choice.because }),
      decidedBy,
      routeVersion: this.options.routes.table.version,
      latencyMicros: 0,
    };
    const command = routeCommand(decision, choice.alternatives, point.deadlineMs - spentMs);
    const sent = this.options.sendRoute(device, command);
    const latencyMicros = (atMs: number) => Math.round((atMs - time.monotonicMs) * 1_000);
    const draft = {
      device,
      decision: { ...decision, latencyMicros: latencyMicros(performance.now()) },
      trace,
    };
    const remembered = this.remembered.get(keyOf(sighting));
    if (remembered) remembered.command = command;
    void sent.then(({ sentMonotonicMs, trouble }) => {
      if (trouble) this.options.log.warn({ device, decision, trouble }, 'the PLC did not take the route');
      const latency = latencyMicros(sentMonotonicMs ?? performance.now());
      this.options.keep({ device, decision: { ...decision, latencyMicros: latency }, trace });
    });
    return draft;
  }

  private remember(key: string, entry: Remembered): void {
    this.remembered.delete(key);
    this.remembered.set(key, entry);
    if (this.remembered.size <= REMEMBER_MAX) return;
    const oldest = this.remembered.keys().next().value;
    if (oldest !== undefined) this.remembered.delete(oldest);
  }
}

function keyOf({ point, trackId, seq }: Pick<Sighting, 'point' | 'trackId' | 'seq'>): string {
  return `${point}!${trackId}!${seq}`;
}

function routeCommand(decision: Decision, alternatives: string[], leftMs: number): CommandArgs['route'] {
  const { decisionId, point, trackId, seq, lane } = decision;
  const validUntil = new Date(Date.now() + Math.max(0, leftMs)).toISOString();
  return { point, trackId, seq, lane, alternatives, decisionId, validUntil };
}
