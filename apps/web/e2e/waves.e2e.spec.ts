import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import { encodeHouseCode } from '#lib/barcodes';
import type { ItemView, Page as PageOf, PutBackTask, RunView, WaveView } from '#lib/contracts';
import { CoreClient, makeOrders, Seeded } from '#lib/sim';
import { eventually } from '#lib/testkit';
import { RealHouse } from '../../../libs/sim/src/real-house.js';
import { findingsOf, Looker, SIZES, said, wedge } from './look.js';

/** A supervisor makes a template, looks before releasing, merges, releases, undoes; a person puts the goods back: all parts real. */

const ROOT = join(import.meta.dirname, '../../..');
const ADMIN = { email: 'admin@wavehouse.example', password: 'wavehouse-demo' };
const PIN = '2468';
const LIMIT = { limitMs: 40_000 };
const ORDERS = 8;
/** Pictures for whoever wants to look: the folder named here. */
const PICTURES = process.env.PICTURES_DIR ?? null;

jest.setTimeout(240_000);

let dataDir: string;
let house: RealHouse;
let core: CoreClient;
let looker: Looker;
let page: Page;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wavehouse-waves-'));
  const dist = process.env.WAVEHOUSE_DIST ?? join(ROOT, 'dist');
  house = new RealHouse({
    site: 'DEMO',
    agent: 'edge-1',
    dataDir,
    dist,
    webDir: join(dist, 'web'),
    logLevel: 'warn',
  });
  await house.open();
  core = new CoreClient(house.apiUrl);
  await core.signInByPassword(ADMIN.email, ADMIN.password);
  const { items: channels } = await core.get<{ items: { id: string }[] }>('/waves/channels');
  for (const { id } of channels) await core.patch(`/waves/channels/${id}`, { state: 'locked' });
  const { items } = await core.get<PageOf<ItemView>>('/items?limit=200');
  const { items: services } = await core.get<{ items: { carrier: string; service: string }[] }>(
    '/sites/carrier-services',
  );
  const offered = services.map(({ carrier, service }) => ({ carrier, service }));
  for (const order of makeOrders(ORDERS, new Seeded(11), items, offered)) await core.post('/orders', order);
  looker = await Looker.open();
  page = await looker.person({ url: house.apiUrl });
});

