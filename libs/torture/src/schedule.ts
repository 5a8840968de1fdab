import type { Seeded } from '#lib/sim';

/** One thing that goes wrong. Kills count; the others come with them. */
export type Fault =
  | { kind: 'kill'; victim: Victim; downMs: number }
  | { kind: 'power-loss'; agent: number; downMs: number }
  | { kind: 'freeze'; victim: 'api' | 'agent' | 'broker'; at: number; forMs: number }
  | { kind: 'cut'; link: number }
  | { kind: 'partition'; link: number; forMs: number }
  | { kind: 'half-open'; link: number; way: 'up' | 'down'; forMs: number }
  | { kind: 'delay'; link: number; way: 'up' | 'down'; ms: number; forMs: number }
  | { kind: 'throttle'; link: number; bytesPerS: number; forMs: number }
  | { kind: 'mangle'; link: number; forMs: number }
  | { kind: 'commit-cut'; link: number; when: 'before' | 'after' }
  | { kind: 'unplug'; agent: number }
  | { kind: 'noise'; agent: number; over: 'pty' | 'tcp'; bytes: number[] }
  | { kind: 'disk'; agent: number; trouble: 'full' | 'broken'; forMs: number }
  | { kind: 'clock'; agent: number; offsetS: number; forMs: number }
  | { kind: 'clone'; agent: number; forMs: number };

export type Victim = { part: 'api' | 'agent'; at: number } | { part: 'broker' } | { part: 'postgres' };

/** Of each kind how many a burst of ten kills brings along; a cut COMMIT is cheap, and only some of them carry what can be told apart. */
const BESIDE_TEN_KILLS: [Exclude<Fault['kind'], 'kill'>, number][] = [
  ['freeze', 1],
  ['cut', 2],
  ['partition', 1],
  ['half-open', 1],
  ['delay', 1],
  ['throttle', 1],
  ['mangle', 2],
  ['commit-cut', 8],
  ['unplug', 1],
  ['noise', 2],
  ['disk', 1],
  ['clock', 1],
];
/** A power loss is a kill as well. */
const POWER_LOSSES_OF_TEN = 2;
/** Cheap processes die more often than dear ones, so that a second on two cores is enough for a kill. */
const VICTIMS: [Victim['part'], number][] = [
  ['agent', 9],
  ['broker', 5],
  ['postgres', 3],
  ['api', 3],
];
const DOWN_MAX_MS = 400;

export interface Size {
  apis: number;
  agents: number;
  links: number;
  /** Links to PostgreSQL, by index among all links. */
  databaseLinks: readonly number[];
  /** Links that carry MQTT. */
  mqttLinks: readonly number[];
  /** Whether the agents' clocks can be turned here. */
  clocks: boolean;
}

/**
 * The faults of one burst in the order in which they come: `kills` of them end processes, the others lie between, each kind as often as
 * its share says. The same dice deal the same burst.
 */
export function dealBurst(kills: number, size: Size, dice: Seeded, clone: boolean): Fault[] {
  const powerLosses = Math.min(kills, Math.round((kills / 10) * POWER_LOSSES_OF_TEN));
  const faults: Fault[] = [];
  for (let n = 0; n < kills; n += 1) faults.push(n < powerLosses ? powerLoss(size, dice) : kill(size, dice));
  for (const [kind, share] of BESIDE_TEN_KILLS) {
    if (kind === 'clock' && !size.clocks) continue;
    const count = Math.max(1, Math.round((kills / 10) * share));
    for (let n = 0; n < count; n += 1) faults.push(beside(kind, size, dice));
  }
  const dealt = shuffle(faults, dice);
  if (clone) dealt.splice(Math.floor(dealt.length / 3), 0, cloneFault(size, dice));
  return dealt;
}

export function isKill(fault: Fault): boolean {
  return fault.kind === 'kill' || fault.kind === 'power-loss';
}

function kill(size: Size, dice: Seeded): Fault {
  const downMs = dice.between(0, DOWN_MAX_MS);
  const part = dice.pick(VICTIMS.flatMap(([name, weight]) => Array<Victim['part']>(weight).fill(name)));
  if (part === 'api') return { kind: 'kill', victim: { part, at: dice.between(0, size.apis - 1) }, downMs };
  if (part === 'agent')
    return { kind: 'kill', victim: { part, at: dice.between(0, size.agents - 1) }, downMs };
  return { kind: 'kill', victim: part === 'broker' ? { part } : { part: 'postgres' }, downMs };
}

