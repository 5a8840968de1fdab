import type { Pressure, ReasonView, WorkStage } from '#lib/contracts';

/** How full one stage of the site is. */
export interface StageLoad {
  stage: WorkStage;
  /** Orders that were released and are not past this stage. */
  orders: number;
  /** Most of them at once; null: as many as come. */
  ordersMax: number | null;
  /** Most of them for each person who works there; null: people don't count. */
  ordersPerPerson: number | null;
  people: number;
}

/** A bench with its printers; benches that never had one are left out. */
export interface BenchPrinters {
  bench: string;
  printers: { code: string; state: string }[];
}

/** The lanes that a carrier service may leave by; services without a lane are left out. */
export interface ServiceLanes {
  carrier: string;
  service: string;
  lanes: { code: string; closed: boolean; fill: 'clear' | 'full' | 'jam' }[];
}

/** What stands between release and the door at one moment. */
export interface FloorLoad {
  stages: readonly StageLoad[];
  benches: readonly BenchPrinters[];
  services: readonly ServiceLanes[];
}

/** What the floor can take now. */
export interface Room {
  /** Orders that may still be released; infinite without a limit. */
  orders: number;
  /** Orders in front of or at the pickers. */
  picking: number;
  pressures: Pressure[];
  /** `carrier/service` of the orders that wait for a lane. */
  exceptServices: string[];
}

const PRINTER_DOWN: ReadonlySet<string> = new Set(['lost', 'fault', 'disabled']);
const EFFECTS: readonly Pressure['effect'][] = ['stop', 'services', 'slow'];

/**
 * The room that limits, equipment and people leave, with a reason for each thing that takes some of it away.
 * @param toWall whether orders would go to a put wall: those that don't need no slot of it
 */
export function roomOf(whole: FloorLoad, { toWall } = { toWall: true }): Room {
  const floor = toWall
    ? whole
    : { ...whole, stages: whole.stages.filter(({ stage }) => stage !== 'put-wall') };
  const printing = printingShare(floor.benches);
  const pressures = [
    ...printerPressures(floor.benches),
    ...floor.stages.flatMap((load) =>
      stagePressures(load, capacityOf(load, load.stage === 'pack' ? printing : 1)),
    ),
    ...lanePressures(floor.services),
  ].sort((one, two) => EFFECTS.indexOf(one.effect) - EFFECTS.indexOf(two.effect));
  const stopped = pressures.some(({ effect }) => effect === 'stop');
  const pick = floor.stages.find(({ stage }) => stage === 'pick');
  const wall = floor.stages.find(({ stage }) => stage === 'put-wall');
  const left = Math.min(leftOf(pick), leftOf(wall));
  return {
    orders: stopped ? 0 : left,
    picking: pick?.orders ?? 0,
    pressures,
    exceptServices: pressures.flatMap(({ services }) =>
      services.map(({ carrier, service }) => `${carrier}/${service}`),
    ),
  };
}

function leftOf(load: StageLoad | undefined): number {
  const capacity = load ? capacityOf(load, 1) : null;
  return capacity === null ? Number.POSITIVE_INFINITY : Math.max(0, capacity - load!.orders);
}

/** A planned wave in front of the floor. */
export interface WaveInFront {
  orders: number;
  services: { carrier: string; service: string; orders: number }[];
}

/** Why a wave should wait, empty when it may go. */
export function holdWave(wave: WaveInFront, room: Room): ReasonView[] {
  const held: ReasonView[] = room.pressures
    .filter(({ effect }) => effect === 'stop')
    .map(({ code, facts, text }) => ({ code, facts, text }));
  if (held.length === 0 && wave.orders > room.orders) {
    const facts = { orders: wave.orders, room: room.orders, picking: room.picking };
    const text = `The wave has ${wave.orders} orders and the pickers have room for ${room.orders} beside the ${room.picking} they have.`;
    held.push({ code: 'no-room-to-pick', facts, text });
  }
  for (const { carrier, service, orders } of wave.services) {
    const full = room.pressures.find(
      (each) =>
        each.effect === 'services' &&
        each.services.some((one) => one.carrier === carrier && one.service === service),
    );
    if (!full) continue;
    const text = `${orders} orders go by ${carrier} ${service}: ${full.text}`;
    held.push({ code: full.code, facts: { ...full.facts, orders }, text });
  }
  return held;
}

