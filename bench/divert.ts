import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAsync, type MqttClient } from 'mqtt';
import type { EdgeRoute } from '#lib/contracts';
import { mqttPort, type SimulatedConveyor } from '#lib/device-kit';
import { AgentProcess } from '../apps/edge-agent/test/agent-process.js';
import { CoreStub } from '../apps/edge-agent/test/core-stub.js';
import { Mosquitto } from '../apps/edge-agent/test/mosquitto.js';
import { simulator as conveyors } from '../devices/generic/mqtt-conveyor/simulator.js';
import { simulator as scanners } from '../devices/generic/serial-scanner/simulator.js';
import { openRealCore, type RealCore } from './divert-core.js';

const SITE = 'BENCH';
const AGENT = 'edge-1';
const ARRIVALS_PER_S = 50;
const SCANNERS = 4;
const SCANS_PER_S = 120;
const DEADLINE_MS = 600;
const WAIT_LIMIT_MS = 60_000;
/** The core's first answers compile, plan and connect. */
const WARM_UP_S = 3;

interface Floor {
  core: CoreStub;
  plc: SimulatedConveyor;
  bus: MqttClient;
}

interface Round {
  /** Milliseconds. */
  echo: number[];
  edgeRoundTrip: number[];
  edgeDecision: number[];
  /** The core's stand-in, which answers from memory. */
  standIn: number[];
}

interface CoreRound {
  /** Over the broker of the real house. */
  echo: number[];
  coreRoundTrip: number[];
}

/**
 * Diverts at 50 arrivals a second beside 120 floor scans a second: the real agent, a real mosquitto, scanners on ptys, a
 * conveyor that speaks MQTT. The baseline, a bare MQTT echo, makes the same two hops through the same broker in turn with
 * it. `edge decision` is what the agent records: from the scan point's bytes to the route's bytes. `through a stand-in` asks
 * one that answers from memory: the wire's share of the way. `through the core` is the whole way in a house of its own: the
 * embedded broker, the API and PostgreSQL, a lane chosen and a route written for every parcel, each scan booked.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      json: { type: 'boolean', default: false },
      repeats: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      part: { type: 'string', default: 'both' },
    },
  });
  if (!['edge', 'core', 'both'].includes(values.part)) throw new Error('--part is edge, core or both.');
  const [repeats, seconds] = [Number(values.repeats), Number(values.seconds)];
  if (!(repeats >= 5 && seconds >= 1)) throw new Error('--repeats is at least 5, --seconds at least 1.');
  const rounds = values.part === 'core' ? [] : await edgeRounds(repeats, seconds);
  const core = values.part === 'edge' ? null : await coreRounds(repeats, seconds);
  report(rounds, core, values.json);
}

/** Progress goes to standard error, so that nobody takes a slow run for one that hangs. */
function say(line: string): void {
  process.stderr.write(`  ${line}\n`);
}

async function edgeRounds(repeats: number, seconds: number): Promise<Round[]> {
  say('edge: starting mosquitto and the agent');
  const { floor, close } = await openFloor();
  try {
    await playRound(floor, 1);
    const rounds: Round[] = [];
    for (let round = 0; round < repeats; round += 1) {
      rounds.push(await playRound(floor, seconds));
      say(`edge: round ${round + 1} of ${repeats}, p99 ${ms(quantile(rounds.at(-1)!.edgeDecision, 0.99))}`);
    }
    return rounds;
  } finally {
    await close();
  }
}

interface CoreRounds {
  rounds: CoreRound[];
  /** The core's, as the agent booked them. */
  decisions: number[];
  /** Decided by the agent alone, because no answer came in time. */
  unanswered: number;
}

async function coreRounds(repeats: number, seconds: number): Promise<CoreRounds> {
  const count = ARRIVALS_PER_S * seconds;
  const warmUp = ARRIVALS_PER_S * WARM_UP_S;
  const core = await openRealCore(warmUp + count * repeats, { scansPerS: SCANS_PER_S, say });
  try {
    let next = 0;
    const play = async (arrivals: number): Promise<CoreRound> => ({
      echo: await paced(arrivals, () => core.echo()),
      coreRoundTrip: await paced(arrivals, () => core.arrive(next++)),
    });
    say(`core: ${WARM_UP_S} s to warm up`);
    await play(warmUp);
    const rounds: CoreRound[] = [];
    let before = await core.cpuSeconds();
    for (let round = 0; round < repeats; round += 1) {
      rounds.push(await play(count));
      const after = await core.cpuSeconds();
      const { coreRoundTrip } = rounds.at(-1)!;
      say(
        `core: round ${round + 1} of ${repeats}, p50 ${ms(quantile(coreRoundTrip, 0.5))}, p99 ${ms(quantile(coreRoundTrip, 0.99))}; processor ${cpuIn(before, after)}`,
      );
      before = after;
    }
    say('core: waiting until every decision is booked');
    const found = await settledDecisions(core, next);
    const decisions = found.filter(({ by }) => by === 'core').map(({ ms }) => ms);
    return { rounds, decisions, unanswered: found.length - decisions.length };
  } finally {
    await core.close();
  }
}

