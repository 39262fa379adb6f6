import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from './support/browser.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';

const maxBytes = 50_000;

describe('the first page', () => {
  let browser: Browser;
  let mock: TestMock;
  let app: TestApp;

  beforeAll(async () => {
    mock = await startMock();
    app = await startApp({ mock });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await app.stop();
    await mock.stop();
  });

  it.each([
    ['the licensing service', () => app.url],
    ['the mock Authorization server', () => mock.url],
  ])(
    'of %s transfers at most 50 kB with an empty cache, all of it from its own server',
    async (_name, urlOf) => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      let bytes = 0;
      const hosts = new Set<string>();
      session.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
      page.on('request', (request) => hosts.add(new URL(request.url()).origin));
      await page.goto(urlOf(), { waitUntil: 'networkidle' });
      expect([...hosts]).toEqual([urlOf()]);
      // The sum includes the style sheet, not only the page.
      expect(bytes).toBeGreaterThan(10_000);
      expect(bytes).toBeLessThanOrEqual(maxBytes);
      await context.close();
    },
  );
});
