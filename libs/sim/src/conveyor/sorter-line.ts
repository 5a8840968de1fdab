import type { Seeded } from '../seeded.js';
import type { Chute } from './chute.js';
import { MovingBelt } from './moving-belt.js';
import type { Time } from './time.js';

/** A parcel on a conveyor. */
export interface Rider {
  id: string;
  /** What a scan point reads on it. */
  code: string;
  lengthMm: number;
  /** What the scale in the line says; absent where it says nothing. */
  weightGrams?: number;
}

export interface LinePlan {
  point: string;
  speedMmPerS: number;
  /** From where parcels come onto the belt to the photo-eye of the scan point. */
  inductionMm: number;
  /** Kept free between two parcels. */
  gapMm: number;
  /** Where the belt can let a parcel go, counted from the photo-eye, in the order of the belt. */
  diverts: readonly { lane: string; atMm: number }[];
  /** Until a divert has moved; a decision that comes later than this before the divert is too late for it. */
  actuationMs: number;
  /** What nobody diverted falls off here. */
  endLane: string;
  endMm: number;
  /** The lane that leads back to the induction, and how long the way is. */
  loop: { lane: string; lengthMm: number } | null;
}

export interface LineRates {
  noRead: number;
  /** Two parcels without a gap: the eye sees one, the scanner reads both labels. */
  touching: number;
  /** The divert does not move: the parcel goes straight on. */
  divertFails: number;
  /** Taken off the belt by hand behind the scan point: the conveyor loses sight of it. */
  takenAway: number;
}

/** The line's way to the agent: what its PLC says and hears. */
export interface LinePort {
  /** The route that came until the deadline; lane null on silence. */
  arrive(arrival: {
    point: string;
    trackId: number;
    codes: string[];
    deadlineMs: number;
    weightGrams?: number;
  }): Promise<{ lane: string | null; alternatives: string[]; waitedMs: number }>;
  confirm(confirm: {
    point: string;
    trackId: number;
    planned?: string;
    actual: string;
    reason?: string;
  }): void;
  lose(lost: { point: string; trackId: number; reason?: string }): void;
}

/** What became of an arrival, for the book. */
export interface Outcome {
  trackId: number;
  point: string;
  riders: readonly Rider[];
  /** Null: lost from sight. */
  lane: string | null;
  told: string | null;
  reason: string | null;
}

interface Track {
  id: number;
  riders: readonly Rider[];
  eyeMm: number;
  told: string | null;
  /** The lane told, or an alternative further down when that was full. */
  target: string | null;
  alternatives: string[];
  reason: string | null;
  left: boolean;
  takenAway: boolean;
}

export interface LineParts {
  time: Time;
  dice: Seeded;
  port: LinePort;
  chutes: ReadonlyMap<string, Chute>;
  rates: LineRates;
  firstTrackId: number;
  onOutcome: (outcome: Outcome) => void;
}

/**
 * One belt of a sorter with its scan point: parcels merge onto it with gaps, pass the eye, and leave by the divert that they were
 * told to, if the word came before the divert had to move, if it moves, and if the chute takes them; otherwise they go straight on.
 */
export class SorterLine {
  readonly belt: MovingBelt;
  private readonly fresh: Rider[] = [];
  private readonly returning: Rider[] = [];
  private freeFromMm = 0;
  private merging = false;
  private lastTrackId: number;
  private riding = 0;
  readonly counts = { inducted: 0, arrivals: 0, noReads: 0, touching: 0, straightOn: 0, tooLate: 0 };

  constructor(
    readonly plan: LinePlan,
    private readonly parts: LineParts,
  ) {
    this.belt = new MovingBelt(parts.time, plan.speedMmPerS);
    this.lastTrackId = parts.firstTrackId;
  }

  /** Parcels that wait for the belt, ride on it or on the loop. */
  get onTheWay(): number {
    return this.fresh.length + this.returning.length + this.riding;
  }

  /** Waiting for a gap; a long row means that more comes than the belt can take. */
  get waiting(): number {
    return this.fresh.length + this.returning.length;
  }

  offer(rider: Rider): void {
    this.fresh.push(rider);
    this.merge();
  }

  /** The loop goes first: what is on it can't wait, what comes new can. */
  private merge(): void {
    if (this.merging) return;
    const next = this.returning[0] ?? this.fresh[0];
    if (!next) return;
    const { belt } = this;
    if (belt.travelledMm < this.freeFromMm) {
      this.merging = true;
      belt.whenAt(this.freeFromMm, () => {
        this.merging = false;
        this.merge();
      });
      return;
    }
    this.induct();
    this.merge();
  }

