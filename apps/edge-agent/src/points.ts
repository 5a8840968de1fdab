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
  /** Keeps the decision. Called after the PLC was told. */
  keep: (device: string, decision: Decision, trace: string) => void;
  /** Asks the core, or is null while nobody is there to ask. Rejects when no answer comes in time. */
  ask: (device: string, sighting: Sighting, limitMs: number) => Promise<EdgeRoute | null> | null;
}

interface Decided {
  device: string;
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
  seen(arrival: Arrival, store: () => Promise<unknown>): Promise<unknown> {
    const { sighting } = arrival;
    const seenAtMs = arrival.time.monotonicMs;
    const codes = sighting.codes.join('\n');
    const before = this.remembered.get(keyOf(sighting));
    if (before && before.codes === codes && seenAtMs - before.seenAtMs < REPEAT_WITHIN_MS) {
      this.repeat(arrival, before);
      before.stored = before.stored.catch(store);
      return before.stored;
    }
    const entry: Remembered = { seenAtMs, codes, command: null, asking: false, stored: Promise.resolve() };
    this.remember(keyOf(sighting), entry);
    this.decideIfKnown(arrival, entry);
    entry.stored = store();
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

  private repeat(arrival: Arrival, entry: Remembered): void {
    if (entry.command) void this.options.sendRoute(arrival.device, entry.command);
    else if (!entry.asking) this.decideIfKnown(arrival, entry);
  }

  private decideIfKnown(arrival: Arrival, entry: Remembered): void {
    const { device, sighting } = arrival;
    const point = this.options.routes.table.point(sighting.point);
    if (point) this.decide(arrival, point, entry);
    else
      this.options.log.error({ device, sighting }, 'this point is not known here; its PLC takes its default');
  }

  private decide(arrival: Arrival, point: EdgePoint, entry: Remembered): void {
    const { table } = this.options.routes;
    const identified = identifyParcel(arrival.sighting, (code) => table.routeOf(code));
    if (identified.kind !== 'unknown') {
      this.conclude(arrival, point, identified, 'edge');
      return;
    }
    const limitMs = askBudgetMs(point.deadlineMs, performance.now() - arrival.time.monotonicMs);
    const asked = limitMs > 0 ? this.options.ask(arrival.device, arrival.sighting, limitMs) : null;
    if (!asked) {
      this.conclude(arrival, point, identified, 'default');
      return;
    }
    entry.asking = true;
    asked.then(
      (route) => {
        const code = arrival.sighting.codes[0] ?? '';
        this.conclude(arrival, point, route ? { kind: 'parcel', route, code } : identified, 'core');
      },
      (error: Error) => {
        this.options.log.warn(
          { sighting: arrival.sighting, reason: error.message },
          'the core could not be asked in time',
        );
        this.conclude(arrival, point, identified, 'default');
      },
    );
  }

  private conclude(
    arrival: Arrival,
    point: EdgePoint,
    identified: Identified,
    decidedBy: Decision['decidedBy'],
  ): void {
    const { routes } = this.options;
    const laps = identified.kind === 'parcel' ? routes.lapsOf(point.code, identified.route.parcelId) : 0;
    const choice = chooseLane(seenAs(identified, laps), routes.table.lanes, point);
    this.tell(arrival, { device: arrival.device, point, identified, choice, decidedBy });
    if (choice.action === 'recirculate' && identified.kind === 'parcel') {
      routes.countLap(point.code, identified.route.parcelId);
    }
  }

  /** The PLC is told first; everything else happens while the bytes are on their way. */
  private tell(arrival: Arrival, decided: Decided): void {
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
    const remembered = this.remembered.get(keyOf(sighting));
    if (remembered) remembered.command = command;
    void sent.then(({ sentMonotonicMs, trouble }) => {
      const latencyMs = (sentMonotonicMs ?? performance.now()) - time.monotonicMs;
      decision.latencyMicros = Math.round(latencyMs * 1_000);
      if (trouble) this.options.log.warn({ device, decision, trouble }, 'the PLC did not take the route');
      this.options.keep(device, decision, trace);
    });
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