/** What each process has used since, in seconds. */
function cpuIn(before: Record<string, number>, after: Record<string, number>): string {
  return Object.entries(after)
    .map(([name, seconds]) => `${name} ${(seconds - (before[name] ?? 0)).toFixed(1)} s`)
    .join(', ');
}

/** The decisions come up behind their arrivals. */
async function settledDecisions(core: RealCore, least: number): Promise<{ by: string; ms: number }[]> {
  let found: { by: string; ms: number }[] = [];
  const endMs = performance.now() + WAIT_LIMIT_MS;
  while (found.length < least && performance.now() < endMs) {
    await delay(200);
    found = await core.decisions();
  }
  return found;
}

async function playRound(floor: Floor, seconds: number): Promise<Round> {
  const count = ARRIVALS_PER_S * seconds;
  const echo = await paced(count, () => echoOnce(floor));
  const decidedBefore = floor.core.of('point.decided').length;
  const edgeRoundTrip = await paced(count, (n) => arrive(floor.plc, `KNOWN-${n % 1_000}`));
  await until(
    'every decision is in the core',
    () => floor.core.of('point.decided').length >= decidedBefore + count,
  );
  const decisions = floor.core.of('point.decided').slice(decidedBefore, decidedBefore + count);
  const standIn = await paced(count, (n) => arrive(floor.plc, `ASKED-${n}`));
  return {
    echo,
    edgeRoundTrip,
    edgeDecision: decisions.map(({ data }) => data.latencyMicros / 1_000),
    standIn,
  };
}

/** Starts `count` tasks at the rate of the arrivals, whether or not earlier ones have ended, and gathers what they answer. */
async function paced<T>(count: number, task: (n: number) => Promise<T>): Promise<T[]> {
  const startMs = performance.now();
  const running: Promise<T>[] = [];
  for (let n = 0; n < count; n += 1) {
    running.push(task(n));
    await delay(Math.max(0, startMs + ((n + 1) * 1_000) / ARRIVALS_PER_S - performance.now()));
  }
  return Promise.all(running);
}

async function arrive(plc: SimulatedConveyor, code: string): Promise<number> {
  const { lane, waitedMs } = await plc.arrive({ point: 'SP1', codes: [code], deadlineMs: DEADLINE_MS });
  if (lane !== 'L1') throw new Error(`${code} went to ${lane ?? 'the default lane'}, not to L1`);
  return waitedMs;
}

function echoOnce({ bus, core }: Floor): Promise<number> {
  const id = randomUUID();
  const startMs = performance.now();
  return new Promise((resolve) => {
    const hear = (topic: string, payload: Buffer) => {
      if (!topic.endsWith('/echo/back') || payload.toString() !== id) return;
      bus.off('message', hear);
      resolve(performance.now() - startMs);
    };
    bus.on('message', hear);
    bus.publish(`${core.topics.base}/echo/there`, id, { qos: 1 });
  });
}

async function openFloor(): Promise<{ floor: Floor; close: () => Promise<void> }> {
  const dir = await mkdtemp(`${tmpdir()}/bench-divert-`);
  const broker = await Mosquitto.start();
  const core = await CoreStub.connect(broker.url, SITE, AGENT);
  const bus = await connect(broker);
  const echo = await connect(broker);
  await bus.subscribeAsync(`${core.topics.base}/echo/back`, { qos: 1 });
  await echo.subscribeAsync(`${core.topics.base}/echo/there`, { qos: 1 });
  echo.on('message', (_topic, payload) => echo.publish(`${core.topics.base}/echo/back`, payload, { qos: 1 }));
  prepare(core);
  const base = `${core.topics.base}/plc/plc-1`;
  const plc = await conveyors.start({ at: 'mqtt', base, mqtt: mqttPort(bus) }, { autoConfirm: false });
  const guns = await Promise.all(Array.from({ length: SCANNERS }, () => scanners.start({ at: 'pty' })));
  const devices = [
    { code: 'plc-1', driver: 'generic/mqtt-conveyor', link: plc.linkConfig, config: conveyors.config },
    ...guns.map((gun, n) => ({ code: `scan-${n}`, driver: 'generic/serial-scanner', link: gun.linkConfig })),
  ];
  const agent = await AgentProcess.start({ dir, mqttUrl: broker.url, site: SITE, agent: AGENT, devices });
  for (const { code } of devices)
    await until(`${code} is ready`, () => core.deviceState(code)?.state === 'ready');
  await until('the agent has its routes', () => core.agentState()?.routeVersion === 1);
  let scans = 0;
  const timer = setInterval(() => {
    scans += 1;
    guns[scans % SCANNERS]!.scan(`L-A-03-${scans}`);
  }, 1_000 / SCANS_PER_S);
  const close = async () => {
    clearInterval(timer);
    await agent.kill('SIGTERM');
    await plc.close();
    for (const gun of guns) await gun.close();
    await core.close();
    for (const client of [bus, echo]) await client.endAsync();
    await broker.stop();
    await rm(dir, { recursive: true });
  };
  return { floor: { core, plc, bus }, close };
}