  private induct(): void {
    const { belt, plan, parts, counts } = this;
    const take = () => this.returning.shift() ?? this.fresh.shift();
    const riders = [take()!];
    if (this.waiting > 0 && parts.dice.chance(parts.rates.touching)) {
      riders.push(take()!);
      counts.touching += 1;
    }
    this.riding += riders.length;
    counts.inducted += riders.length;
    const frontMm = belt.travelledMm;
    this.freeFromMm = frontMm + riders.reduce((sum, { lengthMm }) => sum + lengthMm, 0) + plan.gapMm;
    const eyeMm = frontMm + plan.inductionMm;
    belt.whenAt(eyeMm, () => this.pass(riders, eyeMm));
  }

  /** The photo-eye sees the front of a parcel. */
  private pass(riders: readonly Rider[], eyeMm: number): void {
    const { plan, parts, belt, counts } = this;
    const { dice, rates } = parts;
    const noRead = dice.chance(rates.noRead);
    this.lastTrackId += 1;
    const track: Track = {
      id: this.lastTrackId,
      riders,
      eyeMm,
      told: null,
      target: null,
      alternatives: [],
      reason: null,
      left: false,
      takenAway: dice.chance(rates.takenAway),
    };
    counts.arrivals += 1;
    if (noRead) counts.noReads += 1;
    this.ask(track, noRead ? [] : riders.map(({ code }) => code));
    for (const divert of plan.diverts) {
      belt.whenAt(eyeMm + divert.atMm - this.actuationMm, () => this.commit(track, divert));
    }
    belt.whenAt(eyeMm + plan.endMm, () => this.straightOn(track));
  }

  private get actuationMm(): number {
    return (this.plan.actuationMs * this.plan.speedMmPerS) / 1_000;
  }

  private ask(track: Track, codes: string[]): void {
    const { plan, parts } = this;
    const lastMm = Math.max(...plan.diverts.map(({ atMm }) => atMm)) - this.actuationMm;
    const deadlineMs = (lastMm * 1_000) / plan.speedMmPerS;
    const { point } = plan;
    const grams = track.riders.reduce((sum, { weightGrams = 0 }) => sum + weightGrams, 0);
    const weight = grams > 0 ? { weightGrams: grams } : {};
    void parts.port
      .arrive({ point, trackId: track.id, codes, deadlineMs, ...weight })
      .then(({ lane, alternatives }) => {
        if (track.left || lane === null) return;
        track.told = lane;
        track.target = lane;
        track.alternatives = alternatives;
        const divert = plan.diverts.find((each) => each.lane === lane);
        if (divert && this.belt.travelledMm > track.eyeMm + divert.atMm - this.actuationMm) {
          track.reason = 'too-late';
          this.counts.tooLate += 1;
        }
      });
  }

  /** The last moment at which this divert can be moved for this parcel. */
  private commit(track: Track, { lane, atMm }: { lane: string; atMm: number }): void {
    if (track.left || track.target !== lane || track.reason === 'too-late') return;
    const { parts, belt, plan } = this;
    const chute = parts.chutes.get(lane);
    if (chute && !chute.accepts) {
      track.reason = 'lane-full';
      chute.counts.refused += 1;
      const further = plan.diverts.filter((each) => each.atMm > atMm).map((each) => each.lane);
      const other = track.alternatives.find(
        (each) => further.includes(each) && parts.chutes.get(each)?.accepts,
      );
      if (other) track.target = other;
      return;
    }
    if (parts.dice.chance(parts.rates.divertFails)) {
      track.reason = 'divert-failed';
      return;
    }
    track.left = true;
    belt.whenAt(track.eyeMm + atMm, () => this.leave(track, lane));
  }

  private straightOn(track: Track): void {
    if (track.left) return;
    track.left = true;
    this.counts.straightOn += 1;
    track.reason ??= track.told === null ? 'too-late' : null;
    this.leave(track, this.plan.endLane);
  }

  private leave(track: Track, lane: string): void {
    const { parts, plan } = this;
    const { id: trackId, riders, told, reason } = track;
    const { point } = plan;
    if (track.takenAway) {
      this.riding -= riders.length;
      parts.port.lose({ point, trackId, reason: 'taken-away' });
      parts.onOutcome({ trackId, point, riders, lane: null, told, reason: 'taken-away' });
      return;
    }
    parts.port.confirm({
      point,
      trackId,
      ...(told === null ? {} : { planned: told }),
      actual: lane,
      ...(reason === null ? {} : { reason }),
    });
    parts.onOutcome({ trackId, point, riders, lane, told, reason });
    if (plan.loop?.lane === lane) {
      this.goRound(riders);
      return;
    }
    this.riding -= riders.length;
    for (const _ of riders) parts.chutes.get(lane)?.enter();
  }

  private goRound(riders: readonly Rider[]): void {
    const { loop } = this.plan;
    const { belt } = this;
    belt.whenAt(belt.travelledMm + loop!.lengthMm, () => {
      this.riding -= riders.length;
      // On the loop they were separated: they come back one by one.
      this.returning.push(...riders);
      this.merge();
    });
  }
}
