import {
  CONVEYOR_VERBS,
  ConveyorModel,
  type ConveyorSimulatorOptions,
  conveyorExercises,
  defineSimulator,
  type ModbusServer,
  modbusAt,
  type Place,
  type PlcEvent,
  type RegisterBank,
  type SimulatedConveyor,
} from '#lib/device-kit';
import {
  encodeEvent,
  HEAD,
  joinNumber,
  type MailboxEvent,
  type MailboxShape,
  nextSequence,
  OUT,
  REASONS,
  ROUTE_SIZE,
  readSize,
  SIGNATURE,
  slotOffset,
} from './mailbox.js';

export interface ModbusConveyorOptions extends ConveyorSimulatorOptions, Partial<MailboxShape> {
  lanes?: Record<string, number>;
  points?: Record<string, number>;
  readBase?: number;
  writeBase?: number;
}

const LANES = { L1: 1, L2: 2, L3: 3, EXC: 4 };
const POINTS = { SP1: 1 };

export const simulator = defineSimulator<SimulatedConveyor, ModbusConveyorOptions>({
  places: ['tcp', 'pty'],
  verbs: CONVEYOR_VERBS,
  config: { lanes: LANES, points: POINTS, lifeMs: 200 },
  async start(place, options = {}) {
    const plc = new MailboxPlc(options);
    await plc.serve(place);
    return plc;
  },
  exercises: [
    ...conveyorExercises,
    {
      title: 'a lane fills, jams and clears; more events than slots',
      async act(plc) {
        plc.laneFull('L1');
        for (let trackId = 1; trackId <= 9; trackId++) plc.lose({ point: 'SP1', trackId });
        await until(() => plc.unacknowledged === 0);
        plc.laneJam('L1');
        // Acknowledged with the poll that also showed the jam.
        plc.lose({ point: 'SP1', trackId: 10 });
        await until(() => plc.unacknowledged === 0);
        plc.laneClear('L1');
      },
      expect: ['lane.full', ...new Array<'point.lost'>(9).fill('point.lost'), 'lane.jam', 'lane.clear'],
    },
  ],
});

const UNTIL_LIMIT_MS = 5_000;

function until(holds: () => boolean): Promise<void> {
  const limit = performance.now() + UNTIL_LIMIT_MS;
  return new Promise((resolve, reject) => {
    const look = () => {
      if (holds()) resolve();
      else if (performance.now() > limit) reject(new Error('waited too long'));
      else setTimeout(look, 5);
    };
    look();
  });
}

/** The PLC's memory and its side of the mailbox protocol. */
class MailboxPlc extends ConveyorModel implements RegisterBank {
  private readonly options: Required<Omit<ModbusConveyorOptions, keyof ConveyorSimulatorOptions>>;
  private readonly shape: MailboxShape;
  private readonly block: number[];
  private readonly written = new Array<number>(OUT.route + ROUTE_SIZE).fill(0);
  private queue: MailboxEvent[] = [];
  private newest = 0;
  private beating: NodeJS.Timeout | null = null;
  private server: ModbusServer | null = null;

  constructor(options: ModbusConveyorOptions) {
    super(options);
    this.options = {
      lanes: LANES,
      points: POINTS,
      readBase: 0,
      writeBase: 200,
      slots: 4,
      codeRegisters: 18,
      wordOrder: 'high-first',
      ...options,
    };
    this.shape = this.options;
    this.block = new Array<number>(readSize(this.shape)).fill(0);
    this.block[HEAD.signature] = SIGNATURE;
    this.block[HEAD.session] = 1;
    this.heartbeat(true);
  }

  async serve(place: Place): Promise<void> {
    this.server = await modbusAt(place, this);
  }

  get linkConfig() {
    if (!this.server) throw new Error('the simulator is not started');
    return this.server.linkConfig;
  }

  get unacknowledged(): number {
    return this.queue.length;
  }

  heartbeat(beats: boolean): void {
    if (this.beating) clearInterval(this.beating);
    const beat = () => {
      this.block[HEAD.plcLife] = (this.block[HEAD.plcLife]! + 1) & 0xffff;
    };
    this.beating = beats ? setInterval(beat, this.settings.lifeMs) : null;
  }

