import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { encodeHouseCode } from '#lib/barcodes';
import type { ItemView, LanePlanView, PackView, Page as PageOf, RunView } from '#lib/contracts';
import { CoreClient, makeOrders, Seeded } from '#lib/sim';
import { eventually } from '#lib/testkit';
import { type FloorDevice, FloorDevices } from '../../../libs/sim/src/floor-devices.js';
import type { Paper } from '../../../libs/sim/src/paper.js';
import { readCommands } from '../../../libs/sim/src/paper-reader.js';
import { RealHouse } from '../../../libs/sim/src/real-house.js';
import { findingsOf, Looker, SIZES, said, wedge } from './look.js';

const ROOT = join(import.meta.dirname, '../../..');
const ADMIN = { email: 'admin@wavehouse.example', password: 'wavehouse-demo' };
const PIN = '2468';
const LIMIT = { limitMs: 30_000 };
/** "Live": what happens on the floor is on an open board within this time, on a machine that does everything at once. */
const LIVE_LIMIT = { limitMs: 10_000 };

jest.setTimeout(240_000);

let dataDir: string;
let house: RealHouse;
let devices: FloorDevices;
let core: CoreClient;
let looker: Looker;
let tower: Page;
let picker: Page;
let packer: Page;
let station: string;
const papers: Paper[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wavehouse-screens-'));
  const site = { site: 'DEMO', agent: 'edge-1' };
  const dist = join(ROOT, 'dist');
  house = new RealHouse({ ...site, dataDir, dist, webDir: join(dist, 'web'), logLevel: 'warn' });
  await house.open();
  core = new CoreClient(house.apiUrl);
  await core.signInByPassword(ADMIN.email, ADMIN.password);
  devices = await FloorDevices.start({
    ...site,
    devices: (await core.get<{ items: FloorDevice[] }>('/devices')).items,
    dir: join(dataDir, 'floor'),
    mqtt: house.agentMqtt,
    onPrinted: (_device, zpl) => void readCommands(zpl).then((paper) => papers.push(paper)),
    labelMs: 20,
    settleMs: 20,
    divertDeadlineMs: 400,
  });
  await house.startAgent(devices.configFile);
  // The orders are for the waves of this spec, not for the channel that releases by itself.
  const { items: channels } = await core.get<{ items: { id: string }[] }>('/waves/channels');
  for (const { id } of channels) await core.patch(`/waves/channels/${id}`, { state: 'locked' });
  const { items } = await core.get<PageOf<ItemView>>('/items?limit=200');
  const { items: services } = await core.get<{ items: { carrier: string; service: string }[] }>(
    '/sites/carrier-services',
  );
  const offered = services.map(({ carrier, service }) => ({ carrier, service }));
  for (const order of makeOrders(3, new Seeded(7), items, offered)) await core.post('/orders', order);
  looker = await Looker.open();
});

