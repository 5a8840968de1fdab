import type { CommandArgs, Reading } from '#lib/contracts';
import {
  COMMAND_LIMIT,
  type Codec,
  type Effect,
  effect,
  fault,
  hasControl,
  type Step,
} from '#lib/device-kit';
import {
  ALTERNATIVES_MAX,
  decodeEvent,
  HEAD,
  type MailboxEvent,
  type MailboxShape,
  nextSequence,
  OUT,
  readSize,
  SIGNATURE,
  slotHex,
  splitNumber,
} from './mailbox.js';

/**
 * A conveyor PLC with a mailbox in its registers. The agent polls one block (life, lanes, event slots) and writes three things:
 * its life, the acknowledgement of stored events, and routes. Payload first, sequence word last, both ways.
 */
export interface ConveyorConfig extends MailboxShape {
  lanes: Record<string, number>;
  points: Record<string, number>;
  readBase: number;
  writeBase: number;
  pollMs: number;
  lifeMs: number;
}

export interface ConveyorState {
  config: ConveyorConfig;
  /** The PLC's session; 0 until the first good poll. */
  session: number;
  lastSequence: number;
  plcLife: number;
  /** When plcLife last changed. */
  aliveAt: number;
  alive: boolean;
  lanesFull: number;
  lanesJam: number;
  agentLife: number;
  routeSequence: number;
  routing: boolean;
}

const SLOW_RETRY_MS = 1_000;
const DEAD_AFTER = 3;
/** Before the first poll: every lane is then told, as nobody knows what changed while the link was away. */
const UNKNOWN = -1;

export const codec: Codec<ConveyorConfig, ConveyorState> = {
  open(config, now) {
    const state: ConveyorState = {
      config,
      session: 0,
      lastSequence: 0,
      plcLife: -1,
      aliveAt: now,
      alive: false,
      lanesFull: UNKNOWN,
      lanesJam: UNKNOWN,
      agentLife: 0,
      routeSequence: 0,
      routing: false,
    };
    const beat = sayLife(state);
    return { state: beat.state, effects: [...(beat.effects ?? []), poll(config)] };
  },

  onAnswer(state, answer, now) {
    if (answer.tag !== 'poll')
      return answer.refused ? writeRefused(state, answer.tag, answer.refused) : { state };
    if (answer.refused) return wrongMap(state, `the PLC refuses the registers: ${answer.refused}`);
    if (answer.registers[HEAD.signature] !== SIGNATURE)
      return wrongMap(state, 'the registers hold no mailbox of ours');
    if (answer.registers.length !== readSize(state.config)) return wrongMap(state, 'the answer is too short');
    return hearPoll(state, answer.registers, now);
  },

  onTimer(state, name) {
    if (name === COMMAND_LIMIT) {
      return {
        state: { ...state, routing: false },
        effects: [effect.unknown('the PLC did not take the route')],
      };
    }
    return name === 'life' ? sayLife(state) : { state, effects: [poll(state.config)] };
  },

  onCommand(state, order) {
    if (order.op !== 'route') return { state, effects: [effect.failed(`a conveyor can't ${order.op}`)] };
    return writeRoute(state, order.args);
  },
};

function poll(config: ConveyorConfig): Effect {
  return effect.modbus({
    tag: 'poll',
    fn: 'read-holding',
    address: config.readBase,
    count: readSize(config),
  });
}

const pollLater = (ms: number): Effect => effect.startTimer('poll', ms);

function sayLife(state: ConveyorState): Step<ConveyorState> {
  const agentLife = (state.agentLife + 1) & 0xffff;
  const address = state.config.writeBase + OUT.agentLife;
  return {
    state: { ...state, agentLife },
    effects: [
      effect.modbus({ tag: 'life', fn: 'write', address, values: [agentLife] }),
      effect.startTimer('life', state.config.lifeMs),
    ],
  };
}

function wrongMap(state: ConveyorState, reason: string): Step<ConveyorState> {
  return { state: { ...state, alive: false }, effects: [effect.degraded(reason), pollLater(SLOW_RETRY_MS)] };
}

function writeRefused(state: ConveyorState, tag: string, refused: string): Step<ConveyorState> {
  const readings = [fault('conveyor.write-refused', `the PLC refuses to take "${tag}": ${refused}`)];
  if (tag !== 'route') return { state, readings };
  return { state: { ...state, routing: false }, readings, effects: [effect.failed(refused)] };
}

function hearPoll(before: ConveyorState, registers: number[], now: number): Step<ConveyorState> {
  const life = hearLife(before, registers, now);
  const lanes = hearLanes(life.state, registers);
  const events = hearEvents(lanes.state, registers);
  const taken = hearTaken(events.state, registers);
  return {
    state: taken.state,
    readings: [...(life.readings ?? []), ...(lanes.readings ?? []), ...(events.readings ?? [])],
    effects: [
      ...(life.effects ?? []),
      ...(taken.effects ?? []),
      ...(events.effects ?? []),
      pollLater(before.config.pollMs),
    ],
  };
}

