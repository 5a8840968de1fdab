import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { ensureDatabase, startPostgres } from '#lib/embedded';
import { asSystem } from '../apps/api/src/platform/context.js';
import { Database } from '../apps/api/src/platform/database.service.js';
import { type FloorServices, floorServices } from '../apps/api/test/floor-services.js';
import { createDataSource } from '../ormconfig.js';
import { BARE_TABLES, bareRelease, FILL_BARE } from './release/bare-release.js';
import { processorMs } from './release/processor-time.js';
import { SITE, seedOrders, seedSite } from './release/seed-release.js';

/** What the launcher tells Node for the API (apps/launcher/src/house.ts). */
const AS_THE_API = '--max-semi-space-size=64';

interface Round {
  bareMs: number;
  /** All of the time in which no worker thread computed. */
  releaseMs: number;
  /** What a worker thread computed; the database keeps earlier steps meanwhile. */
  planningMs: number;
  ratio: number;
  /** All of the time but the search's limit; null where it had none. */
  beyondSearchMs: number | null;
  /** Processor time of server and main thread, where the system tells. */
  bareCpuMs: number | null;
  releaseCpuMs: number | null;
}

interface Ground {
  serverPid: number;
  client: pg.Client;
  services: FloorServices;
  templateId: string;
  close(): Promise<void>;
}

/**
 * Releases a wave of 10,000 orders with reservations, cartons, lanes, runs and tasks persisted, through the very services of the
 * product, against the bare SQL of selecting, claiming and allocating the same orders; both in turn on one PostgreSQL. Planning (what
 * the worker threads compute) is told apart; what is kept while they compute costs no time beside it, so the whole time is told as well,
 * and the whole time beyond the search's limit. `--search S` limits the search for runs to S seconds. On a machine that is busy with
 * other work the processor time of both says more than the clock.
 */
export async function bench(args: string[]): Promise<void> {
  if (!process.execArgv.includes(AS_THE_API)) return asTheApi();
  const { values } = parseArgs({
    args,
    options: {
      orders: { type: 'string', default: '10000' },
      repeats: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      steps: { type: 'boolean', default: false },
      search: { type: 'string' },
    },
  });
  const [orders, repeats] = [Number(values.orders), Number(values.repeats)];
  const searchSeconds = values.search === undefined ? null : Number(values.search);
  if (!(orders > 0 && repeats > 0)) throw new Error('--orders and --repeats take whole numbers above 0');
  if (searchSeconds !== null && !(searchSeconds > 0)) throw new Error('--search takes whole seconds above 0');
  Logger.overrideLogger(['error', 'warn']);
  const ground = await openGround();
  try {
    await ground.client.query('update wave_templates set planning_seconds_max = $1', [searchSeconds]);
    const rounds: Round[] = [];
    let lines = 0;
    for (let n = 0; n < repeats; n += 1) {
      lines = (await seedOrders(ground.client, orders)).lines;
      await ground.client.query(FILL_BARE);
      const [before, bareMs] = [
        await processorMs(ground.serverPid),
        await bareRelease(ground.client, orders),
      ];
      const between = await processorMs(ground.serverPid);
      const { releaseMs, planningMs } = await releaseOnce(ground, orders, values.steps);
      const after = await processorMs(ground.serverPid);
      rounds.push({
        bareMs,
        releaseMs,
        planningMs,
        ratio: releaseMs / bareMs,
        beyondSearchMs: searchSeconds === null ? null : releaseMs + planningMs - searchSeconds * 1_000,
        bareCpuMs: used(before, between),
        releaseCpuMs: used(between, after),
      });
      await clearRound(ground.client);
    }
    report({ orders, lines, rounds }, values.json);
  } finally {
    await ground.close();
  }
}

/** This program once more, as the API is started. */
async function asTheApi(): Promise<void> {
  const args = [...process.execArgv, AS_THE_API, ...process.argv.slice(1)];
  const [code] = await once(spawn(process.execPath, args, { stdio: 'inherit' }), 'exit');
  process.exitCode = Number(code ?? 1);
}