/** What a stage may hold now, null for as much as comes. `share`: how much of its equipment works, 0..1. */
export function capacityOf(load: StageLoad, share: number): number | null {
  const byEquipment = load.ordersMax === null ? null : Math.floor(load.ordersMax * share);
  const byPeople = load.ordersPerPerson === null ? null : load.ordersPerPerson * load.people;
  if (byEquipment === null || byPeople === null) return byEquipment ?? byPeople;
  return Math.min(byEquipment, byPeople);
}

/** How many of the benches that have printers can print, as a fraction; 1 where no bench has one. */
export function printingShare(benches: readonly BenchPrinters[]): number {
  const equipped = benches.filter(({ printers }) => printers.length > 0);
  if (equipped.length === 0) return 1;
  return equipped.filter((bench) => !isDown(bench)).length / equipped.length;
}

function isDown({ printers }: BenchPrinters): boolean {
  return printers.length > 0 && printers.every(({ state }) => PRINTER_DOWN.has(state));
}

const STAGE_WORDS: Record<WorkStage, { full: string; queue: string }> = {
  pick: { full: 'pickers-full', queue: 'at the pickers' },
  'put-wall': { full: 'put-wall-backlog', queue: 'at the put wall' },
  pack: { full: 'packing-backlog', queue: 'at the pack benches' },
};

function stagePressures(load: StageLoad, capacity: number | null): Pressure[] {
  if (capacity === null || load.orders < capacity) return [];
  const { stage, orders, ordersMax, people } = load;
  const words = STAGE_WORDS[stage];
  const nobody = load.ordersPerPerson !== null && people === 0;
  const code = nobody ? 'nobody-there' : words.full;
  const text = nobody
    ? `Nobody is signed in ${words.queue}.`
    : `${orders} orders are ${words.queue}, at most ${capacity} may be.`;
  const facts = { stage, orders, room: capacity, ordersMax, people };
  return [{ code, facts, text, effect: 'stop', stage, services: [] }];
}

function printerPressures(benches: readonly BenchPrinters[]): Pressure[] {
  const down = benches.filter(isDown);
  if (down.length === 0) return [];
  const equipped = benches.filter(({ printers }) => printers.length > 0).length;
  const all = down.length === equipped;
  const names = down.map(({ bench }) => bench).join(', ');
  const text = all
    ? `No pack bench can print: ${names} wait for a printer.`
    : `${down.length} of ${equipped} pack benches can't print: ${names}.`;
  const facts = { down: down.length, benches: equipped, names };
  return [
    {
      code: all ? 'printers-down' : 'printer-down',
      facts,
      text,
      effect: all ? 'stop' : 'slow',
      stage: 'pack',
      services: [],
    },
  ];
}

function lanePressures(services: readonly ServiceLanes[]): Pressure[] {
  const blocked = services.filter(
    ({ lanes }) => lanes.length > 0 && lanes.every(({ closed, fill }) => closed || fill !== 'clear'),
  );
  const byLanes = new Map<string, ServiceLanes[]>();
  for (const each of blocked) {
    const key = each.lanes.map(({ code }) => code).join(', ');
    byLanes.set(key, [...(byLanes.get(key) ?? []), each]);
  }
  return [...byLanes].map(([codes, alike]) => {
    const { lanes } = alike[0]!;
    const why = lanes
      .map(({ code, closed, fill }) => `${code} is ${closed ? 'closed' : fill === 'jam' ? 'jammed' : 'full'}`)
      .join(', ');
    return {
      code: 'lane-full',
      facts: {
        lanes: codes,
        services: alike.map(({ carrier, service }) => `${carrier} ${service}`).join(', '),
      },
      text: `No lane takes them: ${why}.`,
      effect: 'services',
      stage: null,
      services: alike.map(({ carrier, service }) => ({ carrier, service })),
    };
  });
}
