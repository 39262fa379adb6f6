import { rename } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { startBrowser } from './support/browser.js';
import { dayMs, minuteMs } from './support/license-fixture.js';
import { StorePage } from './support/store-page.js';

describe('the Manage License page', { timeout: 120_000 }, () => {
  let browser: Browser;
  let store: StorePage;

  beforeAll(async () => {
    browser = await startBrowser();
  });

  beforeEach(async () => {
    store = await StorePage.open(browser);
  });

  afterEach(() => store.close());

  const details = async (): Promise<string[]> => store.page.locator('dl.fields > div').allInnerTexts();
  /** Returns the tone of the band, and whether registers can sell. */
  const band = async (): Promise<(string | null)[]> => [
    await store.page.locator('section.status').getAttribute('class'),
    await store.page.locator('.status .standing').innerText(),
  ];

  it('asks for the admin token, shows where it is, and reports an incorrect one', async () => {
    const { page, app } = store;
    await page.goto(app.url);
    expect(page.url()).toBe(`${app.url}/login`);
    await page.getByText(`${app.dataDir}/initial-admin-token`, { exact: true }).waitFor();
    await store.inspect('login');
    await page.getByLabel('Admin token').fill('not the right one');
    await page.getByLabel('Your name').fill('Anna');
    await store.choose('Log in');
    await page.getByRole('alert').getByText('Incorrect admin token.').waitFor();
    expect(await page.getByLabel('Your name').inputValue()).toBe('Anna');
    await store.inspect('login-wrong');
    await rename(`${app.dataDir}/initial-admin-token`, `${app.dataDir}/put-away`);
    await page.goto(app.url);
    await page.getByText('its file is no longer on the server').waitFor();
    await page.getByText('run pos-licensing reset-admin-token').waitFor();
    expect(await page.getByText('initial-admin-token').count()).toBe(0);
    await store.inspect('login-without-file');
  });

  it('reports that the session has ended', async () => {
    await store.logIn();
    store.clock.advance(30 * minuteMs);
    await store.page.goto(store.app.url);
    await store.page.getByText('Your session has ended').waitFor();
  });

  it('shows Not Licensed, with the six steps and a link to the Authorization server', async () => {
    await store.logIn();
    await store.hasStatus('Not Licensed');
    expect((await band())[1]).toBe('Registers cannot sell: this server has no license');
    expect(await store.page.locator('.steps > li').count()).toBe(6);
    const link = store.page.getByRole('link', { name: /Open the Authorization server/ });
    expect(await link.getAttribute('href')).toContain(store.mock.url);
    expect(await link.getAttribute('target')).toBe('_blank');
    await store.inspect('not-licensed');
  });

  it('shows the User Code after Next, and reports that nobody has authorized it yet', async () => {
    await store.logIn();
    await store.choose('Next');
    await store.page.locator('#user-code').waitFor();
    await store.inspect('user-code');
    await store.choose('Complete Authorization');
    await store.showsHeading('Not authorized yet');
    await store.inspect('user-code-pending');
    await store.choose('Cancel');
    await store.showsHeading('Canceled');
    await store.page.getByRole('button', { name: 'Next' }).waitFor();
  });

  it('reports a denial', async () => {
    await store.logIn();
    await store.choose('Next');
    const userCode = await store.page.locator('#user-code').textContent();
    await store.mock.control('POST', '/mock/deny', { userCode });
    await store.choose('Complete Authorization');
    await store.showsHeading('The authorization was denied');
    await store.inspect('denied');
    await store.choose('Next');
    expect(await store.page.locator('#user-code').textContent()).not.toBe(userCode);
  });

  it('reports that the User Code has expired', async () => {
    await store.logIn();
    await store.choose('Next');
    await store.page.locator('#user-code').waitFor();
    // The page detects it by itself.
    store.clock.advance(10 * minuteMs);
    await store.showsHeading('The User Code has expired');
    await store.inspect('code-expired');
  });

  it('reports that the Authorization server cannot be reached, at Next and at Complete Authorization', async () => {
    await store.logIn();
    await store.setFault('offline');
    await store.choose('Next');
    await store.showsHeading('The Authorization server cannot be reached');
    await store.inspect('next-unreachable');
    await store.setFault('none');
    await store.choose('Next');
    await store.setFault('offline');
    await store.choose('Complete Authorization');
    await store.page.getByText('The User Code remains valid.').waitFor();
    await store.inspect('complete-unreachable');
  });

  it('reports why the license was refused', async () => {
    await store.logIn();
    await store.choose('Next');
    await store.mock.approve((await store.page.locator('#user-code').textContent()) ?? '');
    await store.changeLicense({ isActive: false });
    await store.choose('Complete Authorization');
    await store.showsHeading('The Authorization server did not grant a license');
    await store.inspect('license-refused');
  });

  it('shows Licensed, with all seven fields', async () => {
    await store.logInLicensed();
    await store.hasStatus('Licensed');
    expect(await band()).toEqual([
      'status good',
      'Registers can sell until 1 December 2026 at 12:00 UTC (license token)',
    ]);
    expect(await details()).toEqual([
      'Server ID\nsrv-store-1',
      'License Renewal Date\n24 November 2027 at 23:59 UTC (in 365 days)',
      'Features\nxms',
      'Hub Server Name\nHead office',
      'Hub Server URL\nhttps://hub.example',
      // Whole days, because the clock of the browser keeps running.
      'Token Expiry\n1 December 2026 at 12:00 UTC (in 6 days)',
      expect.stringMatching(/^Next refresh\n25 November 2026 at \d\d:\d\d UTC \(in \d+ hours\)$/),
      expect.stringContaining('Last contact with the Authorization server\n24 November 2026'),
    ]);
    await store.inspect('licensed');
    await store.choose('Refresh now');
    await store.showsHeading('Done');
    await store.inspect('refreshed');
  });

  it('shows a missing renewal date and a missing hub as None', async () => {
    await store.changeLicense({ expiresOn: null });
    await store.mock.control('PATCH', '/mock/devices/srv-store-1', { hubId: null });
    await store.logInLicensed();
    expect(await details()).toEqual(
      expect.arrayContaining(['License Renewal Date\nNone', 'Hub Server Name\nNone', 'Hub Server URL\nNone']),
    );
    await store.inspect('licensed-without-end');
  });

  it('asks for confirmation before it removes the license, and explains the effect', async () => {
    await store.logInLicensed();
    await store.choose('Remove License');
    await store.showsHeading('Remove the license from Store 1?');
    await store.inspect('remove');
    await store.choose('Keep License');
    await store.hasStatus('Licensed');
    await store.choose('Remove License');
    await store.showsHeading('Remove the license from Store 1?');
    await store.choose('Remove License');
    await store.showsHeading('The license was removed from this server');
    await store.inspect('removed');
  });

  it('shows Requires Renewal in the renewal window, and Licensed again after a renewal and a check', async () => {
    await store.changeLicense({ expiresOn: '2026-12-20T12:00:00Z' });
    await store.logInLicensed();
    await store.hasStatus('Requires Renewal');
    await store.inspect('requires-renewal');
    await store.changeLicense({ expiresOn: '2028-01-01T00:00:00Z' });
    await store.choose('Check again');
    await store.hasStatus('Licensed');
  });

  it('shows Expired – Requires Renewal from the renewal date until a renewal and a check', async () => {
    await store.changeLicense({ expiresOn: '2026-11-24T12:20:00Z' });
    await store.logInLicensed();
    store.clock.set(new Date('2026-11-24T12:19:59.999Z'));
    await store.advance(0);
    await store.hasStatus('Requires Renewal');
    await store.advance(1);
    await store.hasStatus('Expired – Requires Renewal');
    await store.inspect('expired');
    await store.choose('Check again');
    await store.showsHeading('The Authorization server did not refresh the license token');
    await store.inspect('expired-refused');
    await store.changeLicense({ expiresOn: '2028-01-01T00:00:00Z' });
    await store.choose('Check again');
    await store.hasStatus('Licensed');
  });

  it('warns of the token expiry while the Authorization server cannot be reached, and recovers', async () => {
    await store.logInLicensed();
    await store.setFault('offline');
    await store.choose('Refresh now');
    await store.showsHeading('The license token was not refreshed');
    await store.showsHeading('The Authorization server cannot be reached');
    await store.inspect('offline');
    await store.advance(6 * dayMs);
    await store.logIn();
    await store.showsHeading('The license token expires soon');
    await store.page.getByText('Reconnect the server to the internet to obtain fresh tokens.').waitFor();
    await store.inspect('token-expiring');
    await store.advance(dayMs + 1);
    await store.logIn();
    await store.showsHeading('The license token has expired');
    expect(await band()).toEqual([
      'status bad',
      'Registers cannot sell since 1 December 2026 at 12:00 UTC (license token expired)',
    ]);
    await store.hasStatus('Licensed');
    await store.inspect('token-expired');
    await store.setFault('none');
    await store.choose('Check again');
    await store.showsHeading('Done');
    expect(await store.page.getByRole('heading', { name: /token/ }).count()).toBe(0);
  });

  it('reports that the clock is suspect', async () => {
    await store.logInLicensed();
    await store.changeState({ clockSuspect: true });
    await store.page.reload();
    await store.showsHeading('The clock of this server seems to be wrong');
    await store.inspect('clock-suspect');
  });

  it('shows the steps while a lost answer requires another authorization, and keeps the license until then', async () => {
    await store.logInLicensed();
    await store.changeState({ reauthorizationRequired: true });
    await store.page.reload();
    await store.hasStatus('Licensed');
    await store.showsHeading('This server must be authorized again');
    await store.inspect('reauthorize');
    await store.choose('Next');
    await store.page.locator('#user-code').waitFor();
    await store.inspect('reauthorize-code');
    await store.mock.approve((await store.page.locator('#user-code').textContent()) ?? '');
    await store.choose('Complete Authorization');
    await store.showsHeading('This server is licensed');
    expect(await store.page.getByText('must be authorized again').count()).toBe(0);
  });

  it('reports that the Authorization server has revoked the license', async () => {
    await store.logInLicensed();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    await store.choose('Refresh now');
    await store.showsHeading('The Authorization server has revoked the license');
    await store.inspect('revoked');
  });

  it('has a history with timelines, in pages', async () => {
    await store.logInLicensed();
    await store.choose('Refresh now');
    await store.showsHeading('Done');
    await store.page.getByRole('link', { name: 'History' }).click();
    await store.showsHeading('Timelines of license and token');
    const entries = await store.page.locator('.trail .what').allTextContents();
    expect(entries).toEqual(['License token refreshed', 'License acquired', 'User Code requested']);
    await store.page.getByText(/, by Anna from 127\.0\.0\.1$/).waitFor();
    await store.inspect('history');
    for (let count = 0; count < 25; count++) await store.app.as('post', '/api/license/refresh').expect(200);
    await store.page.reload();
    await store.page.getByRole('button', { name: 'Older entries' }).click();
    await store.page.getByRole('button', { name: 'Newest entries' }).waitFor();
    expect(await store.page.locator('.trail .what').count()).toBe(3);
  });

  it('shows errors as pages to a browser', async () => {
    const { page, app } = store;
    expect((await page.goto(`${app.url}/nowhere`))?.status()).toBe(404);
    await store.showsHeading('Page not found');
    await store.inspect('not-found');
    await store.logIn();
    const broken = app.app.get(LicenseStore);
    const readAudit = broken.readAudit.bind(broken);
    broken.readAudit = () => Promise.reject(new Error('The test breaks this on purpose.'));
    try {
      expect((await page.goto(`${app.url}/license/history`))?.status()).toBe(500);
    } finally {
      broken.readAudit = readAudit;
    }
    await store.showsHeading('Something went wrong');
    expect(await page.content()).not.toContain('on purpose');
    await store.inspect('server-error');
    await page.goto(app.url);
    await page.locator('input[name=csrfToken]').evaluateAll((fields) => {
      for (const field of fields) (field as unknown as { value: string }).value = 'of another session';
    });
    await store.choose('Next');
    await store.showsHeading('This form is out of date');
    await store.inspect('forbidden');
  });
});
