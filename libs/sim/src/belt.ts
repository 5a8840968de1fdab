import type { Arrival, ArrivingParcel } from '#lib/device-kit';
import type { FaultRates } from './faults.js';
import type { Measures } from './measures.js';
import type { Seeded } from './seeded.js';
import type { Tally } from './tally.js';
import { pause } from './waiting.js';

/** The verbs of a conveyor PLC that the belt needs (both simulators have them). */
export interface BeltPlc {
  arrive(parcel: ArrivingParcel): Promise<Arrival>;
  confirm(confirm: {
    point: string;
    trackId: number;
    planned?: string;
    actual: string;
    reason?: string;
  }): void;
  lose(lost: { point: string; trackId: number; reason?: string }): void;
  laneFull(lane: string): void;
  laneClear(lane: string): void;
  laneJam(lane: string): void;
}

export interface BeltParcel {
  parcelId: string;
  /** What the scan point reads. */
  code: string;
  sscc: string;
}

export interface BeltSetting {
  plc: BeltPlc;
  point: string;
  deadlineMs: number;
  exceptionLane: string;
  noReadLane: string;
  recirculationLane: string | null;
  shipLanes: string[];
  /** Belt travel before the point and from the point to the lane, milliseconds. */
  travelMs: number;
  gapMs: number;
  rates: FaultRates;
  dice: Seeded;
  measures: Measures;
  tally: Tally;
  onLane: (parcel: BeltParcel, lane: string) => void;
  /** On an exception or no-read lane: a person must take it up. */
  onTrouble: (parcel: BeltParcel, lane: string) => void;
  signal: AbortSignal;
}

const CLEAR_AFTER_MS = 1_500;

/** One belt to one scan point with lanes behind it. Parcels pass one after another; each ends in a lane. */
export class Belt {
  private readonly queue: BeltParcel[] = [];
  private readonly troubled = new Set<string>();
  private riding = 0;

  constructor(private readonly set: BeltSetting) {}

  put(parcel: BeltParcel): void {
    this.queue.push(parcel);
  }

  get empty(): boolean {
    return this.queue.length === 0 && this.riding === 0;
  }

  async run(): Promise<void> {
    const { signal, gapMs, tally } = this.set;
    while (!signal.aborted) {
      const parcel = this.queue.shift();
      if (!parcel) {
        await pause(25, signal);
        continue;
      }
      this.riding += 1;
      void this.pass(parcel)
        .catch((error: Error) => tally.fault('belt-stopped', error.message))
        .finally(() => {
          this.riding -= 1;
        });
      await pause(gapMs, signal);
    }
  }

  private async pass(parcel: BeltParcel): Promise<void> {
    const { plc, point, dice, rates, tally, measures, travelMs, deadlineMs, signal } = this.set;
    this.trouble();
    await pause(travelMs, signal);
    const noRead = dice.chance(rates.noRead);
    const arrival = await plc.arrive({ point, codes: noRead ? [] : [parcel.code], deadlineMs });
    tally.count('arrivals');
    measures.add('seen-to-routed', arrival.waitedMs);
    if (noRead) tally.count('no-reads');
    if (arrival.lane === null) tally.count('silent decisions');
    const told = arrival.lane ?? this.set.exceptionLane;
    const lane = this.physically(told);
    await pause(travelMs, signal);
    plc.confirm({
      point,
      trackId: arrival.trackId,
      ...(arrival.lane === null ? {} : { planned: arrival.lane }),
      actual: lane,
      ...(lane === told ? {} : { reason: 'late-divert' }),
    });
    this.arrivedAt(parcel, lane, told);
    if (dice.chance(rates.stranger)) await this.stranger();
  }

  private arrivedAt(parcel: BeltParcel, lane: string, told: string): void {
    const { tally, exceptionLane, noReadLane, recirculationLane } = this.set;
    if (lane !== told) tally.count('misroutes');
    tally.count(`lane ${lane}`);
    if (lane === recirculationLane) {
      this.queue.push(parcel);
      return;
    }
    if (lane === exceptionLane || lane === noReadLane) this.set.onTrouble(parcel, lane);
    else this.set.onLane(parcel, lane);
  }

  /** The lane that the parcel really takes. */
  private physically(told: string): string {
    const { dice, rates, shipLanes } = this.set;
    if (!shipLanes.includes(told) || !dice.chance(rates.misroute)) return told;
    return dice.pick(shipLanes.filter((lane) => lane !== told));
  }

  /** Lanes fill and jam now and then, and are cleared by somebody. */
  private trouble(): void {
    const { plc, dice, rates, shipLanes, tally, signal } = this.set;
    const full = dice.chance(rates.laneFull);
    if (!full && !dice.chance(rates.laneJam)) return;
    const lane = dice.pick(shipLanes);
    if (this.troubled.has(lane)) return;
    this.troubled.add(lane);
    tally.count(full ? 'lanes full' : 'lanes jammed');
    if (full) plc.laneFull(lane);
    else plc.laneJam(lane);
    void pause(CLEAR_AFTER_MS, signal).then(() => {
      plc.laneClear(lane);
      this.troubled.delete(lane);
    });
  }

  /** A parcel that nobody here made: it must end on the exception lane. */
  private async stranger(): Promise<void> {
    const { plc, point, deadlineMs, tally, exceptionLane, dice } = this.set;
    const code = `]C1009${String(dice.between(0, 999_999_999)).padStart(17, '0')}`;
    const arrival = await plc.arrive({ point, codes: [code], deadlineMs });
    const lane = arrival.lane ?? exceptionLane;
    tally.count('strangers');
    if (lane !== exceptionLane) tally.fault('stranger-in-a-lane', `${code} went to ${lane}`);
    const planned = arrival.lane === null ? {} : { planned: arrival.lane };
    plc.confirm({ point, trackId: arrival.trackId, ...planned, actual: lane });
  }
}