function prepare(core: CoreStub): void {
  const route = (code: string): EdgeRoute => ({
    parcelId: code,
    codes: [code],
    lane: 'L1',
    alternatives: [],
  });
  core.routes = {
    kind: 'snapshot',
    version: 1,
    routes: Array.from({ length: 1_000 }, (_, n) => route(`KNOWN-${n}`)),
    lanes: ['L1', 'EXC'].map((code) => ({ code, state: 'open' })),
    points: [
      {
        code: 'SP1',
        device: 'plc-1',
        exceptionLane: 'EXC',
        noReadLane: 'EXC',
        recirculationLane: null,
        lapsMax: 0,
        deadlineMs: DEADLINE_MS,
      },
    ],
  };
  core.routeFor = ({ codes }) => route(codes[0]!);
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + WAIT_LIMIT_MS;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`Waited ${WAIT_LIMIT_MS} ms in vain until ${what}.`);
    await delay(5);
  }
}

async function connect(broker: Mosquitto): Promise<MqttClient> {
  const client = await connectAsync(broker.url, { protocolVersion: 4 });
  (client.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
  return client;
}

interface Figure {
  p50: number;
  p99: number;
  /** Of p99 over the rounds. */
  spread: [number, number];
}

function report(rounds: Round[], core: CoreRounds | null, json: boolean): void {
  const edge = rounds.length > 0;
  const figures = {
    ...(edge && {
      echo: figureOf(rounds.map((round) => round.echo)),
      edgeDecision: figureOf(rounds.map((round) => round.edgeDecision)),
      edgeRoundTrip: figureOf(rounds.map((round) => round.edgeRoundTrip)),
      standIn: figureOf(rounds.map((round) => round.standIn)),
    }),
    ...(core && {
      coreEcho: figureOf(core.rounds.map(({ echo }) => echo)),
      coreDecision: figureOf([core.decisions]),
      coreRoundTrip: figureOf(core.rounds.map(({ coreRoundTrip }) => coreRoundTrip)),
    }),
  } as Partial<Record<keyof typeof NAMES, Figure>>;
  const ratios = {
    edge: ratioOf(figures.edgeRoundTrip, figures.echo),
    core: ratioOf(figures.coreRoundTrip, figures.coreEcho),
  };
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`;
  if (json) {
    const unanswered = core?.unanswered ?? null;
    const out = {
      bench: 'divert',
      machine,
      rounds: rounds.length || core?.rounds.length,
      figures,
      ratios,
      unanswered,
    };
    process.stdout.write(`${JSON.stringify(out)}\n`);
    return;
  }
  const said = (Object.entries(figures) as [keyof typeof NAMES, Figure][]).map(([name, figure]) =>
    row(NAMES[name], figure),
  );
  const compared = Object.entries(ratios).flatMap(([part, ratio]) =>
    ratio
      ? [
          `${part}: the PLC's round trip is ${ratio.p50.toFixed(2)} x the echo at p50, ${ratio.p99.toFixed(2)} x at p99`,
        ]
      : [],
  );
  const lines = [
    `divert on ${machine}: ${ARRIVALS_PER_S} arrivals/s beside ${SCANS_PER_S} scans/s, median of the rounds`,
    ...said,
    ...compared,
    ...(core ? [`core: ${core.unanswered} arrivals had no answer in time`] : []),
    'targets: edge p99 <= 5 ms, through the core p99 <= 50 ms',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const NAMES = {
  echo: 'baseline: bare MQTT echo',
  edgeDecision: 'edge: bytes in to bytes out',
  edgeRoundTrip: 'edge: PLC asks, PLC is answered',
  standIn: 'through a stand-in of the core',
  coreEcho: "baseline: echo, house's broker",
  coreDecision: 'core: bytes in to bytes out',
  coreRoundTrip: 'through the core: PLC to PLC',
};

function row(name: string, { p50, p99, spread }: Figure): string {
  return `${name.padEnd(34)} p50 ${ms(p50)}   p99 ${ms(p99)}   (p99 ${ms(spread[0])} to ${ms(spread[1])})`;
}

function ratioOf(of?: Figure, to?: Figure): { p50: number; p99: number } | null {
  return of && to ? { p50: of.p50 / to.p50, p99: of.p99 / to.p99 } : null;
}

function figureOf(rounds: number[][]): Figure {
  const p99s = rounds.map((values) => quantile(values, 0.99));
  return {
    p50: quantile(
      rounds.map((values) => quantile(values, 0.5)),
      0.5,
    ),
    p99: quantile(p99s, 0.5),
    spread: [Math.min(...p99s), Math.max(...p99s)],
  };
}

function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

function ms(value: number): string {
  return `${value.toFixed(2).padStart(7)} ms`;
}