/** The heartbeat, and a PLC that has started anew: its acknowledged sequence is where we go on. */
function hearLife(state: ConveyorState, registers: number[], now: number): Step<ConveyorState> {
  const plcLife = registers[HEAD.plcLife]!;
  const session = registers[HEAD.session]!;
  const aliveAt = plcLife === state.plcLife ? state.aliveAt : now;
  const alive =
    plcLife !== state.plcLife || (state.alive && now - aliveAt < DEAD_AFTER * state.config.lifeMs);
  const effects: Effect[] = [];
  if (alive && !state.alive) effects.push(effect.ready());
  if (!alive && state.alive) effects.push(effect.degraded('the PLC shows no sign of life'));
  const next = { ...state, plcLife, aliveAt, alive };
  if (session === state.session) return { state: next, effects };
  const readings: Reading[] =
    state.session === 0
      ? []
      : [{ kind: 'device.status', data: { code: 'conveyor.restarted', detail: 'the PLC has started anew' } }];
  const begun = {
    ...next,
    session,
    lastSequence: registers[HEAD.acknowledged]!,
    routeSequence: registers[HEAD.routeTaken]!,
    routing: false,
  };
  if (state.routing) effects.push(effect.unknown('the PLC has started anew'));
  return { state: begun, readings, effects };
}

/** Each change of a lane's bits is a reading; jam outweighs full. */
function hearLanes(state: ConveyorState, registers: number[]): Step<ConveyorState> {
  const lanesFull = registers[HEAD.lanesFull]!;
  const lanesJam = registers[HEAD.lanesJam]!;
  const readings: Reading[] = [];
  for (const [lane, number] of Object.entries(state.config.lanes)) {
    const bit = 1 << (number - 1);
    const was = state.lanesFull === UNKNOWN ? null : laneKind(state.lanesFull & bit, state.lanesJam & bit);
    const is = laneKind(lanesFull & bit, lanesJam & bit);
    if (is !== was) readings.push({ kind: is, data: { lane } });
  }
  return { state: { ...state, lanesFull, lanesJam }, readings };
}

function laneKind(full: number, jam: number): 'lane.full' | 'lane.clear' | 'lane.jam' {
  if (jam) return 'lane.jam';
  return full ? 'lane.full' : 'lane.clear';
}

/** Takes the events that follow the last one taken; they are acknowledged once they are stored. */
function hearEvents(state: ConveyorState, registers: number[]): Step<ConveyorState> {
  const { config } = state;
  const readings: Reading[] = [];
  let lastSequence = state.lastSequence;
  for (let i = 0; i < config.slots; i++) {
    const sequence = nextSequence(lastSequence);
    const event = decodeEvent(registers, sequence, config);
    if (!event) break;
    lastSequence = sequence;
    const told = event.kind === 'nonsense' ? [nonsense(event.what)] : readEvent(config, event);
    const rawHex = slotHex(registers, sequence, config);
    readings.push(...told.map((reading) => ({ ...reading, rawHex })));
  }
  if (lastSequence === state.lastSequence) return { state };
  const address = config.writeBase + OUT.acknowledge;
  const acknowledge = effect.modbus({ tag: 'acknowledge', fn: 'write', address, values: [lastSequence] });
  return { state: { ...state, lastSequence }, readings, effects: [effect.afterStored(acknowledge)] };
}

function nonsense(what: string): Reading {
  return fault('conveyor.not-understood', `an event holds ${what}; it was acknowledged and left out`);
}

function readEvent(config: ConveyorConfig, event: MailboxEvent): Reading[] {
  const point = nameOf(config.points, event.point);
  const { trackId } = event;
  if (event.kind === 'lost')
    return [{ kind: 'point.lost', data: { point, trackId, ...reasonOf(event.reason) } }];
  if (event.kind === 'confirm') {
    const planned = event.planned === 0 ? {} : { planned: nameOf(config.lanes, event.planned) };
    const actual = nameOf(config.lanes, event.actual);
    return [
      { kind: 'point.confirmed', data: { point, trackId, ...planned, actual, ...reasonOf(event.reason) } },
    ];
  }
  const codes = event.codes.filter((code) => code !== '' && !hasControl(code, { exceptGs: true }));
  const seen: Reading = {
    kind: 'point.seen',
    data: {
      point,
      trackId,
      seq: event.sequence,
      codes,
      result: codes.length === 0 ? 'no-read' : event.result,
      ...(event.weightGrams > 0 ? { weightGrams: event.weightGrams } : {}),
    },
  };
  return codes.length === event.codes.length ? [seen] : [seen, nonsense('a code with control characters')];
}

const reasonOf = (reason: string) => (reason === '' ? {} : { reason });

/** The site's code for a PLC number. A number nobody configured keeps a name of its own, so that the event is not lost. */
function nameOf(names: Record<string, number>, number: number): string {
  return Object.keys(names).find((name) => names[name] === number) ?? `unknown-${number}`;
}

function hearTaken(state: ConveyorState, registers: number[]): Step<ConveyorState> {
  if (!state.routing || registers[HEAD.routeTaken] !== state.routeSequence) return { state };
  return { state: { ...state, routing: false }, effects: [effect.done()] };
}

function writeRoute(state: ConveyorState, route: CommandArgs['route']): Step<ConveyorState> {
  const { config } = state;
  const point = config.points[route.point];
  const lane = config.lanes[route.lane];
  if (state.session === 0) return { state, effects: [effect.failed('the PLC was not heard yet')] };
  if (point === undefined) return { state, effects: [effect.failed(`the PLC has no point ${route.point}`)] };
  if (lane === undefined) return { state, effects: [effect.failed(`the PLC has no lane ${route.lane}`)] };
  const alternatives = route.alternatives
    .flatMap((code) => config.lanes[code] ?? [])
    .slice(0, ALTERNATIVES_MAX);
  while (alternatives.length < ALTERNATIVES_MAX) alternatives.push(0);
  const routeSequence = nextSequence(state.routeSequence);
  const values = [point, ...splitNumber(route.trackId, config), lane, ...alternatives, routeSequence];
  const address = config.writeBase + OUT.route;
  return {
    state: { ...state, routeSequence, routing: true },
    effects: [effect.modbus({ tag: 'route', fn: 'write', address, values, urgent: true })],
  };
}
