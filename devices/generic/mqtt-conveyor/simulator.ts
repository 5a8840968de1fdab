import {
  type Arrival,
  type ArrivingParcel,
  arrivalResult,
  type ConveyorSimulatorOptions,
  defineSimulator,
  type MqttPort,
  RouteWaiters,
  type SimulatedConveyor,
} from '#lib/device-kit';
import type { DownTelegram, UpEvent, UpTelegram } from './telegrams.js';

export const simulator = defineSimulator<SimulatedConveyor, ConveyorSimulatorOptions>({
  places: ['mqtt'],
  verbs: ['arrive', 'confirm', 'lose', 'laneFull', 'laneClear', 'laneJam', 'heartbeat', 'restart'],
  config: { lifeMs: 200 },
  async start(place, options = {}) {
    if (place.at !== 'mqtt') throw new TypeError(`an MQTT conveyor has no ${place.at}`);
    const plc = new TelegramPlc(place.base, place.mqtt, options);
    await plc.start();
    return plc;
  },
  exercises: [
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
    {
      title: 'lanes and lost parcels',
      act(plc) {
        plc.laneFull('L1');
        plc.laneJam('L1');
        plc.laneClear('L1');
        plc.lose({ point: 'SP1', trackId: 5 });
      },
      expect: ['lane.full', 'lane.jam', 'lane.clear', 'point.lost'],
    },
  ],
});

type EventBody = UpEvent extends infer E ? (E extends UpEvent ? Omit<E, 'seq'> : never) : never;

/** How long an unacknowledged event waits before it is sent again. */
const REPEAT_MS = 1_000;

class TelegramPlc implements SimulatedConveyor {
  private readonly options: Required<ConveyorSimulatorOptions>;
  private readonly waiters = new RouteWaiters();
  private readonly timers = new Set<NodeJS.Timeout>();
  private session = 1;
  private nextSeq = 1;
  private kept: UpEvent[] = [];
  private lastTrack = 0;
  private beats = true;
  private life: NodeJS.Timeout | null = null;
  private unsubscribe: (() => Promise<void>) | null = null;

  constructor(
    private readonly base: string,
    private readonly mqtt: MqttPort,
    options: ConveyorSimulatorOptions,
  ) {
    this.options = {
      lifeMs: 200,
      defaultLane: 'EXC',
      autoConfirm: true,
      divertMs: 0,
      deadlineMs: 600,
      ...options,
    };
  }

  async start(): Promise<void> {
    this.unsubscribe = await this.mqtt.subscribe(`${this.base}/down`, (payload) => {
      if (this.beats) this.hear(JSON.parse(new TextDecoder().decode(payload)) as DownTelegram);
    });
    let beats = 0;
    this.life = setInterval(() => {
      this.say({ t: 'life' });
      if (++beats * this.options.lifeMs >= REPEAT_MS) {
        beats = 0;
        this.sendFrom(0);
      }
    }, this.options.lifeMs);
  }

  get linkConfig() {
    return { kind: 'mqtt' as const, base: this.base };
  }

  get unacknowledged(): number {
    return this.kept.length;
  }

  async arrive(parcel: ArrivingParcel): Promise<Arrival> {
    const trackId = parcel.trackId ?? ++this.lastTrack;
    const routed = this.waiters.wait(trackId, parcel.deadlineMs ?? this.options.deadlineMs);
    const weight = parcel.weightGrams === undefined ? {} : { weightGrams: parcel.weightGrams };
    const { point, codes } = parcel;
    const seq = this.add({ t: 'arrive', point, trackId, codes, result: arrivalResult(parcel), ...weight });
    const arrival = { trackId, seq, ...(await routed) };
    if (this.options.autoConfirm) this.confirmSoon(point, arrival);
    return arrival;
  }

  confirm(confirm: {
    point: string;
    trackId: number;
    planned?: string;
    actual: string;
    reason?: string;
  }): void {
    this.add({ t: 'confirm', ...confirm });
  }

  lose(lost: { point: string; trackId: number; reason?: string }): void {
    this.add({ t: 'lost', ...lost });
  }

  laneFull(lane: string): void {
    this.add({ t: 'lane', lane, state: 'full' });
  }

  laneClear(lane: string): void {
    this.add({ t: 'lane', lane, state: 'clear' });
  }

  laneJam(lane: string): void {
    this.add({ t: 'lane', lane, state: 'jam' });
  }

  heartbeat(beats: boolean): void {
    this.beats = beats;
  }

  restart(): void {
    this.session++;
    this.kept = [];
    this.nextSeq = 1;
    this.sayHello();
  }

  async close(): Promise<void> {
    if (this.life) clearInterval(this.life);
    for (const timer of this.timers) clearTimeout(timer);
    this.waiters.cancelAll();
    await this.unsubscribe?.();
  }

  private hear(telegram: DownTelegram): void {
    if (telegram.t === 'sync') {
      this.sayHello();
      this.sendFrom(telegram.after ?? 0);
    } else if (telegram.t === 'stored') {
      this.kept = this.kept.filter((event) => event.seq > telegram.seq);
    } else if (telegram.t === 'route') {
      const { trackId, lane, alternatives, decisionId } = telegram;
      const inTime = this.waiters.routed(trackId, lane, alternatives);
      this.say(inTime ? { t: 'ack', decisionId } : { t: 'nak', decisionId, reason: 'too late' });
    }
  }

  private sayHello(): void {
    this.say({ t: 'hello', session: String(this.session), next: this.kept[0]?.seq ?? this.nextSeq });
  }

  private sendFrom(after: number): void {
    for (const event of this.kept) if (event.seq > after) this.say(event);
  }

  private add(body: EventBody): number {
    const event = { seq: this.nextSeq++, ...body } as UpEvent;
    this.kept.push(event);
    this.say(event);
    return event.seq;
  }

  /** Without a broker nothing is said: events stay kept and are sent again. */
  private say(telegram: UpTelegram): void {
    if (!this.beats || !this.mqtt.connected) return;
    this.mqtt.publish(`${this.base}/up`, JSON.stringify(telegram), 1).catch(() => undefined);
  }

  private confirmSoon(point: string, arrival: Arrival): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const { trackId, lane } = arrival;
      if (lane === null)
        this.confirm({ point, trackId, actual: this.options.defaultLane, reason: 'too-late' });
      else this.confirm({ point, trackId, planned: lane, actual: lane });
    }, this.options.divertMs);
    this.timers.add(timer);
  }
}