afterAll(async () => {
  core?.close();
  await looker?.close();
  await house?.close();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

async function waves(): Promise<WaveView[]> {
  return (await core.get<PageOf<WaveView>>('/waves')).items;
}

function column(key: string) {
  return page.locator(`[data-column="${key}"]`);
}

/** A picture at each of the three sizes, where they are wanted. */
async function picture(of: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  for (const size of SIZES) {
    await of.setViewportSize(size);
    await of.screenshot({ path: join(PICTURES, `${name}-${size.width}.png`) });
  }
  await of.setViewportSize(SIZES[1]!);
}

it('an empty board says how many orders wait and what to do', async () => {
  await page.goto('/waves');
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.locator('input[name=password]').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText(new RegExp(`^${ORDERS} orders wait`)).waitFor();
});

describe('a template', () => {
  it('says while it is typed how many orders it would find, and why none', async () => {
    await page.goto('/waves/templates/new');
    const count = page.locator('aside [role=status]');
    await count.getByText(String(ORDERS), { exact: true }).waitFor();
    await page.getByLabel('Units, at least').fill('9999');
    await count.getByText('0', { exact: true }).waitFor();
    await page.getByText('Loosen the filter').waitFor();
    await page.getByLabel('Units, at least').fill('');
    await count.getByText(String(ORDERS), { exact: true }).waitFor();
  });

  it('has its steps moved by the keyboard, and says which order cannot work', async () => {
    const handle = page.getByRole('button', { name: /^Move batch/ });
    const steps = page.locator('.ordered li');
    const before = await steps.locator('.handle').evaluateAll((all) => all.length);
    await handle.focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('must come after batch').waitFor();
    expect(await handle.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowUp');
    await page.getByText('must come after batch').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Leave out cartonise' }).click();
    expect(await steps.count()).toBe(before - 1);
    await page.getByRole('button', { name: 'cartonise', exact: true }).click();
    expect(await steps.count()).toBe(before);
  });

  it('asks before unsaved changes are left, shows faults at their fields, and is saved', async () => {
    await page.getByLabel('Name').fill('Fours');
    await page.getByRole('link', { name: 'Channels' }).click();
    await page.getByRole('button', { name: 'Stay' }).click();
    const orders = page.getByLabel('Orders, at most');
    await orders.fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await eventually(async () => expect(await orders.getAttribute('aria-invalid')).toBe('true'), LIMIT);
    await orders.fill('4');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Fours' }).waitFor();
    await page.getByText('changed', { exact: false }).first().waitFor();
  });
});

describe('a wave', () => {
  it('is looked at before it is planned', async () => {
    await page.goto('/waves');
    await page.getByRole('button', { name: 'Plan a wave' }).click();
    await page.getByRole('menuitem', { name: 'Dry run of Fours' }).click();
    const panel = page.getByRole('complementary', { name: /^Dry run of Fours/ });
    await panel.locator('.dry-figures').waitFor();
    expect(await waves()).toHaveLength(0);
    await panel.getByText('Finish against cut-off').waitFor();
    await picture(page, 'dry-run');
    await panel.getByRole('button', { name: 'Plan this wave' }).click();
    await column('planned').getByRole('link', { name: 'Wave 1' }).waitFor();
  });

  it('is locked and unlocked by its key, and merged with another that the keyboard chose', async () => {
    await page.getByRole('button', { name: 'Plan a wave' }).click();
    await page.getByRole('menuitem', { name: /^Fours/ }).click();
    await column('planned').getByRole('link', { name: 'Wave 2' }).waitFor();
    await column('planned').getByRole('link', { name: 'Wave 1' }).focus();
    await page.keyboard.press('l');
    await column('locked').getByRole('link', { name: 'Wave 1' }).focus();
    await page.keyboard.press('l');
    await column('planned').getByRole('link', { name: 'Wave 1' }).focus();
    await page.keyboard.press(' ');
    await column('planned').getByRole('link', { name: 'Wave 2' }).focus();
    await page.keyboard.press(' ');
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    await eventually(async () => {
      const left = (await waves()).filter(({ state }) => state === 'planned');
      expect(left.map(({ orderCount }) => orderCount)).toEqual([ORDERS]);
    }, LIMIT);
  });

  it('is released beside its dry run', async () => {
    const wave = (await waves()).find(({ state }) => state === 'planned')!;
    await page.goto(`/waves?dry=${wave.id}`);
    const panel = page.getByRole('complementary', { name: /^Dry run of wave/ });
    await panel.locator('.dry-figures').waitFor();
    await panel.getByRole('button', { name: 'Release' }).click();
    await panel.waitFor({ state: 'detached' });
    await column('released').getByRole('article').waitFor();
  });

  it('shows the way of each run on the floor map, and the same as a table', async () => {
    const wave = (await waves()).find(({ state }) => state === 'released')!;
    await page.goto(`/waves/${wave.id}`);
    await page.locator('.floor-map .walk').waitFor();
    const marks = await page.locator('.floor-map .stop-mark').count();
    expect(marks).toBeGreaterThan(0);
    await picture(page, 'wave-route');
    await page.getByText('As a table').click();
    const table = page.getByRole('region', { name: 'Stops in the order of the walk' });
    expect(await table.locator('tbody tr').count()).toBeGreaterThanOrEqual(marks);
    await page
      .getByRole('button', { name: /^Why\? Run/ })
      .first()
      .click();
    await page.locator('.why-words .choices li').first().waitFor();
    await page.keyboard.press('Escape');
  });

  it('says all that an undo would do; Esc changes nothing, one button does it', async () => {
    const wave = (await waves()).find(({ state }) => state === 'released')!;
    await pickOneTask(wave);
    await page.goto(`/waves?undo=${wave.id}`);
    const dialog = page.getByRole('dialog', { name: /^Undo wave/ });
    await dialog.getByText('What happens').waitFor();
    expect(await findingsOf(page)).toEqual([]);
    await picture(page, 'undo');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect((await waves()).find(({ id }) => id === wave.id)?.state).not.toBe('cancelled');
    await page.goto(`/waves?undo=${wave.id}`);
    await dialog.getByRole('button', { name: /^Undo, .* back$/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await eventually(async () => {
      const { items } = await core.get<PageOf<PutBackTask>>('/picking/put-backs');
      expect(items.length).toBeGreaterThan(0);
    }, LIMIT);
  });
});

/** A person picks the first task of the wave's next run, over HTTP as a handheld does. */
async function pickOneTask(wave: WaveView): Promise<void> {
  const hand = new CoreClient(house.apiUrl);
  await hand.signInByBadge('B-1001', PIN, 'S-PICK-01');
  const run = await hand.post<RunView>('/picking/runs/claim', { cartScan: 'C-0001' });
  expect(run.waveNumber).toBe(wave.number);
  const task = run.tasks.toSorted((one, two) => one.sequence - two.sequence)[0]!;
  const unit = task.item.barcodes.find(({ quantity }) => quantity === 1)!.code;
  await hand.post(`/picking/tasks/${task.id}/confirm`, {
    eventId: crypto.randomUUID(),
    locationScan: encodeHouseCode('location', task.location.code),
    itemScans: Array.from({ length: task.quantity }, () => unit),
    containerScan: 'T-000001',
    at: new Date().toISOString(),
  });
  hand.close();
}

it('its goods go back to their shelf by scans alone, one of them with the network cut', async () => {
  const floor = await looker.person({ url: house.apiUrl, dark: true });
  await floor.goto('/floor?station=S-PICK-02');
  await floor.getByText('Scan your badge').waitFor();
  await wedge(floor, 'B-1002');
  await floor.getByText('Your PIN').waitFor();
  for (const digit of PIN) await floor.getByRole('button', { name: digit, exact: true }).click();
  await floor.locator('.button.primary').click();
  await floor.locator('.pin').waitFor({ state: 'detached' });
  await floor.goto('/floor#put-back');
  await floor.reload();
  await floor.locator('.place.now').waitFor();
  const { items } = await core.get<PageOf<PutBackTask>>('/picking/put-backs');
  const task = items[0]!;
  await wedge(floor, 'T-999999');
  expect(await said(floor, 'wrong')).toContain(task.lpn);
  await wedge(floor, task.lpn);
  await floor.locator('.item.now').waitFor();
  const unit = task.barcodes.find(({ quantity }) => quantity === 1)!.code;
  for (let left = task.quantity; left > 0; left -= 1) {
    await floor.locator('.take .figure', { hasText: new RegExp(`^${left}$`) }).waitFor();
    await wedge(floor, unit);
  }
  await floor.locator('.slot.now').waitFor();
  await picture(floor, 'put-back');
  expect(await findingsOf(floor)).toEqual([]);
  await floor.context().setOffline(true);
  await wedge(floor, encodeHouseCode('location', task.location));
  await said(floor, 'done');
  await floor.context().setOffline(false);
  await eventually(async () => {
    const left = (await core.get<PageOf<PutBackTask>>('/picking/put-backs')).items;
    expect(left.map(({ id }) => id)).not.toContain(task.id);
  }, LIMIT);
  await floor.context().close();
});

describe('axe finds nothing and nothing scrolls sideways, at 360, 1280 and 1920 pixels', () => {
  it.each([
    '/waves',
    '/waves?tv',
    '/waves/templates',
    '/waves/templates/new',
    '/waves/channels',
    '/waves/channels/new',
    '/waves/schedules',
    '/waves/schedules/new',
    '/waves/waiting',
  ])('%s', async (path) => {
    await page.goto(path);
    await page.locator('h1').waitFor({ state: 'attached' });
    await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"]'));
    expect(await findingsOf(page)).toEqual([]);
    await picture(page, path.replaceAll(/\W+/g, '-').slice(1));
  });

  it('a wave with its runs', async () => {
    const wave = (await waves())[0]!;
    await page.goto(`/waves/${wave.id}`);
    await page.locator('h1').waitFor();
    await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"]'));
    expect(await findingsOf(page)).toEqual([]);
  });
});

it('wrote no error to any console but the refusals and the cut that this spec brought about', () => {
  // 404: nothing was dry-run yet.
  const expected = /status of (400|401|404|409|422)|ERR_INTERNET_DISCONNECTED|WebSocket connection/;
  expect(looker.faults.filter((fault) => !expected.test(fault))).toEqual([]);
});