async function openGround(): Promise<Ground> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-release-'));
  const server = await startPostgres({ dataDir: join(dir, 'postgres') });
  const urls = await ensureDatabase(server, 'bench');
  const owner = await createDataSource(urls.ownerUrl, 2).initialize();
  await owner.runMigrations({ transaction: 'each' });
  await owner.destroy();
  const client = new pg.Client({ connectionString: urls.ownerUrl });
  await client.connect();
  await seedSite(client);
  await client.query(BARE_TABLES);
  const source = await createDataSource(urls.appUrl, 10).initialize();
  const db = new Database(source, { now: () => new Date() });
  const services = floorServices({ db });
  const template = await client.query<{ id: string }>(`select id from wave_templates where name = 'bench'`);
  return {
    serverPid: server.pid,
    client,
    services,
    templateId: template.rows[0]!.id,
    close: async () => {
      await services.planner.onApplicationShutdown();
      await source.destroy();
      await client.end();
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function releaseOnce(
  { client, services, templateId }: Ground,
  orders: number,
  showSteps: boolean,
): Promise<{ releaseMs: number; planningMs: number }> {
  const planningBeforeMs = services.planner.busyMs;
  const startMs = performance.now();
  const waveId = await asSystem('bench', SITE, async () => {
    const { waveId } = await services.waves.createWave({ templateId });
    if (!(await services.waves.planWave(waveId))) throw new Error('the wave was not planned');
    await services.waves.releaseWave(waveId);
    return waveId;
  });
  const totalMs = performance.now() - startMs;
  const planningMs = services.planner.busyMs - planningBeforeMs;
  const released = await client.query<{ orders: number; tasks: number }>(
    `select (select count(*)::int from orders where wave_id = $1 and state = 'released') as orders,
       (select count(*)::int from tasks where wave_id = $1 and state = 'ready') as tasks`,
    [waveId],
  );
  if (released.rows[0]!.orders !== orders)
    throw new Error(`${released.rows[0]!.orders} of ${orders} orders were released`);
  if (showSteps) {
    const steps = await client.query(
      `select name, round(extract(epoch from ended_at - started_at) * 1000) as ms from wave_steps where wave_id = $1 order by position`,
      [waveId],
    );
    console.error(steps.rows.map(({ name, ms }) => `${name} ${ms}`).join(', '));
  }
  return { releaseMs: totalMs - planningMs, planningMs };
}

/** What was released leaves, so that every round begins alike. */
async function clearRound(client: pg.Client): Promise<void> {
  await client.query(`truncate tasks, run_slots, runs, planned_cartons, wave_replenishments, reservations, wave_lines, wave_steps,
    waves, order_lines, order_holds, orders, events, bare_orders, bare_lines, bare_reservations cascade`);
  await client.query(`update levels set reserved = 0; update stock_totals set promised = 0`);
  await client.query('vacuum analyze');
}

function used(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.round(to - from);
}

function report(result: { orders: number; lines: number; rounds: Round[] }, json: boolean): void {
  const { orders, lines, rounds } = result;
  const median = (of: (round: Round) => number) => middle(rounds.map(of));
  const ratios = rounds.map(({ ratio }) => ratio);
  const answer = {
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    orders,
    lines,
    bareMs: Math.round(median(({ bareMs }) => bareMs)),
    releaseMs: Math.round(median(({ releaseMs }) => releaseMs)),
    planningMs: Math.round(median(({ planningMs }) => planningMs)),
    ratio: Number(median(({ ratio }) => ratio).toFixed(2)),
    ratioFrom: Number(Math.min(...ratios).toFixed(2)),
    ratioTo: Number(Math.max(...ratios).toFixed(2)),
    wholeMs: Math.round(median(({ releaseMs, planningMs }) => releaseMs + planningMs)),
    beyondSearch: beyondSearch(rounds),
    cpu: processorTime(rounds),
    rounds,
  };
  if (json) {
    console.log(JSON.stringify(answer));
    return;
  }
  console.log(`release of ${orders} orders (${lines} lines) on ${answer.machine}, median of ${rounds.length}:
  bare SQL (select, claim, allocate)   ${answer.bareMs} ms
  release without planning             ${answer.releaseMs} ms
  planning in worker threads           ${answer.planningMs} ms, earlier steps are kept meanwhile
  whole time                           ${answer.wholeMs} ms
  ratio                                ${answer.ratio} (${answer.ratioFrom} to ${answer.ratioTo}), target at most 8`);
  if (answer.beyondSearch) {
    const { ms, ratio } = answer.beyondSearch;
    console.log(`  whole time beyond the search's limit ${ms} ms, ratio ${ratio}`);
  }
  if (answer.cpu) {
    const { bareMs, releaseMs, ratio } = answer.cpu;
    console.log(`  processor time                       ${bareMs} ms and ${releaseMs} ms, ratio ${ratio}`);
  }
}

function middle(values: number[]): number {
  return values.sort((one, two) => one - two)[Math.floor(values.length / 2)]!;
}

/** All that people wait for but the search that was asked for; null where the search had no limit of its own. */
function beyondSearch(rounds: readonly Round[]) {
  const known = rounds.flatMap(({ bareMs, beyondSearchMs }) =>
    beyondSearchMs === null ? [] : [{ bareMs, beyondSearchMs }],
  );
  if (known.length === 0) return null;
  return {
    ms: Math.round(middle(known.map(({ beyondSearchMs }) => beyondSearchMs))),
    ratio: Number(middle(known.map(({ bareMs, beyondSearchMs }) => beyondSearchMs / bareMs)).toFixed(2)),
  };
}

/** Of the rounds' medians; null where the system does not tell. */
function processorTime(rounds: readonly Round[]) {
  const known = rounds.flatMap(({ bareCpuMs, releaseCpuMs }) =>
    bareCpuMs === null || releaseCpuMs === null ? [] : [{ bareCpuMs, releaseCpuMs }],
  );
  if (known.length === 0) return null;
  return {
    bareMs: middle(known.map(({ bareCpuMs }) => bareCpuMs)),
    releaseMs: middle(known.map(({ releaseCpuMs }) => releaseCpuMs)),
    ratio: Number(middle(known.map(({ bareCpuMs, releaseCpuMs }) => releaseCpuMs / bareCpuMs)).toFixed(2)),
  };
}
