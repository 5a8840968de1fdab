import {
  CONVEYOR_VERBS,
  ConveyorModel,
  type ConveyorSimulatorOptions,
  conveyorExercises,
  defineSimulator,
  type PlcEvent,
  type SimulatedConveyor,
  type Wire,
  wireAt,
} from '#lib/device-kit';
import {
  decodeTelegram,
  encodeTelegram,
  fieldsOf,
  nextSequence,
  type PlcEventBody,
  TELEGRAMS,
  type Telegram,
  writeEvent,
} from './telegram.js';

export interface TcpConveyorOptions extends ConveyorSimulatorOptions {
  ourName?: string;
  plcName?: string;
  repeatMs?: number;
}

export interface SimulatedTcpConveyor extends SimulatedConveyor {
  /** Fault: the next telegrams to the agent get lost on their way. */
  loseNext(count: number): void;
}

export const simulator = defineSimulator<SimulatedTcpConveyor, TcpConveyorOptions>({
  places: ['tcp', 'tcp-call'],
  verbs: [...CONVEYOR_VERBS, 'loseNext'],
  config: { lifeMs: 200, repeatMs: 100 },
  start: async (place, options) => new TelegramPlc(await wireAt(place), options ?? {}),
  exercises: [
    ...conveyorExercises,
    {
      title: 'lanes and lost parcels, with telegrams that get lost',
      act(plc) {
        plc.loseNext(2);
        plc.laneFull('L1');
        plc.laneJam('L1');
        plc.laneClear('L1');
        plc.lose({ point: 'SP1', trackId: 5 });
      },
      expect: ['lane.full', 'lane.jam', 'lane.clear', 'point.lost'],
    },
  ],
});

class TelegramPlc extends ConveyorModel implements SimulatedTcpConveyor {
  private readonly names: { sender: string; receiver: string };
  private readonly repeating: NodeJS.Timeout;
  private readonly beating: NodeJS.Timeout;
  private queue: Telegram[] = [];
  private session = 1;
  private sequence = 0;
  private beats = true;
  private losing = 0;
  /** The answer to the last route: a repeated one gets it again. */
  private lastRoute: { sequence: number; answer: Telegram } | null = null;

  constructor(
    private readonly wire: Wire,
    options: TcpConveyorOptions,
  ) {
    super(options);
    const { ourName = 'WAVEHSE', plcName = 'PLC', repeatMs = 100 } = options;
    this.names = { sender: plcName, receiver: ourName };
    let framing = TELEGRAMS.empty;
    wire.onReceive((bytes) => {
      const framed = TELEGRAMS.push(framing, bytes);
      framing = framed.state;
      for (const frame of framed.frames) this.hear(decodeTelegram(frame));
    });
    this.repeating = setInterval(() => this.sendHead(), repeatMs);
    this.beating = setInterval(() => this.say(this.plain('LIFE', 'R')), this.settings.lifeMs);
  }

  get linkConfig() {
    return this.wire.linkConfig;
  }

  get unacknowledged(): number {
    return this.queue.length;
  }

  heartbeat(beats: boolean): void {
    this.beats = beats;
  }

  loseNext(count: number): void {
    this.losing = count;
  }

  restart(): void {
    this.session++;
    this.queue = [];
    this.sequence = 0;
    this.wire.cut();
  }

  protected add(event: PlcEvent): number {
    return this.enqueue(bodyFor(event));
  }

  protected setLane(lane: string, state: 'full' | 'clear' | 'jam'): void {
    this.enqueue({ is: 'lane', lane, state });
  }

  protected async stop(): Promise<void> {
    clearInterval(this.repeating);
    clearInterval(this.beating);
    await this.wire.close();
  }

  private enqueue(event: PlcEventBody): number {
    this.sequence = nextSequence(this.sequence);
    const { type, body } = writeEvent(event);
    this.queue.push({ ...this.plain(type, 'R'), sequence: this.sequence, body });
    if (this.queue.length === 1) this.sendHead();
    return this.sequence;
  }

  private sendHead(): void {
    const [head] = this.queue;
    if (head) this.say(head);
  }

  private plain(type: Telegram['type'], handshake: Telegram['handshake']): Telegram {
    return { ...this.names, type, handshake, sequence: 0, error: 0, body: '' };
  }

  private say(telegram: Telegram): void {
    if (!this.beats) return;
    if (this.losing > 0 && telegram.type !== 'LIFE') {
      this.losing--;
      return;
    }
    this.wire.send(encodeTelegram(telegram));
  }

  private hear(telegram: ReturnType<typeof decodeTelegram>): void {
    if (!this.beats || telegram.type === 'nonsense' || telegram.type === 'LIFE') return;
    if (telegram.type === 'SYNC') {
      const next = this.queue[0]?.sequence ?? nextSequence(this.sequence);
      const body = `${String(this.session).padEnd(8)}${String(next).padStart(6, '0')}`;
      this.say({ ...this.plain('SYNC', 'A'), body });
      this.sendHead();
    } else if (telegram.type === 'ROUT') this.hearRoute(telegram);
    else if (telegram.handshake === 'A' && telegram.sequence === this.queue[0]?.sequence) {
      this.queue.shift();
      this.sendHead();
    }
  }

  private hearRoute(telegram: Telegram): void {
    if (this.lastRoute?.sequence !== telegram.sequence) {
      const [, track, , lane = '', ...rest] = fieldsOf(telegram.body, [8, 10, 6, 8, 8, 8, 8]);
      const inTime = this.routed(Number(track), lane, rest.filter(Boolean));
      const plain = { ...this.plain('ROUT', inTime ? 'A' : 'N'), sequence: telegram.sequence };
      this.lastRoute = { sequence: telegram.sequence, answer: { ...plain, error: inTime ? 0 : 1 } };
    }
    this.say(this.lastRoute.answer);
  }
}

function bodyFor(event: PlcEvent): PlcEventBody {
  if (event.is === 'arrive') return { ...event, weightGrams: event.weightGrams ?? 0 };
  if (event.is === 'lost') return { ...event, reason: event.reason ?? '' };
  return { ...event, planned: event.planned ?? '', reason: event.reason ?? '' };
}
