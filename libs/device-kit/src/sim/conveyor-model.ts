import {
  type Arrival,
  type ArrivingParcel,
  arrivalResult,
  type ConveyorSimulatorOptions,
  RouteWaiters,
  type SimulatedConveyor,
} from './conveyor.js';
import type { Exercise, SimulatedDevice } from './simulator.js';

/** An event of a simulated PLC before it has its number; points and lanes by their site codes. */
export type PlcEvent =
  | ({ is: 'arrive'; result: ReturnType<typeof arrivalResult> } & Omit<
      ArrivingParcel,
      'result' | 'deadlineMs' | 'trackId'
    > & { trackId: number })
  | { is: 'confirm'; point: string; trackId: number; planned?: string; actual: string; reason?: string }
  | { is: 'lost'; point: string; trackId: number; reason?: string };

const DEFAULTS: Required<ConveyorSimulatorOptions> = {
  lifeMs: 200,
  defaultLane: 'EXC',
  autoConfirm: true,
  divertMs: 0,
  deadlineMs: 600,
};

/**
 * What every simulated conveyor PLC does, whatever it speaks: numbers parcels, waits for their routes up to a deadline, confirms where
 * they went. How events, lanes and the sign of life travel is the subclass's.
 */
export abstract class ConveyorModel implements SimulatedConveyor {
  protected readonly settings: Required<ConveyorSimulatorOptions>;
  private readonly waiters = new RouteWaiters();
  private readonly timers = new Set<NodeJS.Timeout>();
  private lastTrack = 0;

  constructor(options: ConveyorSimulatorOptions = {}) {
    this.settings = { ...DEFAULTS, ...options };
  }

  abstract readonly linkConfig: SimulatedDevice['linkConfig'];
  abstract readonly unacknowledged: number;
  abstract heartbeat(beats: boolean): void;
  abstract restart(): void;
  /** Queues an event for the agent and returns its sequence. */
  protected abstract add(event: PlcEvent): number;
  protected abstract setLane(lane: string, state: 'full' | 'clear' | 'jam'): void;
  protected abstract stop(): Promise<void> | void;

  async arrive(parcel: ArrivingParcel): Promise<Arrival> {
    const { deadlineMs = this.settings.deadlineMs, trackId = ++this.lastTrack, ...seen } = parcel;
    const routed = this.waiters.wait(trackId, deadlineMs);
    const seq = this.add({ ...seen, is: 'arrive', trackId, result: arrivalResult(parcel) });
    const arrival = { trackId, seq, ...(await routed) };
    if (this.settings.autoConfirm) this.confirmSoon(parcel.point, arrival);
    return arrival;
  }

  confirm(confirm: {
    point: string;
    trackId: number;
    planned?: string;
    actual: string;
    reason?: string;
  }): void {
    this.add({ is: 'confirm', ...confirm });
  }

  lose(lost: { point: string; trackId: number; reason?: string }): void {
    this.add({ is: 'lost', ...lost });
  }

  laneFull(lane: string): void {
    this.setLane(lane, 'full');
  }

  laneClear(lane: string): void {
    this.setLane(lane, 'clear');
  }

  laneJam(lane: string): void {
    this.setLane(lane, 'jam');
  }

  async close(): Promise<void> {
    this.waiters.cancelAll();
    for (const timer of this.timers) clearTimeout(timer);
    await this.stop();
  }

  /** A route came; false when nobody waits for it any more. */
  protected routed(trackId: number, lane: string, alternatives: string[]): boolean {
    return this.waiters.routed(trackId, lane, alternatives);
  }

  private confirmSoon(point: string, { trackId, lane }: Arrival): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      if (lane === null)
        this.confirm({ point, trackId, actual: this.settings.defaultLane, reason: 'too-late' });
      else this.confirm({ point, trackId, planned: lane, actual: lane });
    }, this.settings.divertMs);
    this.timers.add(timer);
  }
}

export const CONVEYOR_VERBS = [
  'arrive',
  'confirm',
  'lose',
  'laneFull',
  'laneClear',
  'laneJam',
  'heartbeat',
  'restart',
];

/** What every conveyor driver must do together with its simulator; `points` SP1, lanes L1 to L3 and EXC. */
export const conveyorExercises: Exercise<SimulatedConveyor>[] = [
  {
    title: 'nobody routes: the default lane, confirmed',
    async act(plc) {
      const { lane } = await plc.arrive({
        point: 'SP1',
        codes: [']C100106141412345678908'],
        deadlineMs: 80,
      });
      if (lane !== null) throw new Error(`a lane out of nowhere: ${lane}`);
    },
    expect: ['point.seen', 'point.confirmed'],
  },
  {
    title: 'a routed parcel reaches its lane',
    async act(plc, command) {
      const arrival = plc.arrive({ point: 'SP1', codes: ['ABC'], trackId: 70_000, deadlineMs: 2_000 });
      const args = { point: 'SP1', trackId: 70_000, seq: 1, lane: 'L2', alternatives: ['L3'] };
      await command({
        op: 'route',
        args: { ...args, decisionId: 'd1', validUntil: '2099-01-01T00:00:00Z' },
      });
      if ((await arrival).lane !== 'L2') throw new Error('the route did not reach the PLC');
    },
    expect: ['point.seen', 'point.confirmed'],
  },
];
