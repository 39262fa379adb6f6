import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findViolations, measureOverflow, takeScreenshot } from './browser.js';

/** `LOOKS=all` inspects all combinations and takes screenshots, in English and Spanish. */
const isLong = process.env['LOOKS'] === 'all';
const allLooks = (['light', 'dark'] as const).flatMap((colorScheme) =>
  [320, 390, 700, 1280].map((width) => ({ colorScheme, width })),
);
const quickLooks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
] as const;

/**
 * Inspects a page in both themes, on a phone and on a desktop: nothing may overflow, and axe must find no violation. The quick
 * form runs axe once, on every other page in the dark theme on a phone: the pages share their components.
 */
export async function inspectPage(page: Page, name: string): Promise<void> {
  await inspectLooks(page, name);
  if (isLong) await inspectInSpanish(page, name);
}

async function inspectLooks(page: Page, name: string): Promise<void> {
  const faults: string[] = [];
  // The name chooses, so that the choice does not depend on the order of the tests.
  const chosen = name.length % 2;
  for (const [index, { colorScheme, width }] of (isLong ? allLooks : quickLooks).entries()) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 720 });
    const look = `${name}, ${colorScheme}, ${width} px`;
    if (isLong) await takeScreenshot(page, `${name}-${colorScheme}-${width}`);
    const overflow = await measureOverflow(page);
    if (overflow > 0) faults.push(`${look}: ${overflow} px too wide`);
    if (!isLong && index !== chosen) continue;
    faults.push(...(await findViolations(page)).map((violation) => `${look}: ${violation}`));
  }
  await page.setViewportSize({ width: 1280, height: 720 });
  expect(faults).toEqual([]);
}

/** Inspects the same address in Spanish, in a browser of the same session. It does not show the outcome of the last click. */
async function inspectInSpanish(page: Page, name: string): Promise<void> {
  const browser = page.context().browser();
  if (browser === null) throw new Error('The context of the page has no browser to open another one.');
  const storageState = await page.context().storageState();
  const spanish = await browser.newContext({ locale: 'es-MX', timezoneId: 'UTC', storageState });
  try {
    const tab = await spanish.newPage();
    await tab.goto(page.url());
    await inspectLooks(tab, `${name}-es`);
  } finally {
    await spanish.close();
  }
}
