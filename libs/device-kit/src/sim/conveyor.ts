import type { PointResult } from '#lib/contracts';
import type { SimulatedDevice } from './simulator.js';

/** A parcel under a scan point. */
export interface ArrivingParcel {
  point: string;
  codes: string[];
  /** By default `no-read` without codes, `read` with one, `multi` with more. */
  result?: PointResult;
  weightGrams?: number;
  /** How long the PLC waits for a route before its own default, milliseconds. */
  deadlineMs?: number;
  /** The PLC's own number for the parcel; by default the next one. */
  trackId?: number;
}

export interface Arrival {
  trackId: number;
  seq: number;
  /** The lane the agent chose in time; null on silence. */
  lane: string | null;
  alternatives: string[];
  /** From the arrival to the route, milliseconds (or the deadline). */
  waitedMs: number;
}

/** The verbs of a simulated conveyor PLC, whatever it speaks. */
export interface SimulatedConveyor extends SimulatedDevice {
  /** Announces a parcel and waits for its route. With autoConfirm (the default) the confirm follows by itself. */
  arrive(parcel: ArrivingParcel): Promise<Arrival>;
  /** Where a parcel really went. */
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
  /** Stops and starts the PLC's sign of life and its answers. */
  heartbeat(beats: boolean): void;
  /** The PLC starts anew: another session, nothing kept. */
  restart(): void;
  /** Events the agent has not yet acknowledged. */
  readonly unacknowledged: number;
}

export interface ConveyorSimulatorOptions {
  lifeMs?: number;
  /** Where parcels go on silence. */
  defaultLane?: string;
  /** Confirm each parcel by itself after divertMs. */
  autoConfirm?: boolean;
  divertMs?: number;
  deadlineMs?: number;
}

export function arrivalResult(parcel: ArrivingParcel): PointResult {
  if (parcel.result) return parcel.result;
  if (parcel.codes.length === 0) return 'no-read';
  return parcel.codes.length === 1 ? 'read' : 'multi';
}

/** Waiters for routes by track id; each ends with a route or at its deadline. */
export class RouteWaiters {
  private readonly waiting = new Map<
    number,
    { routed(lane: string, alternatives: string[]): void; cancel(): void }
  >();

  wait(trackId: number, deadlineMs: number): Promise<Pick<Arrival, 'lane' | 'alternatives' | 'waitedMs'>> {
    const startedAt = performance.now();
    const waitedMs = () => performance.now() - startedAt;
    return new Promise((resolve) => {
      const end = (lane: string | null, alternatives: string[]) => {
        clearTimeout(limit);
        this.waiting.delete(trackId);
        resolve({ lane, alternatives, waitedMs: waitedMs() });
      };
      const limit = setTimeout(() => end(null, []), deadlineMs);
      this.waiting.set(trackId, { routed: end, cancel: () => end(null, []) });
    });
  }

  /** False when nobody waits for this track: the route came too late. */
  routed(trackId: number, lane: string, alternatives: string[]): boolean {
    const waiter = this.waiting.get(trackId);
    waiter?.routed(lane, alternatives);
    return waiter !== undefined;
  }

  cancelAll(): void {
    for (const waiter of [...this.waiting.values()]) waiter.cancel();
  }
}
