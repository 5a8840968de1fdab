import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { AgentView, Page as PageOf } from '#lib/contracts';
import { parseTranscript, playToCodec } from '#lib/device-kit';
import { freePort } from '#lib/embedded';
import { CoreClient } from '#lib/sim';
import { eventually } from '#lib/testkit';
import scaleDriver from '../../../devices/mettler-toledo/mt-sics/device.js';
import { simulator as scales } from '../../../devices/mettler-toledo/mt-sics/simulator.js';
import { FloorDevices } from '../../../libs/sim/src/floor-devices.js';
import { RealHouse } from '../../../libs/sim/src/real-house.js';
import { findingsOf, Looker, SIZES } from './look.js';

/** An integrator attaches a scale through the console, breaks it, finds the fault in plain words, and mends it: all parts real. */

const ROOT = join(import.meta.dirname, '../../..');
const ADMIN = { email: 'admin@wavehouse.example', password: 'wavehouse-demo' };
const LIMIT = { limitMs: 40_000 };
const SCALE = 'SCALE-NEW-01';
/** Pictures for whoever wants to look: the folder named here. */
const PICTURES = process.env.PICTURES_DIR ?? null;

jest.setTimeout(240_000);

let dataDir: string;
let house: RealHouse;
let floor: FloorDevices;
let looker: Looker;
let page: Page;
let scale: Awaited<ReturnType<typeof scales.start>>;
let port: number;
const findings: string[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wavehouse-console-'));
  const site = { site: 'DEMO', agent: 'edge-1' };
  const dist = process.env.WAVEHOUSE_DIST ?? join(ROOT, 'dist');
  house = new RealHouse({ ...site, dataDir, dist, webDir: join(dist, 'web'), logLevel: 'warn' });
  await house.open();
  // The agent begins with no device of its own: everything is attached here.
  floor = await FloorDevices.start({
    ...{ ...site, devices: [], dir: join(dataDir, 'floor'), mqtt: house.agentMqtt },
    ...{ onPrinted: () => undefined, labelMs: 20, settleMs: 20, divertDeadlineMs: 400 },
  });
  await house.startAgent(floor.configFile);
  const core = new CoreClient(house.apiUrl);
  await core.signInByPassword(ADMIN.email, ADMIN.password);
  await eventually(async () => {
    const { items } = await core.get<PageOf<AgentView>>('/devices/agents');
    return items.some(({ online }) => online);
  }, LIMIT);
  core.close();
  port = await freePort();
  looker = await Looker.open();
  page = await looker.person({ url: house.apiUrl });
});

afterAll(async () => {
  await looker?.close();
  await scale?.close();
  await house?.close();
  await floor?.close();
  if (dataDir) await rm(dataDir, { recursive: true, force: true });
});

/** axe and sideways scrolling at the three sizes, and a picture of each where they are wanted. */
async function look(name: string): Promise<void> {
  findings.push(...(await findingsOf(page)));
  if (PICTURES) {
    for (const size of SIZES) {
      await page.setViewportSize(size);
      await page.screenshot({ path: join(PICTURES, `${name}-${size.width}.png`), fullPage: true });
    }
  }
  await page.setViewportSize(SIZES[1]!);
}

const detail = () => page.getByRole('region', { name: SCALE });
const startScale = () => scales.start({ at: 'tcp', port }, { settleMs: 20 });

/** Asks the device as a person does: again, when the first time it was not back yet and said so. */
const askUntil = (button: string, shown: string) =>
  eventually(async () => {
    await detail().getByRole('button', { name: button }).click();
    await detail().getByText(shown).first().waitFor({ timeout: 5_000 });
  }, LIMIT);