afterAll(async () => {
  core?.close();
  await looker?.close();
  await house?.close();
  await devices?.close();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

/** Signs in on a handheld: badge by a scanner that types, PIN on the screen's own digits. */
async function signInByBadge(page: Page, badge: string, at: string): Promise<void> {
  await page.goto(`/floor?station=${at}`);
  await page.getByText('Scan your badge').waitFor();
  await wedge(page, badge);
  await page.getByText('Your PIN').waitFor();
  for (const digit of PIN) await page.getByRole('button', { name: digit, exact: true }).click();
  await page.locator('.button.primary').click();
  await page.locator('.pin').waitFor({ state: 'detached' });
}

/** Asks the core with the session of this page. */
async function ask<T>(page: Page, path: string): Promise<T> {
  const response = await page.request.get(`/api/v1${path}`);
  const body = await response.text();
  if (!response.ok()) throw new Error(`${path} answered ${response.status()}: ${body}`);
  return (body === '' ? null : JSON.parse(body)) as T;
}

function cell(page: Page, stage: string): Promise<string | null> {
  return page.locator('.stage', { hasText: stage }).locator('b').textContent();
}

it('a supervisor signs in and sees the orders that wait', async () => {
  tower = await looker.person({ url: house.apiUrl });
  await tower.goto('/');
  await tower.getByLabel('E-mail').fill(ADMIN.email);
  await tower.locator('input[name=password]').fill(ADMIN.password);
  await tower.getByRole('button', { name: 'Sign in' }).click();
  await eventually(async () => expect(await cell(tower, 'Waiting')).toBe('3'), LIMIT);
});

it('plans a wave and releases it by a click', async () => {
  const page = await tower.context().newPage();
  await page.goto('/waves');
  await page.getByRole('button', { name: 'Plan a wave' }).click();
  await page.getByRole('menuitem', { name: /^Small batch/ }).click();
  await page.getByRole('button', { name: 'Release', exact: true }).click();
  await page
    .locator('[data-column="released"], [data-column="in-progress"]')
    .getByRole('article', { name: 'Wave 1' })
    .waitFor();
  await page.close();
  await eventually(async () => expect(await cell(tower, 'Waiting')).toBe('0'), LIVE_LIMIT);
});

it('a picker signs in by badge, a wrong scan stays red and changes nothing, the right one clears it', async () => {
  picker = await looker.person({ url: house.apiUrl, dark: true });
  await signInByBadge(picker, 'B-1001', 'S-PICK-01');
  await eventually(async () => {
    await wedge(picker, 'C-0001');
    await picker.locator('.place').waitFor({ timeout: 2_000 });
  }, LIMIT);
  const code = (await picker.locator('.place .huge').textContent())!;
  await wedge(picker, 'L-A-99-99-9');
  expect(await said(picker, 'wrong')).toContain(`Need ${code}, got A-99-99-9`);
  await expect(picker.locator('.place.now .huge').textContent()).resolves.toBe(code);
  const run = await ask<RunView>(picker, '/picking/my-run');
  expect(run.tasks.every(({ doneQuantity }) => doneQuantity === 0)).toBe(true);
  await wedge(picker, encodeHouseCode('location', code));
  await said(picker, 'good');
});

it('goes on with the scans of the stop in hand after the page was started again', async () => {
  await picker.reload();
  await picker.locator('.item.now').waitFor();
  expect(await picker.locator('.place.done').count()).toBe(1);
});

it('picks all runs by scans, one stop with the network cut, and hands the totes over', async () => {
  const totes: string[] = [];
  for (
    let run: RunView | null = await ask<RunView>(picker, '/picking/my-run');
    run;
    run = await nextRun(picker)
  ) {
    station = run.dropStation!.code;
    await pickRun(picker, run, totes);
    await picker.getByText(`To station ${station}`).waitFor();
    await wedge(picker, station);
    await picker.getByText('Scan a cart', { exact: true }).waitFor();
    expect(await ask<RunView | null>(picker, '/picking/my-run')).toBeNull();
  }
  await eventually(async () => expect(await cell(tower, 'Picked')).toBe('3'), LIVE_LIMIT);
});

/** Scans a cart again until another run came with it; null when none waits. How many runs a wave has is the planner's choice. */
async function nextRun(page: Page): Promise<RunView | null> {
  await wedge(page, 'C-0001');
  const place = page.locator('.place');
  await place
    .or(page.getByText('No run is waiting', { exact: false }))
    .first()
    .waitFor();
  return (await place.isVisible()) ? ask<RunView>(page, '/picking/my-run') : null;
}

/** One stop after the other, each slot with an empty tote of its own; the very first tote is scanned without a network. */
async function pickRun(page: Page, run: RunView, totes: string[]): Promise<void> {
  const toteOf = new Map<number, string>();
  for (const task of [...run.tasks].sort((one, two) => one.sequence - two.sequence)) {
    await page.locator('.label', { hasText: task.item.sku }).waitFor();
    const here = page.locator('.place.now', { hasText: task.location.code });
    if (await here.isVisible()) await wedge(page, encodeHouseCode('location', task.location.code));
    await page.locator('.item.now').waitFor();
    const unit = task.item.barcodes.find(({ quantity }) => quantity === 1)!.code;
    for (let left = task.quantity; left > 0; left -= 1) {
      await page.locator('.take .figure', { hasText: new RegExp(`^${left}$`) }).waitFor();
      await wedge(page, unit);
    }
    await page.locator('.slot.now').waitFor();
    const isFirst = totes.length === 0;
    const tote = toteOf.get(task.slot) ?? `T-${String(totes.length + 1).padStart(6, '0')}`;
    if (!toteOf.has(task.slot)) totes.push(tote);
    toteOf.set(task.slot, tote);
    if (isFirst) await page.context().setOffline(true);
    await wedge(page, tote);
    await said(page, 'done');
    if (isFirst) await linkComesBack(page);
  }
}

/** The badge says what waits to be sent; once the link is back it is sent and the badge goes. */
async function linkComesBack(page: Page): Promise<void> {
  const badge = page.getByText(/^1 to send, \d+ s$/);
  await badge.waitFor();
  await page.context().setOffline(false);
  await badge.waitFor({ state: 'detached' });
}

it('a tote becomes a parcel: items, the scale’s own weight, a printed label, confirmed by its scan', async () => {
  packer = await looker.person({ url: house.apiUrl });
  await signInByBadge(packer, 'B-1004', station);
  const bench = await ask<{ totes: { lpn: string }[] }>(packer, `/packing/stations/${station}`);
  const scanner = devices.scanners.get(station.replace('S-', 'SCAN-'))!;
  // The bench's serial scanner: its bytes go through the agent to the core and from there to this page.
  await eventually(async () => {
    scanner.scan(bench.totes[0]!.lpn);
    await packer.getByText('Scan items into the carton').waitFor({ timeout: 3_000 });
  }, LIMIT);
  await wedge(packer, '4006381333931');
  await said(packer, 'wrong');
  const opened = await packOf(packer);
  for (const line of opened.lines) {
    const unit = line.barcodes.find(({ quantity }) => quantity === 1)!.code;
    for (let packed = 0; packed < line.picked; packed += 1) {
      await wedge(packer, unit);
      await eventually(
        async () =>
          expect((await packOf(packer)).lines.find((each) => each.sku === line.sku)?.packed).toBe(packed + 1),
        LIMIT,
      );
    }
  }
  await packer.getByText('Put the carton on the scale').first().waitFor();
  const { expectedGrams } = await packOf(packer);
  const scale = devices.scales.get(station.replace('S-', 'SCALE-'))!;
  scale.load(expectedGrams + 900);
  await packer.getByText('Weight does not fit').waitFor();
  scale.load(0);
  scale.load(expectedGrams);
  await packer.getByText('Stick the label on and scan it').first().waitFor();
  const { sscc } = await packOf(packer);
  await eventually(() => expect(papers.map((paper) => paper.sscc)).toContain(sscc), LIMIT);
  const paper = papers.find((each) => each.sscc === sscc)!;
  await eventually(async () => {
    scanner.scan(paper.squareCode);
    await packer.getByText('Onto the conveyor', { exact: true }).waitFor({ timeout: 3_000 });
  }, LIMIT);
  await eventually(async () => expect(await cell(tower, 'Packed')).toBe('1'), LIVE_LIMIT);
});

/** The parcel in work at the bench, as the page remembers it. */
async function packOf(page: Page): Promise<PackView> {
  const id = await page.evaluate((key) => localStorage.getItem(key), `wavehouse.pack.${station}`);
  return ask<PackView>(page, `/packing/parcels/${id}`);
}

it('tells the story of the parcel from order line to label', async () => {
  const sscc = papers[0]!.sscc;
  await tower.goto(`/story?q=${sscc}`);
  const story = tower.locator('.story');
  for (const step of [/accepted/, /picked from/, /weighed|Closed/, /abel/])
    await story.getByText(step).first().waitFor();
});

it('signs a person out whose session ended, and back to the same work', async () => {
  await picker.context().clearCookies();
  await wedge(picker, 'C-0001');
  await picker.getByText('Scan your badge').waitFor();
  await wedge(picker, 'B-1001');
  await picker.getByText('Your PIN').waitFor();
  for (const digit of PIN) await picker.getByRole('button', { name: digit, exact: true }).click();
  await picker.locator('.button.primary').click();
  await picker.getByText('Scan a cart', { exact: true }).waitFor();
});

it('speaks the language of the screen, then that of the badge, refusals of the core too', async () => {
  const page = await looker.person({ url: house.apiUrl, language: 'ms' });
  await page.goto('/floor?station=S-PICK-02');
  await page.getByText('Imbas lencana anda').waitFor();
  await wedge(page, 'B-1003');
  await page.getByText('PIN anda').waitFor();
  const enter = async (pin: string): Promise<void> => {
    for (const digit of pin) await page.getByRole('button', { name: digit, exact: true }).click();
    await page.locator('.button.primary').click();
  };
  await enter('9999');
  expect(await said(page, 'wrong')).toContain('Lencana dan PIN tidak sepadan.');
  await enter(PIN);
  await page.getByText('扫描拣货车').waitFor();
  await wedge(page, 'C-9999');
  expect(await said(page, 'wrong')).toContain('请扫描拣货车，扫到的是 C-9999。');
  await page.context().close();
});

describe('what lanes take', () => {
  it('is changed on a page that shows the order that comes of it, saved, and taken back', async () => {
    await tower.setViewportSize(SIZES[1]!);
    await tower.goto('/sorter/lanes');
    const choiceOf = (lane: string) =>
      tower.getByRole('group', { name: new RegExp(`^${lane} `) }).getByLabel('Choice');
    await choiceOf('SHIP-3').fill('2');
    await choiceOf('SHIP-4').fill('1');
    await tower.getByText('SHIP-4 → SHIP-3').waitFor();
    await tower.getByText('parcels would change lanes: ').waitFor();
    await tower.getByRole('button', { name: 'Save' }).click();
    await tower.getByRole('button', { name: 'Undo the last change' }).click();
    await tower.getByRole('button', { name: 'Undo it' }).click();
    await tower.getByText('SHIP-3 → SHIP-4').waitFor();
    const { history } = await core.get<LanePlanView>('/flow/lane-plan');
    expect(history.map(({ kind }) => kind)).toEqual(['undone', 'edited', 'imported']);
  });
});

describe('axe finds nothing and nothing scrolls sideways, at 360, 1280 and 1920 pixels', () => {
  it.each([
    '/',
    '/?tv',
    '/waves',
    '/orders',
    '/sorter',
    '/sorter/lanes',
    '/exceptions',
    '/shipping',
    '/stock',
    '/devices',
    '/people',
    '/story',
  ])('tower %s', async (path) => {
    await tower.goto(path);
    await tower.locator('h1').waitFor({ state: 'attached' });
    await tower.waitForFunction(() => !document.querySelector('[aria-label="Loading"]'));
    expect(await findingsOf(tower)).toEqual([]);
  });

  it.each([
    '',
    '#pick',
    '#put-wall',
    '#pack',
    '#stage',
    '#load',
    '#put-away',
    '#replenish',
    '#put-back',
    '#what-is',
  ])('floor %s', async (hash) => {
    await packer.goto(`/floor${hash}`);
    await packer.reload();
    await packer.locator('.topbar small').waitFor();
    expect(await findingsOf(packer)).toEqual([]);
  });

  it.each(['/floor', '/sign-in', '/setup?token=none'])('before anybody signed in: %s', async (path) => {
    const page = await looker.person({ url: house.apiUrl, dark: true });
    await page.goto(path);
    await page.locator('h1').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await page.context().close();
  });
});

it('wrote no error to any console but the refusals and the cut that this spec brought about', () => {
  const expected = /status of (401|409|422)|ERR_INTERNET_DISCONNECTED|WebSocket connection/;
  expect(looker.faults.filter((fault) => !expected.test(fault))).toEqual([]);
});