function powerLoss(size: Size, dice: Seeded): Fault {
  return {
    kind: 'power-loss',
    agent: dice.between(0, size.agents - 1),
    downMs: dice.between(0, DOWN_MAX_MS),
  };
}

function cloneFault(size: Size, dice: Seeded): Fault {
  return { kind: 'clone', agent: dice.between(0, size.agents - 1), forMs: dice.between(2_500, 4_000) };
}

function beside(kind: Exclude<Fault['kind'], 'kill'>, size: Size, dice: Seeded): Fault {
  const link = dice.between(0, size.links - 1);
  const way = dice.pick(['up', 'down'] as const);
  const agent = dice.between(0, size.agents - 1);
  const forMs = dice.between(300, 1_500);
  switch (kind) {
    case 'freeze': {
      const victim = dice.pick(['api', 'agent', 'broker'] as const);
      const of = { api: size.apis, agent: size.agents, broker: 1 }[victim];
      return { kind, victim, at: dice.between(0, of - 1), forMs };
    }
    case 'cut':
      return { kind, link };
    case 'partition':
      return { kind, link, forMs };
    case 'half-open':
      return { kind, link, way, forMs: forMs * 2 };
    case 'delay':
      return { kind, link, way, ms: dice.between(20, 400), forMs };
    case 'throttle':
      return { kind, link, bytesPerS: dice.between(2_000, 50_000), forMs };
    case 'mangle':
      return { kind, link: dice.pick(size.mqttLinks), forMs: forMs * 2 };
    case 'commit-cut':
      return { kind, link: dice.pick(size.databaseLinks), when: dice.pick(['before', 'after'] as const) };
    case 'unplug':
      return { kind, agent };
    case 'noise': {
      const bytes = Array.from({ length: dice.between(1, 40) }, () => dice.between(0, 255));
      return { kind, agent, over: dice.pick(['pty', 'tcp'] as const), bytes: [...bytes, 0x0d] };
    }
    case 'disk':
      return { kind, agent, trouble: dice.pick(['full', 'broken'] as const), forMs: forMs * 2 };
    case 'clock':
      return { kind, agent, offsetS: dice.pick([-7_200, -90, 90, 7_200, 90_000]), forMs: forMs * 2 };
    case 'power-loss':
      return powerLoss(size, dice);
    case 'clone':
      return cloneFault(size, dice);
  }
}

function shuffle<T>(list: T[], dice: Seeded): T[] {
  for (let at = list.length - 1; at > 0; at -= 1) {
    const other = dice.between(0, at);
    [list[at], list[other]] = [list[other]!, list[at]!];
  }
  return list;
}

/** One line for the timeline. */
export function tell(fault: Fault, linkName: (at: number) => string): string {
  switch (fault.kind) {
    case 'kill': {
      const { victim } = fault;
      return `kill -9 ${victim.part}${'at' in victim ? `-${victim.at + 1}` : ''}, ${fault.downMs} ms down`;
    }
    case 'power-loss':
      return `power loss at agent-${fault.agent + 1}, ${fault.downMs} ms down`;
    case 'freeze':
      return `SIGSTOP ${fault.victim}-${fault.at + 1} for ${fault.forMs} ms`;
    case 'unplug':
      return `unplug the scanner of agent-${fault.agent + 1}`;
    case 'noise':
      return `${fault.bytes.length} bytes of noise on the ${fault.over} scanner of agent-${fault.agent + 1}`;
    case 'disk':
      return `the disk of agent-${fault.agent + 1} is ${fault.trouble} for ${fault.forMs} ms`;
    case 'clock':
      return `the clock of agent-${fault.agent + 1} jumps by ${fault.offsetS} s for ${fault.forMs} ms`;
    case 'clone':
      return `a clone of agent-${fault.agent + 1} for ${fault.forMs} ms`;
    default: {
      const { kind, link, ...rest } = fault;
      return `${kind} ${linkName(link)} ${Object.values(rest).join(' ')}`.trimEnd();
    }
  }
}
