import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findViolations, measureOverflow, takeScreenshot } from './browser.js';

/** `LOOKS=all` for all, with pictures. Two find the same, as a theme changes the colors alone and a width the layout alone. */
const isLong = process.env['LOOKS'] === 'all';
const looks = [
  { colorScheme: 'light', width: 1280 },
  { colorScheme: 'dark', width: 320 },
  ...(isLong
    ? ([
        { colorScheme: 'light', width: 320 },
        { colorScheme: 'dark', width: 1280 },
      ] as const)
    : []),
] as const;

/** Looks at a page in both themes, on a phone and on a desk: nothing overflows, axe finds nothing. */
export async function inspectPage(page: Page, name: string): Promise<void> {
  for (const { colorScheme, width } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 720 });
    const look = `${name}, ${colorScheme}, ${width} px`;
    expect(await measureOverflow(page), `${look} is too wide`).toBe(0);
    expect(await findViolations(page), look).toEqual([]);
    if (isLong) await takeScreenshot(page, `${name}-${colorScheme}-${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}
