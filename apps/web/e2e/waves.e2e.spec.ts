import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { encodeHouseCode } from '#lib/barcodes';
import type {
  ItemView,
  Page as PageOf,
  PutBackTask,
  PutWallSlotView,
  PutWallView,
  RunView,
  WaveView,
} from '#lib/contracts';
import { CoreClient, makeOrders, Seeded } from '#lib/sim';
import { eventually } from '#lib/testkit';
import { RealHouse } from '../../../libs/sim/src/real-house.js';
import { cutOffInMalay, findingsOf, Looker, picture, said, wedge } from './look.js';
import { allow } from './template-limits.js';
import { pickForWall, type WallWork } from './wall-work.js';

/** A supervisor makes a template, looks before releasing, merges, releases, undoes; a person puts the goods back: all parts real. */

const ROOT = join(import.meta.dirname, '../../..');
const ADMIN = { email: 'admin@wavehouse.example', password: 'wavehouse-demo' };
const PIN = '2468';
const LIMIT = { limitMs: 40_000 };
const ORDERS = 8;

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

/** Whether the focus is where it says. */
function hasFocus(of: Locator): Promise<boolean> {
  return of.evaluate((element) => element === document.activeElement);
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
    const elsewhere = page.getByRole('link', { name: 'Channels' });
    await elsewhere.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Stay' }).click();
    await eventually(async () => expect(await hasFocus(elsewhere)).toBe(true), LIMIT);
    const orders = page.getByLabel('Orders, at most');
    await orders.fill('');
    const save = page.getByRole('button', { name: 'Save' });
    await save.click();
    await eventually(async () => expect(await orders.getAttribute('aria-invalid')).toBe('true'), LIMIT);
    await page.getByText('Not saved: 1 field to correct').waitFor();
    expect(await hasFocus(orders)).toBe(true);
    await orders.fill('4');
    await save.click();
    await page.getByRole('heading', { name: 'Fours' }).waitFor();
    await page.getByText(/^changed .* by (?!person:)/).waitFor();
  });

  it('keeps what is typed while it is archived and taken back', async () => {
    await page.getByLabel('Lines, at least').first().fill('1');
    for (const [act, said] of [
      ['Archive', 'The template is archived.'],
      ['Take it back', 'The template is back.'],
    ] as const) {
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: act }).click();
      await page.getByText(said).waitFor();
    }
    await page.getByText('Not saved yet').waitFor();
    expect(await page.getByLabel('Lines, at least').first().inputValue()).toBe('1');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').first().waitFor();
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
    await page.getByText('Wave 1 is locked.').waitFor();
    await column('locked').getByRole('link', { name: 'Wave 1' }).focus();
    await page.keyboard.press('l');
    await column('planned').getByRole('link', { name: 'Wave 1' }).focus();
    await page.keyboard.press(' ');
    await column('planned').getByRole('link', { name: 'Wave 2' }).focus();
    await page.keyboard.press(' ');
    const bar = (await page.locator('.merge-bar').boundingBox())!;
    const messages = page.locator('.mantine-Notifications-root[data-position="bottom-right"]');
    const rise = await messages.evaluate((all) => Number.parseFloat(getComputedStyle(all).marginBottom));
    expect(rise).toBeGreaterThan(bar.height);
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    const why = page
      .getByRole('alert')
      .filter({ hasText: 'Together they have 8 orders: waves of Fours may have 4' });
    await why.waitFor();
    await why.getByRole('button', { name: 'Close' }).click();
    await allow(core, 'Fours', ORDERS);
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    await eventually(async () => {
      const left = (await waves()).filter(({ state }) => state === 'planned');
      expect(left.map(({ orderCount }) => orderCount)).toEqual([ORDERS]);
    }, LIMIT);
    await allow(core, 'Fours', 4);
  });

  it('is cancelled only by somebody who has read what comes of it', async () => {
    const card = column('planned').getByRole('article');
    const more = card.getByRole('button', { name: /^More/ });
    await more.click();
    await page.getByRole('menuitem', { name: 'Cancel the wave' }).click();
    await page
      .getByRole('dialog')
      .getByText(`${ORDERS} orders go back to waiting`, { exact: false })
      .waitFor();
    await page.keyboard.press('Escape');
    await eventually(async () => expect(await hasFocus(more)).toBe(true), LIMIT);
    expect((await waves()).filter(({ state }) => state === 'planned')).toHaveLength(1);
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
    expect(await hasFocus(dialog.getByRole('button', { name: /^Keep the wave/ }))).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect((await waves()).find(({ id }) => id === wave.id)?.state).not.toBe('cancelled');
    expect(await cutOffInMalay(page, `/waves?undo=${wave.id}`, '[role=dialog] details')).toEqual([]);
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
  const floor = await onTheFloor('B-1002', 'S-PICK-02');
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

/** A handheld in the hand of somebody who has signed in at a station. */
async function onTheFloor(badge: string, station: string): Promise<Page> {
  const floor = await looker.person({ url: house.apiUrl, dark: true });
  await floor.goto(`/floor?station=${station}`);
  await floor.getByText('Scan your badge').waitFor();
  await wedge(floor, badge);
  await floor.locator('.keypad').waitFor();
  for (const digit of PIN) await floor.getByRole('button', { name: digit, exact: true }).click();
  await floor.locator('.button.primary').click();
  await floor.locator('.pin').waitFor({ state: 'detached' });
  return floor;
}

describe('a put wall', () => {
  let work: WallWork;
  let sorter: Page;

  const wall = (): Promise<PutWallView> => core.get<PutWallView>(`/picking/put-walls/${work.wall}`);
  const slotOf = async (order: string): Promise<PutWallSlotView> =>
    (await wall()).slots.find(({ externalRef }) => externalRef === order)!;
  const flash = (kind: string, words: string): Promise<void> =>
    sorter.locator(`.flash[data-kind="${kind}"]`, { hasText: words }).waitFor();
  /** Scans a unit and the slot that the screen shows for it. */
  const putUnit = async (unit: string): Promise<void> => {
    await wedge(sorter, unit);
    await wedge(sorter, (await sorter.locator('.instruction.now .plate').textContent())!);
    await sorter.locator('.instruction.now').waitFor({ state: 'detached' });
  };

  it('says that there is nothing to sort, takes no tote from elsewhere, and knows one as soon as it is handed over', async () => {
    const picker = { badge: 'B-1005', pin: PIN, park: 'S-PICK-05', cart: 'C-0005', tote: 'T-000051' };
    work = await pickForWall(core, { url: house.apiUrl, ...picker });
    sorter = await onTheFloor('B-1004', work.wall);
    await sorter.getByText('No tote to sort').waitFor();
    await picture(sorter, 'wall-empty');
    await wedge(sorter, work.tote);
    await flash('wrong', `Tote ${work.tote} has nothing to sort here.`);
    await work.handOver();
    await wedge(sorter, work.tote);
    await sorter.getByText(`Out of tote ${work.tote}: 5 units are left.`).waitFor();
    await picture(sorter, 'wall-tote');
  });

  it('lights the slot that a scanned item goes to and takes no other scan for it', async () => {
    const { twice, both } = work.items;
    const { code, row, column: at } = await slotOf(work.orders[0]);
    await wedge(sorter, '4006381333931');
    await flash('wrong', '4006381333931');
    await wedge(sorter, twice.unit);
    const lit = sorter.locator('.wall-map [data-now]');
    expect(await lit.textContent()).toBe('1');
    expect(await lit.evaluate(({ style }) => [style.gridRow, style.gridColumn])).toEqual([`${row}`, `${at}`]);
    await sorter.locator('.instruction.now', { hasText: `row ${row}, column ${at}` }).waitFor();
    expect(await sorter.locator('.instruction.now .plate').textContent()).toBe(code);
    await picture(sorter, 'wall-slot');
    expect(await findingsOf(sorter)).toEqual([]);
    await wedge(sorter, (await slotOf(work.orders[1])).code);
    await flash('wrong', `Need row ${row}, column ${at}.`);
    await picture(sorter, 'wall-wrong-slot');
    await wedge(sorter, both.unit);
    await flash('wrong', `First ${twice.sku} into slot ${code}.`);
    await sorter.getByRole('button', { name: 'Back into the tote' }).click();
    await lit.waitFor({ state: 'detached' });
    expect((await slotOf(work.orders[0])).put).toBe(0);
  });

  it('keeps a put with the network cut, and says which slot is complete', async () => {
    const { twice, both } = work.items;
    await wedge(sorter, twice.unit);
    const slot = (await sorter.locator('.instruction.now .plate').textContent())!;
    await sorter.context().setOffline(true);
    await wedge(sorter, slot);
    await flash('good', 'Right. Next item.');
    await sorter.context().setOffline(false);
    await eventually(async () => expect((await slotOf(work.orders[0])).put).toBe(1), LIMIT);
    for (const { unit } of [both, both, twice]) await putUnit(unit);
    await flash('done', 'is complete: to packing');
    await picture(sorter, 'wall-complete');
    await eventually(async () => {
      const states = [await slotOf(work.orders[0]), await slotOf(work.orders[1])].map(({ state }) => state);
      expect(states).toEqual(['complete', 'complete']);
    }, LIMIT);
  });

  it('undoes what was put last, by touch, command barcode or keyboard, also where it completed its slot', async () => {
    const undo = sorter.getByRole('button', { name: `Undo: 1 × ${work.items.twice.sku}` });
    const ways = [
      () => undo.click(),
      () => wedge(sorter, '!undo'),
      () => undo.focus().then(() => sorter.keyboard.press('Enter')),
    ];
    expect(await findingsOf(sorter)).toEqual([]);
    for (const way of ways) {
      await way();
      await flash('good', `Out of the slot, back into tote ${work.tote}.`);
      await undo.waitFor({ state: 'detached' });
      await eventually(
        async () => expect(await slotOf(work.orders[0])).toMatchObject({ put: 2, state: 'filling' }),
        LIMIT,
      );
      await putUnit(work.items.twice.unit);
      await flash('done', 'is complete: to packing');
    }
    await picture(sorter, 'wall-undo');
    await eventually(
      async () => expect(await slotOf(work.orders[0])).toMatchObject({ put: 3, state: 'complete' }),
      LIMIT,
    );
  });

  it('takes word that the rest of a tote is missing, once it was asked for', async () => {
    await sorter.getByRole('button', { name: 'Tote is empty' }).click();
    const sheet = sorter.getByRole('dialog', { name: `Is tote ${work.tote} empty?` });
    await sheet.waitFor();
    expect(await findingsOf(sorter)).toEqual([]);
    await picture(sorter, 'wall-short');
    await sheet.getByRole('button', { name: 'Back to work' }).click();
    await sheet.waitFor({ state: 'detached' });
    expect((await wall()).totes).toMatchObject([{ lpn: work.tote, units: 1 }]);
    await sorter.getByRole('button', { name: 'Tote is empty' }).click();
    await sheet.getByRole('button', { name: 'Yes, the rest is missing' }).click();
    await sorter.getByText('No tote to sort').waitFor();
    await eventually(async () => expect((await wall()).totes).toEqual([]), LIMIT);
    await sorter.context().close();
  });

  it.each([
    ['B-1002', 'Tiada bakul untuk disusun'],
    ['B-1003', '没有待分的周转箱'],
  ])('speaks the language of badge %s', async (badge, words) => {
    sorter = await onTheFloor(badge, work.wall);
    await sorter.getByText(words).waitFor();
    await picture(sorter, `wall-${badge}`);
    expect(await findingsOf(sorter)).toEqual([]);
    await sorter.context().close();
  });
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
    '/no/such/page',
  ])('%s', async (path) => {
    await page.goto(path);
    await page.locator('h1').waitFor({ state: 'attached' });
    await page.waitForFunction(() => !document.querySelector('[aria-label="Loading"]'));
    expect(await findingsOf(page)).toEqual([]);
    await picture(page, path.replaceAll(/\W+/g, '-').slice(1));
  });

  it('an unknown path is said in the frame, with a way back', async () => {
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    await page.getByRole('link', { name: 'To the board' }).waitFor();
  });

  it('nothing on a form is cut off in Malay on a handheld', async () => {
    expect(await cutOffInMalay(page, '/waves/schedules/new', 'fieldset')).toEqual([]);
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