it('attaches a scale, with the wrong port by mistake', async () => {
  await page.goto('/devices');
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.locator('input[name=password]').fill(ADMIN.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Attach a device' }).click();
  const form = page.getByRole('dialog');
  const field = (role: 'combobox' | 'textbox', name: RegExp) => form.getByRole(role, { name });
  await form.getByLabel('Short code').fill(SCALE);
  await form.getByLabel('Station').fill('S-PACK-01');
  await field('combobox', /^Driver/).click();
  await field('combobox', /^Driver/).fill('mt-sics');
  await page.getByRole('option', { name: /mettler-toledo\/mt-sics/ }).click();
  await field('combobox', /^How it is reached/).click();
  await page.getByRole('option', { name: 'tcp-client' }).click();
  await form.getByLabel('Host name or address').fill('127.0.0.1');
  await field('textbox', /^Port/).fill('70000');
  await look('1-attach');
  await form.getByRole('button', { name: 'Attach', exact: true }).click();
  await form.getByText('must be <= 65535').waitFor();
  await field('textbox', /^Port/).fill(String(port));
  await form.getByRole('button', { name: 'Attach', exact: true }).click();
  await form.waitFor({ state: 'detached' });
});

it('finds out in plain words that nothing answers there', async () => {
  await detail().getByText('nothing takes calls on this port').waitFor();
  await detail().getByText('Look at the port number').waitFor();
  await look('2-refused');
});

it('switches the scale on and weighs: the first good frame, with what it meant', async () => {
  scale = await startScale();
  scale.load(1_250);
  await detail().getByText('ready', { exact: true }).first().waitFor();
  await detail().getByRole('button', { name: 'Weigh' }).click();
  await detail()
    .getByText(/weigh: done in \d+ ms/)
    .first()
    .waitFor();
  await detail().getByText('weigh.stable 1.250 kg net').first().waitFor();
  await look('3-first-frame');
});

it('filters and pauses what passes', async () => {
  await detail().getByLabel('Only lines with').fill('1.250');
  await eventually(async () => expect(await detail().locator('.frame').count()).toBe(1), LIMIT);
  await detail().getByLabel('Only lines with').fill('');
  await detail().getByRole('switch', { name: 'Pause' }).click();
  const lines = await detail().locator('.frame').count();
  await detail().getByRole('button', { name: 'Zero' }).click();
  await detail()
    .getByText(/zero: /)
    .first()
    .waitFor();
  expect(await detail().locator('.frame').count()).toBe(lines);
  await detail().getByRole('switch', { name: 'Pause' }).click();
});

it('records a transcript that the driver passes, and plays it back', async () => {
  await detail().getByRole('button', { name: 'Record' }).click();
  await detail()
    .getByText(/Recording: [1-9]/)
    .waitFor();
  await detail().getByText('ready', { exact: true }).first().waitFor();
  await detail().getByRole('button', { name: 'Weigh' }).click();
  await eventually(async () => {
    const lines = await detail()
      .getByText(/Recording: \d+/)
      .textContent();
    expect(Number(/\d+/.exec(lines ?? '')?.[0])).toBeGreaterThan(6);
  }, LIMIT);
  await detail().getByRole('button', { name: 'Stop and save' }).click();
  await page.getByLabel('What happens in it').fill('One weighing');
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save', exact: true }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('one-weighing.yaml');
  const path = await file.path();
  const transcript = parseTranscript('one-weighing.yaml', await readFile(path, 'utf8'));
  expect(playToCodec(scaleDriver, transcript).filter(({ wrong }) => wrong)).toEqual([]);
  await detail().getByRole('tab', { name: 'Replay' }).click();
  await detail().locator('input[type=file]').setInputFiles(path);
  await detail()
    .getByText(/All as expected/)
    .waitFor();
  await look('4-replay');
});

it('applies a setup that cannot work, is told, and has the good one back', async () => {
  await detail().getByRole('tab', { name: 'Setup' }).click();
  await detail().getByText('Healthy.', { exact: true }).first().waitFor();
  await detail()
    .getByRole('textbox', { name: /^Port/ })
    .fill(String(await freePort()));
  await detail().getByRole('button', { name: 'Check and compare' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('link.port').waitFor();
  await look('5-difference');
  await dialog.getByRole('button', { name: 'Apply' }).click();
  await detail().getByText('Being tried').first().waitFor();
  await detail().getByText('the last good setup runs again').first().waitFor({ timeout: 60_000 });
  await detail()
    .getByText(/refuses/)
    .first()
    .waitFor();
  await detail().getByText('ready', { exact: true }).first().waitFor();
  await look('6-rolled-back');
});

it('pulls the plug, reads what is wrong, and puts it in again', async () => {
  await scale.close();
  await eventually(async () => {
    const shown = await detail().locator('[data-fault]').getAttribute('data-fault');
    expect(['unplugged', 'refused']).toContain(shown);
  }, LIMIT);
  scale = await startScale();
  scale.load(500);
  await detail().getByText('ready', { exact: true }).first().waitFor();
  await detail().getByRole('tab', { name: 'Frames and tests' }).click();
  await askUntil('Weigh', 'weigh.stable 0.500 kg net');
});

it('lets the simulator stand in, marked, and does to it what a person would do', async () => {
  await detail().getByRole('tab', { name: 'Setup' }).click();
  await detail()
    .getByRole('switch', { name: /^Simulated/ })
    .click();
  await detail().getByRole('button', { name: 'Check and compare' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  await detail().getByText('simulated', { exact: true }).first().waitFor();
  await detail().getByText('Healthy.', { exact: true }).first().waitFor();
  await detail().getByRole('tab', { name: 'Frames and tests' }).click();
  await detail().getByLabel('with', { exact: true }).fill('750');
  await askUntil('Do it', 'simulator: load 750');
  await askUntil('Weigh', 'weigh.stable 0.750 kg net');
  await detail().getByRole('tab', { name: 'Driver' }).click();
  await detail().getByText('in use').waitFor();
  await look('7-driver');
});

it('shows a hint whole on a handheld', async () => {
  await page.setViewportSize(SIZES[0]!);
  await detail().getByText('silver', { exact: true }).hover();
  const hint = page.getByRole('tooltip');
  await hint.waitFor();
  const { x, width } = (await hint.boundingBox())!;
  expect(x).toBeGreaterThanOrEqual(0);
  expect(x + width).toBeLessThanOrEqual(SIZES[0]!.width);
  await page.setViewportSize(SIZES[1]!);
});

it('saves the diagnostics, and no secret is in them', async () => {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Diagnostics' }).first().click(),
  ]);
  const text = await readFile(await file.path(), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ agent: { site: 'DEMO' }, devices: [{ device: SCALE }] });
  expect(text).not.toContain(house.agentMqtt.password);
});

it('takes the scale out again', async () => {
  await detail().getByRole('button', { name: 'Take out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take out' }).click();
  await detail().waitFor({ state: 'detached' });
  await eventually(
    async () => expect(await page.getByRole('button', { name: SCALE }).count()).toBe(0),
    LIMIT,
  );
});

it('finds nothing with axe, and nothing that scrolls sideways, and no error in any console', () => {
  expect(findings).toEqual([]);
  const expected = /status of (401|422)|WebSocket connection/;
  expect(looker.faults.filter((fault) => !expected.test(fault))).toEqual([]);
});
