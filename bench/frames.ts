import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectAsync, type MqttClient } from 'mqtt';
import { chromium, type Page } from 'playwright-core';
import { agentTopics } from '#lib/contracts';
import { CoreClient, RealHouse } from '#lib/sim';
import { FloorDevices } from '../libs/sim/src/floor-devices.js';

const SITE = { site: 'DEMO', agent: 'edge-1' };
const ADMIN = { email: 'admin@wavehouse.example', password: 'wavehouse-demo' };
const DEVICE = 'BENCH-PLC';
const TICK_MS = 5;
const LIMIT_MS = 60_000;

interface Seen {
  /** Frames of the screen a second. */
  fps: number;
  /** Milliseconds between two frames of the screen. */
  p99Ms: number;
  worstMs: number;
  /** Lines of the device that the page took in, a second. */
  linesPerSecond: number;
}

/**
 * A device that says 2,000 things a second, through broker, agent, core and socket.io to a page of the real console: how many frames the
 * screen still draws. The same page without traffic is the baseline, for a machine may not reach 60 at all.
 */
export async function bench(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      rate: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '10' },
      json: { type: 'boolean', default: false },
    },
  });
  const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
  const dataDir = await mkdtemp(join(tmpdir(), 'wavehouse-frames-'));
  const dist = join(import.meta.dirname, '..');
  const house = new RealHouse({ ...SITE, dataDir, dist, webDir: join(dist, 'web'), logLevel: 'error' });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
  let device: MqttClient | null = null;
  try {
    await openHouse(house, dataDir);
    const page = await openPage(
      await browser.newPage({ viewport: { width: 1280, height: 800 } }),
      house.apiUrl,
    );
    const idle = await watch(page, seconds);
    device = await connectAsync(house.agentMqtt.url, { ...house.agentMqtt, clientId: randomUUID() });
    const stop = talk(device, rate);
    const busy = await watch(page, seconds);
    stop();
    const result = { rate, seconds, idle, busy, cpus: cpus().length, load: loadavg()[0] };
    console.log(values.json ? JSON.stringify(result) : sayResult(result));
  } finally {
    await device?.endAsync(true);
    await browser.close();
    await house.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function openHouse(house: RealHouse, dataDir: string): Promise<void> {
  await house.open();
  const floor = await FloorDevices.start({
    ...{ ...SITE, devices: [], dir: join(dataDir, 'floor'), mqtt: house.agentMqtt },
    ...{ onPrinted: () => undefined, labelMs: 20, settleMs: 20, divertDeadlineMs: 400 },
  });
  await house.startAgent(floor.configFile);
  const core = new CoreClient(house.apiUrl);
  await core.signInByPassword(ADMIN.email, ADMIN.password);
  const setup = {
    driver: 'generic/mqtt-conveyor',
    link: { kind: 'mqtt' },
    config: {},
    simulated: false,
  };
  const attach = () =>
    core.post('/devices', { code: DEVICE, agentCode: SITE.agent, stationCode: null, setup }).then(
      () => true,
      () => false,
    );
  const untilMs = performance.now() + LIMIT_MS;
  while (!(await attach())) {
    if (performance.now() > untilMs) throw new Error('the agent takes no device');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  core.close();
}

async function openPage(page: Page, url: string): Promise<Page> {
  await page.goto(`${url}/devices?device=${DEVICE}`);
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.locator('input[name=password]').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('.frames').waitFor({ timeout: LIMIT_MS });
  return page;
}

/** Telegrams of a kind that the driver knows nothing of: frames without readings, so that nothing but frames is measured. */
function talk(client: MqttClient, rate: number): () => void {
  const topic = `${agentTopics(SITE.site, SITE.agent).base}/plc/${DEVICE}/up`;
  const sinceMs = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    const due = ((performance.now() - sinceMs) / 1_000) * rate;
    for (; sent < due; sent += 1) client.publish(topic, `{"bench":${sent}}`, { qos: 0 });
  }, TICK_MS);
  return () => clearInterval(timer);
}

async function watch(page: Page, seconds: number): Promise<Seen> {
  const newest = async () => Number(await page.locator('[data-frames]').getAttribute('data-frames'));
  const before = await newest();
  const gaps = await page.evaluate(
    (ms) =>
      new Promise<number[]>((resolve) => {
        const { requestAnimationFrame: nextFrame } = globalThis as unknown as {
          requestAnimationFrame(step: (now: number) => void): void;
        };
        const found: number[] = [];
        const begin = performance.now();
        let last = begin;
        const step = (now: number) => {
          found.push(now - last);
          last = now;
          if (now - begin < ms) nextFrame(step);
          else resolve(found.slice(1));
        };
        nextFrame(step);
      }),
    seconds * 1_000,
  );
  const sorted = [...gaps].sort((a, b) => a - b);
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  return {
    fps: Math.round((gaps.length / total) * 10_000) / 10,
    p99Ms: Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0),
    worstMs: Math.round(sorted.at(-1) ?? 0),
    linesPerSecond: Math.round(((await newest()) - before) / seconds),
  };
}

function sayResult(result: { rate: number; idle: Seen; busy: Seen; cpus: number; load?: number }): string {
  const say = ({ fps, p99Ms, worstMs, linesPerSecond }: Seen) =>
    `${fps} fps, frame p99 ${p99Ms} ms, worst ${worstMs} ms, ${linesPerSecond} lines a second`;
  return [
    `frames: ${result.rate} a second sent (${result.cpus} CPUs, load ${result.load?.toFixed(1)})`,
    `  quiet page   ${say(result.idle)}`,
    `  under load   ${say(result.busy)}`,
  ].join('\n');
}
