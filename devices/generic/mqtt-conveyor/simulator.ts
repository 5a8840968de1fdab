import {
  CONVEYOR_VERBS,
  ConveyorModel,
  type ConveyorSimulatorOptions,
  conveyorExercises,
  defineSimulator,
  KeptEvents,
  type MqttPort,
  type PlcEvent,
  type SimulatedConveyor,
} from '#lib/device-kit';
import type { DownTelegram, UpEvent } from './telegrams.js';

export const simulator = defineSimulator<SimulatedConveyor, ConveyorSimulatorOptions>({
  places: ['mqtt'],
  verbs: CONVEYOR_VERBS,
  config: { lifeMs: 200 },
  async start(place, options = {}) {
    if (place.at !== 'mqtt') throw new TypeError(`an MQTT conveyor has no ${place.at}`);
    const plc = new TelegramPlc(place.base, place.mqtt, options);
    await plc.start();
    return plc;
  },
  exercises: [
    ...conveyorExercises,
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
type Route = Extract<DownTelegram, { t: 'route' }>;

class TelegramPlc extends ConveyorModel {
  private readonly events: KeptEvents<EventBody, Route>;

  constructor(
    private readonly base: string,
    mqtt: MqttPort,
    options: ConveyorSimulatorOptions,
  ) {
    super(options);
    const { lifeMs } = this.settings;
    this.events = new KeptEvents({ base, mqtt, lifeMs }, (route) => this.hearRoute(route));
  }

  start(): Promise<void> {
    return this.events.start();
  }

  get linkConfig() {
    return { kind: 'mqtt' as const, base: this.base };
  }

  get unacknowledged(): number {
    return this.events.unacknowledged;
  }

  heartbeat(beats: boolean): void {
    this.events.heartbeat(beats);
  }

  restart(): void {
    this.events.restart();
  }

  protected add(event: PlcEvent): number {
    const { is, ...body } = event;
    return this.events.add({ t: is, ...body } as EventBody);
  }

  protected setLane(lane: string, state: 'full' | 'clear' | 'jam'): void {
    this.events.add({ t: 'lane', lane, state });
  }

  protected stop(): Promise<void> {
    return this.events.stop();
  }

  private hearRoute({ trackId, lane, alternatives, decisionId }: Route): void {
    const inTime = this.routed(trackId, lane, alternatives);
    this.events.say(inTime ? { t: 'ack', decisionId } : { t: 'nak', decisionId, reason: 'too late' });
  }
}
