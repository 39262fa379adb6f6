import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { findChromium } from '../../scripts/prepare/provide-chromium.mjs';
import type { TestApp } from './start-app.js';

const screenshotDir = process.env['SCREENSHOTS'] ?? join(import.meta.dirname, '../../.cache/screenshots');
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
let axeScript: string | undefined;

let starting: Promise<Browser> | undefined;

/** Starts a headless Chromium that all test files of a worker share. */
export function startBrowser(): Promise<Browser> {
  starting ??= launchBrowser();
  return starting;
}

async function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) {
    throw new Error(
      'Chromium was not found: run node scripts/prepare.mjs test, which installs it or prints the instructions.',
    );
  }
  return chromium.launch({
    executablePath,
    // The browser ends when the worker exits.
    handleSIGTERM: false,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

interface OpenPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** The errors of scripts and the violations of the Content-Security-Policy. */
  readonly complaints: string[];
}

let idlePage: OpenPage | undefined;

/**
 * Lends a page without cookies, permissions and other tabs. With the default options it is the page of an earlier test of
 * this worker, because a new one starts a renderer, which takes longer than most tests.
 */
export async function borrowPage(
  browser: Browser,
  options?: BrowserContextOptions,
): Promise<OpenPage & { readonly release: () => Promise<void> }> {
  const lent = (options === undefined && idlePage) || (await openPage(browser, options));
  if (lent === idlePage) idlePage = undefined;
  lent.complaints.length = 0;
  const release = async (): Promise<void> => {
    if (options !== undefined) return lent.context.close();
    await clearPage(lent);
    idlePage = lent;
  };
  return { ...lent, release };
}

async function openPage(browser: Browser, options?: BrowserContextOptions): Promise<OpenPage> {
  const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'UTC', ...options });
  context.setDefaultTimeout(20_000);
  return { context, page: await context.newPage(), complaints: watchConsole(context) };
}

async function clearPage({ context, page }: OpenPage): Promise<void> {
  const tabs = context.pages().filter((tab) => tab !== page);
  await Promise.all(tabs.map((tab) => tab.close()));
  await page.goto('about:blank');
  await context.clearCookies();
  await context.clearPermissions();
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize({ width: 1280, height: 720 });
}

/** Logs in as a person does. */
export async function logIn(page: Page, app: TestApp, name = ''): Promise<void> {
  await page.goto(`${app.url}/login`);
  await page.getByLabel('Admin token').fill(app.adminToken);
  if (name !== '') await page.getByLabel('Your name').fill(name);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('heading', { name: 'Manage License' }).waitFor();
}

/** Stores a screenshot of the whole page in the folder `SCREENSHOTS`, by default an ignored one. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(screenshotDir, { recursive: true });
  await page.screenshot({ path: join(screenshotDir, `${name}.png`), fullPage: true });
}

/** Returns one line for each violation of WCAG 2.2 AA and of good practice that axe finds on the current page. */
export async function findViolations(page: Page): Promise<string[]> {
  // The debugger injects axe, because the policy of the page blocks foreign scripts. axe stays for the next inspection.
  const isThere = await page.evaluate('"axe" in globalThis');
  if (isThere !== true) await page.evaluate((axeScript ??= await readFile(axePath, 'utf8')));
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: AxeRunner };
    // axe loads style sheets and media for rules that are off or about media, and describes what passes too.
    const { violations } = await axe.run({ preload: false, resultTypes: ['violations'] });
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' | ')}`,
    );
  });
}

interface AxeRunner {
  run(options: {
    preload: boolean;
    resultTypes: string[];
  }): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }>;
}

/** Returns by how many pixels the page is wider than its window. */
export function measureOverflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** The widths around those at which the layout changes. A window of 1280 px at a zoom of 200 % has 640 px. */
const widths = [320, 390, 640, 700, 768, 1280];
const minMarginPx = 12;

/** Returns one line for each width, and for text of double size, at which the page scrolls sideways or its heading has no margin. */
export async function findLayoutFaults(page: Page): Promise<string[]> {
  const faults: string[] = [];
  const check = async (look: string): Promise<void> => {
    const overflow = await measureOverflow(page);
    const margin = await page.evaluate<number>('document.querySelector("h1").getBoundingClientRect().left');
    if (overflow > 0) faults.push(`${look}: ${overflow} px too wide`);
    if (margin < minMarginPx) faults.push(`${look}: the heading has a margin of ${margin} px`);
  };
  for (const width of widths) {
    await page.setViewportSize({ width, height: 720 });
    await check(`${page.url()} at ${width} px`);
  }
  await page.evaluate('document.documentElement.style.fontSize = "200%"');
  await check(`${page.url()} with text of double size`);
  await page.evaluate('document.documentElement.style.fontSize = ""');
  return faults;
}

/** Collects the errors of scripts and the violations of the Content-Security-Policy. */
export function watchConsole(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  return complaints;
}
