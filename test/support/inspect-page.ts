import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { findViolations, measureOverflow, takeScreenshot } from './browser.js';

/**
 * `LOOKS=all` inspects all combinations and takes screenshots. Two are enough to find the same faults, because a theme
 * changes only colors and a width only the layout.
 */
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

/**
 * Inspects a page in both themes, on a phone and on a desktop: nothing may overflow, and axe must find no violation.
 */
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
