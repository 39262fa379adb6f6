import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser, takeScreenshot, watchConsole } from './support/browser.js';
import { startApp, type TestApp } from './support/start-app.js';

describe('the page of the OpenAPI document', () => {
  let browser: Browser;
  let app: TestApp;

  beforeAll(async () => {
    app = await startApp();
    browser = await startBrowser();
  });

  afterAll(async () => {
    await app.stop();
  });

  it('shows the routes in a browser, and its own policy blocks nothing', async () => {
    const context = await browser.newContext();
    const complaints = watchConsole(context);
    const page = await context.newPage();
    const answer = await page.goto(`${app.url}/docs`);
    await page.getByRole('heading', { name: /POS licensing service/ }).waitFor();
    await page.locator('.opblock', { hasText: '/api/license/refresh' }).first().click();
    await page.getByRole('button', { name: 'Try it out' }).waitFor();
    await takeScreenshot(page, 'docs');
    expect(complaints).toEqual([]);
    const policy = answer?.headers()['content-security-policy'];
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    await context.close();
  });

  it('is the only page with an exception for its styles', async () => {
    for (const path of ['/login', '/openapi.json', '/docs/nowhere', '/health']) {
      const { headers } = await fetch(`${app.url}${path}`);
      expect(headers.get('content-security-policy'), path).not.toContain('sha256');
    }
  });
});
