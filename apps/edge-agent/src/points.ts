import type { Logger } from 'pino';
import { v7 as uuidV7 } from 'uuid';
import type {
  AgentRecordData,
  CommandArgs,
  EdgeCheck,
  EdgePoint,
  EdgeRoute,
  InLineCheck,
  ParcelExpectation,
  ReadingData,
} from '#lib/contracts';
import {
  askBudgetMs,
  chooseLane,
  type Identified,
  identifyParcel,
  judgeMeasures,
  type LaneChoice,
  safeChoice,
  seenAs,
  whySafe,
} from '#lib/flow';
import type { Measurable, Measures } from './measures.js';
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
  measures: Measures;
  /** How long the core has been out of reach, milliseconds; null while it is there. */
  coreGoneMs: () => number | null;
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
  check: InLineCheck | null;
}

/** A parcel and who named it. */
interface Named {
  identified: Identified;
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
  /** The core or a scale is being waited for; its answer or silence brings the decision. */
  waiting: boolean;
  stored: Promise<unknown>;
  /** The disk refused it. */
  refused?: boolean;
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
      // At once, so that what the PLC says next (its confirm) can't come to stand before it.
      if (before.refused) return this.keepArrival(before, store(null));
      return this.keepArrival(
        before,
        before.stored.catch(() => store(null)),
      );
    }
    const entry: Remembered = { seenAtMs, codes, command: null, waiting: false, stored: Promise.resolve() };
    this.remember(keyOf(sighting), entry);
    return this.keepArrival(entry, store(this.decideIfKnown(arrival, entry)));
  }

  private keepArrival(entry: Remembered, stored: Promise<unknown>): Promise<unknown> {
    entry.stored = stored;
    entry.refused = false;
    stored.catch(() => {
      if (entry.stored === stored) entry.refused = true;
    });
    return stored;
  }

  /**
   * After a restart: what was stored before it. A repeated arrival is not stored again, and gets the same answer if there
   * was one.
   */
  recall(sighting: Sighting, decision: Decision | null, seenAtMs: number): void {
    const point = this.options.routes.table.point(sighting.point);
    const command = decision && routeCommand(decision, [], point?.deadlineMs ?? 0);
    const codes = sighting.codes.join('\n');
    this.remember(keyOf(sighting), { seenAtMs, codes, command, waiting: false, stored: Promise.resolve() });
  }

  /** Points that send everything to their safe lane, and why. */
  safeNow(): { point: string; because: 'forced' | 'core-gone' }[] {
    const goneMs = this.options.coreGoneMs();
    return [...this.options.routes.table.everyPoint()].flatMap((point) => {
      const because = whySafe(point, goneMs);
      return because ? [{ point: point.code, because }] : [];
    });
  }

  private repeat(arrival: Arrival, entry: Remembered): Kept | null {
    if (!entry.command) return entry.waiting ? null : this.decideIfKnown(arrival, entry);
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

  /** Null when the core or an instrument is waited for first. */
  private decide(arrival: Arrival, point: EdgePoint, entry: Remembered): Kept | null {
    const { routes, coreGoneMs } = this.options;
    const identified = identifyParcel(arrival.sighting, (code) => routes.table.routeOf(code));
    if (whySafe(point, coreGoneMs())) {
      const choice = safeChoice(point);
      return this.tell(arrival, { point, identified, choice, decidedBy: 'edge', check: null });
    }
    if (identified.kind !== 'unknown')
      return this.weighThenConclude(arrival, point, entry, { identified, decidedBy: 'edge' });
    const limitMs = this.leftMs(arrival, point);
    const asked = limitMs > 0 ? this.options.ask(arrival.device, arrival.sighting, limitMs) : null;
    if (!asked) return this.conclude(arrival, point, { identified, decidedBy: 'default' });
    entry.waiting = true;
    asked
      .then(
        (route) => {
          const code = arrival.sighting.codes[0] ?? '';
          const named: Named = route
            ? { identified: { kind: 'parcel', route, code }, decidedBy: 'core' }
            : { identified, decidedBy: 'core' };
          return this.weighThenConclude(arrival, point, entry, named);
        },
        (error: Error) => {
          const { sighting } = arrival;
          this.options.log.warn({ sighting, reason: error.message }, 'the core could not be asked in time');
          return this.conclude(arrival, point, { identified, decidedBy: 'default' });
        },
      )
      .then((kept) => kept && this.options.saveDraft(kept));
    return null;
  }

  /** A parcel whose measures are not there yet waits for them, for as long as the point leaves time. */
  private weighThenConclude(
    arrival: Arrival,
    point: EdgePoint,
    entry: Remembered,
    named: Named,
  ): Kept | null {
    const { measures } = this.options;
    const { check } = point;
    const parcel = measurable(arrival);
    const wanted = named.identified.kind === 'parcel' && named.identified.route.expected !== undefined;
    const limitMs = check && wanted ? Math.min(check.waitMs, this.leftMs(arrival, point)) : 0;
    if (!check || limitMs <= 0 || measures.isComplete(check, parcel))
      return this.conclude(arrival, point, named);
    entry.waiting = true;
    void measures
      .whenComplete(check, parcel, limitMs)
      .then(() => this.options.saveDraft(this.conclude(arrival, point, named)));
    return null;
  }

  private conclude(arrival: Arrival, point: EdgePoint, { identified, decidedBy }: Named): Kept {
    const { routes } = this.options;
    const laps = identified.kind === 'parcel' ? routes.lapsOf(point.code, identified.route.parcelId) : 0;
    const check = this.checkOf(arrival, point, identified);
    const passes = check?.result === 'ok' || (check?.result === 'not-measured' && !keepsUnmeasured(point));
    const fault = check && !passes && check.result !== 'ok' ? check.result : null;
    const choice = chooseLane(seenAs(identified, laps, fault), routes.table.lanes, point);
    const kept = this.tell(arrival, { point, identified, choice, decidedBy, check });
    if (choice.action === 'recirculate' && identified.kind === 'parcel') {
      routes.countLap(point.code, identified.route.parcelId);
    }
    return kept;
  }

  /** Measures are claimed by every arrival, also by those of no known parcel, so that none is left for the next one. */
  private checkOf(arrival: Arrival, point: EdgePoint, identified: Identified): InLineCheck | null {
    if (!point.check) return null;
    const measured = this.options.measures.claim(point.check, measurable(arrival));
    const expected = identified.kind === 'parcel' ? identified.route.expected : undefined;
    return expected ? judgeMeasures(measurableHere(expected, arrival, point.check), measured) : null;
  }

  private leftMs(arrival: Arrival, point: EdgePoint): number {
    return askBudgetMs(point.deadlineMs, performance.now() - arrival.time.monotonicMs);
  }

  /** The PLC is told first; everything else happens while the bytes are on their way. */
  private tell(arrival: Arrival, decided: Decided): Kept {
    const { sighting, device, trace, time } = arrival;
    const { choice, identified, point, decidedBy, check } = decided;
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
      ...(choice.alternatives.length > 0 ? { alternatives: choice.alternatives } : {}),
      ...(check ? { check } : {}),
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

function measurable({ sighting, time }: Arrival): Measurable {
  const { trackId, weightGrams } = sighting;
  return { trackId, atMs: time.monotonicMs, ...(weightGrams === undefined ? {} : { weightGrams }) };
}

/** Only what the instruments of this point can measure is asked of a parcel; the PLC's own scale counts when it speaks. */
function measurableHere(
  expected: ParcelExpectation,
  { sighting }: Arrival,
  check: EdgeCheck,
): ParcelExpectation {
  const { grams, toleranceGrams, sidesMm, toleranceMm } = expected;
  const weighs = check.scale !== null || sighting.weightGrams !== undefined;
  return {
    ...(weighs && grams !== undefined ? { grams, toleranceGrams } : {}),
    ...(check.dimensioner !== null && sidesMm !== undefined ? { sidesMm, toleranceMm } : {}),
  };
}

function keepsUnmeasured({ check }: EdgePoint): boolean {
  return check?.whenMissing === 'check';
}

function keyOf({ point, trackId, seq }: Pick<Sighting, 'point' | 'trackId' | 'seq'>): string {
  return `${point}!${trackId}!${seq}`;
}

function routeCommand(decision: Decision, alternatives: string[], leftMs: number): CommandArgs['route'] {
  const { decisionId, point, trackId, seq, lane } = decision;
  const validUntil = new Date(Date.now() + Math.max(0, leftMs)).toISOString();
  return { point, trackId, seq, lane, alternatives, decisionId, validUntil };
}
