import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The three sizes every screen is looked at in: a handheld, a desk, a wall. */
export const SIZES = [
  { width: 360, height: 640 },
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
];
/** Pictures for whoever wants to look: the folder named here. */
const PICTURES = process.env.PICTURES_DIR ?? null;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const APPEARS_LIMIT_MS = 40_000;
/** Asking who is signed in is answered 401 where nobody is, and Chromium writes every 401 to the console. */
const NOBODY_YET = /\/api\/v1\/access\/me$/;

/** Chromium with everything that went wrong in its pages. */
export class Looker {
  readonly faults: string[] = [];
  private constructor(private readonly browser: Browser) {}

  static async open(): Promise<Looker> {
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    const args = ['--no-sandbox', '--disable-dev-shm-usage'];
    return new Looker(await chromium.launch({ executablePath, args }));
  }

  /** A person's own browser. */
  async person(settings: { url: string; dark?: boolean; language?: string }): Promise<Page> {
    const context: BrowserContext = await this.browser.newContext({
      baseURL: settings.url,
      viewport: SIZES[1],
      colorScheme: settings.dark ? 'dark' : 'light',
      locale: settings.language ?? 'en',
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(APPEARS_LIMIT_MS);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' || NOBODY_YET.test(message.location().url)) return;
      this.faults.push(`${page.url()}: ${message.text()}`);
    });
    return page;
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

/** What axe finds, and whether the page scrolls sideways, at each of the three sizes. */
export async function findingsOf(page: Page): Promise<string[]> {
  const findings: string[] = [];
  for (const size of SIZES) {
    await page.setViewportSize(size);
    if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
    const found = await page.evaluate(look, RULES);
    findings.push(...found.map((finding) => `${size.width}: ${new URL(page.url()).pathname} ${finding}`));
  }
  return findings;
}

/** Labels of buttons and choices that a handheld cuts off in Malay, which has the longest ones; the page is English again afterwards. */
export async function cutOffInMalay(page: Page, path: string, shown: string): Promise<string[]> {
  await page.evaluate(() => localStorage.setItem('wavehouse.language', 'ms'));
  await page.setViewportSize(SIZES[0]!);
  try {
    await page.goto(path);
    await page.locator(shown).first().waitFor();
    return await page.evaluate(() => {
      const labels = document.querySelectorAll('.mantine-Button-label, .mantine-SegmentedControl-label');
      const long = [...labels].filter(
        (label) =>
          label.scrollWidth > label.clientWidth + 1 || label.getBoundingClientRect().right > innerWidth,
      );
      return long.map(({ textContent }) => textContent ?? '');
    });
  } finally {
    await page.evaluate(() => localStorage.removeItem('wavehouse.language'));
    await page.setViewportSize(SIZES[1]!);
  }
}

/** A picture at each of the three sizes, where they are wanted. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!PICTURES) return;
  for (const size of SIZES) {
    await page.setViewportSize(size);
    await page.screenshot({ path: join(PICTURES, `${name}-${size.width}.png`) });
  }
  await page.setViewportSize(SIZES[1]!);
}

/** Runs in the page. */
async function look(values: string[]): Promise<string[]> {
  interface Axe {
    run(
      root: Document,
      options: object,
    ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
  }
  const { axe } = window as unknown as { axe: Axe };
  const { violations } = await axe.run(document, { runOnly: { type: 'tag', values } });
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 120)} ${nodes[0]?.failureSummary?.slice(0, 160)}`,
  );
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > window.innerWidth) {
    const widest = [...document.querySelectorAll('body *:not(.scroll-table *)')].find(
      (element) => element.getBoundingClientRect().right > window.innerWidth + 1,
    );
    found.push(`scrolls sideways: ${scrollWidth} ${widest?.outerHTML.slice(0, 120)}`);
  }
  // The floor's screens do not scroll: what is beyond their edge is out of reach.
  for (const element of document.querySelectorAll(
    '.screen .topbar *, .screen .actions *, .screen .center *',
  )) {
    const { right } = element.getBoundingClientRect();
    if (right > window.innerWidth + 1) found.push(`beyond the edge: ${element.outerHTML.slice(0, 80)}`);
  }
  return found;
}

/** A scanner that types: keys as fast as one does, then Enter, with no field in focus. */
export async function wedge(page: Page, code: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const startedAt = Date.now() / 1000;
  const keys = [...code, 'Enter'];
  await Promise.all(
    keys.map((key, index) =>
      cdp.send('Input.dispatchKeyEvent', {
        type: 'keyDown',
        key,
        text: key === 'Enter' ? '\r' : key,
        timestamp: startedAt + index * 0.005,
      }),
    ),
  );
  await cdp.detach();
}

/** The sentence of the floor page's message, once it is of this kind. */
export async function said(page: Page, kind: 'good' | 'done' | 'wrong'): Promise<string> {
  const flash = page.locator(`.flash[data-kind="${kind}"]`);
  await flash.waitFor();
  return (await flash.textContent()) ?? '';
}