  restart(): void {
    this.queue = [];
    this.newest = 0;
    this.block.fill(0, HEAD.size);
    this.block[HEAD.session] = (this.block[HEAD.session]! % 0xffff) + 1;
    for (const register of [HEAD.routeTaken, HEAD.acknowledged, HEAD.newest]) this.block[register] = 0;
    this.server?.cut();
  }

  protected async stop(): Promise<void> {
    this.heartbeat(false);
    await this.server?.close();
  }

  read(address: number, count: number): number[] | null {
    const from = address - this.options.readBase;
    if (from >= 0 && from + count <= this.block.length) return this.block.slice(from, from + count);
    return null;
  }

  write(address: number, values: number[]): boolean {
    const from = address - this.options.writeBase;
    if (from < 0 || from + values.length > this.written.length) return false;
    for (const [i, value] of values.entries()) this.written[from + i] = value;
    this.takeAcknowledgement();
    this.takeRoute();
    return true;
  }

  private takeAcknowledgement(): void {
    const acknowledged = this.written[OUT.acknowledge]!;
    const at = this.queue.findIndex((event) => event.sequence === acknowledged);
    if (at < 0) return;
    this.queue.splice(0, at + 1);
    this.block[HEAD.acknowledged] = acknowledged;
    this.fillSlots();
  }

  private takeRoute(): void {
    const [, first, second, lane, ...rest] = this.written.slice(OUT.route);
    const sequence = rest[rest.length - 1]!;
    if (sequence === 0 || sequence === this.block[HEAD.routeTaken]) return;
    this.block[HEAD.routeTaken] = sequence;
    const alternatives = rest.slice(0, -1).filter((number) => number > 0);
    this.routed(
      joinNumber(first!, second!, this.shape),
      this.nameOf(lane!),
      alternatives.map((number) => this.nameOf(number)),
    );
  }

  protected add(event: PlcEvent): number {
    this.newest = nextSequence(this.newest);
    this.queue.push(this.numbered(event, this.newest));
    this.block[HEAD.newest] = this.newest;
    this.fillSlots();
    return this.newest;
  }

  private numbered(event: PlcEvent, sequence: number): MailboxEvent {
    const point = this.numberOf(this.options.points, event.point);
    const common = { sequence, point, trackId: event.trackId };
    if (event.is === 'arrive') {
      const { result, codes, weightGrams = 0 } = event;
      return { ...common, kind: 'arrive', result, codes, weightGrams };
    }
    if (event.is === 'lost') return { ...common, kind: 'lost', reason: event.reason ?? '' };
    return {
      ...common,
      kind: 'confirm',
      actual: this.numberOf(this.options.lanes, event.actual),
      planned: event.planned === undefined ? 0 : this.numberOf(this.options.lanes, event.planned),
      reason: REASONS.includes(event.reason ?? '') ? (event.reason ?? '') : 'other',
    };
  }

  /** Only as many events as there are slots stand in the mailbox; the rest wait in the PLC. */
  private fillSlots(): void {
    for (const event of this.queue.slice(0, this.shape.slots)) {
      const from = slotOffset(this.shape, event.sequence);
      for (const [i, register] of encodeEvent(event, this.shape).entries()) this.block[from + i] = register;
    }
  }

  protected setLane(lane: string, state: 'full' | 'clear' | 'jam'): void {
    const bit = 1 << (this.numberOf(this.options.lanes, lane) - 1);
    const set = (register: number, on: boolean) => {
      this.block[register] = on ? this.block[register]! | bit : this.block[register]! & ~bit;
    };
    set(HEAD.lanesFull, state === 'full');
    set(HEAD.lanesJam, state === 'jam');
  }

  private numberOf(names: Record<string, number>, name: string): number {
    const number = names[name];
    if (number === undefined) throw new RangeError(`the simulated PLC has no ${name}`);
    return number;
  }

  private nameOf(lane: number): string {
    const { lanes } = this.options;
    return Object.keys(lanes).find((name) => lanes[name] === lane) ?? `unknown-${lane}`;
  }
}
