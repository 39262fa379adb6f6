import { readFile, rename } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { findViolations, logIn, startBrowser } from './support/browser.js';
import { dayMs, minuteMs } from './support/license-fixture.js';
import { StorePage } from './support/store-page.js';

describe('the Manage License page', { timeout: 120_000 }, () => {
  let browser: Browser;
  let store: StorePage;

  // All tests share one store and its session, because a start takes longer than most tests. Time only moves forward, so
  // the tests in which it passes come last.
  beforeAll(async () => {
    browser = await startBrowser();
    store = await StorePage.open(browser);
  });

  afterAll(() => store.close());

  /** Brings the server back to a state without a license, and its license at the Authorization server to its terms. */
  async function reset(license: object = {}, device: object = {}): Promise<void> {
    await store.setFault('none');
    await store.app.as('delete', '/api/license/authorization');
    await store.app.as('delete', '/api/license').expect(204);
    await store.changeLicense({ isActive: true, expiresOn: '2027-11-24T23:59:59Z', ...license });
    await store.mock.control('PATCH', '/mock/devices/srv-store-1', { hubId: 'srv-hub', ...device });
  }

  /** Opens the license page, after the login if there is no session. */
  async function open(): Promise<void> {
    await store.page.goto(store.app.url);
    if (store.page.url().endsWith('/login')) await store.logIn('Anna');
  }

  /** Opens the page of a server without a license. */
  async function openUnlicensed(): Promise<void> {
    await reset();
    await open();
    await store.hasStatus('Not Licensed');
  }

  /** Opens the page of a licensed server, with changes of its license and its device at the Authorization server. */
  async function openLicensed(license: object = {}, device: object = {}): Promise<void> {
    await reset(license, device);
    await store.app.acquire(store.mock);
    await open();
  }

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

  it('has the theme that a person chooses, whatever the system prefers, and the language', async () => {
    const { page, app } = store;
    const background = () =>
      page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor');
    await page.goto(`${app.url}/help`);
    for (const [theme, system, color] of [
      ['Dark', 'light', 'rgb(16, 20, 27)'],
      ['Light', 'dark', 'rgb(244, 246, 249)'],
      ['System', 'dark', 'rgb(16, 20, 27)'],
    ] as const) {
      await page.emulateMedia({ colorScheme: system });
      await store.choose(theme);
      await page.getByRole('button', { name: theme, pressed: true }).waitFor();
      expect(await background()).toBe(color);
      if (theme === 'Dark') expect(await findViolations(page)).toEqual([]);
    }
    expect(page.url()).toBe(`${app.url}/help`);
    await store.choose('Español');
    await store.showsHeading('Ayuda');
    await store.choose('English');
    await store.showsHeading('Help');
    await store.context.clearCookies();
  });

  it('shows Not Licensed, with the six steps and a link to the Authorization server', async () => {
    await store.logIn('Anna');
    await store.hasStatus('Not Licensed');
    expect((await band())[1]).toBe('Registers cannot sell: this server has no license');
    expect(await store.page.locator('.steps > li').count()).toBe(6);
    const link = store.page.getByRole('link', { name: /Open the Authorization server/ });
    expect(await link.getAttribute('href')).toContain(store.mock.url);
    expect(await link.getAttribute('target')).toBe('_blank');
    await store.inspect('not-licensed');
  });

  it('shows Licensed, with all seven fields', async () => {
    await openLicensed();
    await store.hasStatus('Licensed');
    expect(await band()).toEqual([
      'status good',
      'Registers can sell until 1 December 2026 at 12:00 UTC (license token)',
    ]);
    expect(await details()).toEqual([
      'Server ID\nsrv-store-1 Copy',
      'License Renewal Date\n24 November 2027 at 23:59 UTC (in 365 days)',
      'Features\nxms',
      'Hub Server Name\nHead office',
      'Hub Server URL\nhttps://hub.example',
      // Whole days, because the clock of the browser keeps running.
      'Token Expiry\n1 December 2026 at 12:00 UTC (in 6 days)',
      expect.stringMatching(/^Next refresh\n25 November 2026 at \d\d:\d\d UTC \(in \d+ hours\)$/),
      expect.stringContaining('Last contact with the Authorization server\n24 November 2026'),
    ]);
    const bar = store.page.getByRole('progressbar');
    expect(await bar.getAttribute('aria-label')).toBe('100% of the time is left');
    await store.inspect('licensed');
    await store.choose('Refresh now');
    await store.showsHeading('Done');
    await store.inspect('refreshed');
  });

  it('shows the User Code after Next, and reports that nobody has authorized it yet', async () => {
    await openUnlicensed();
    await store.choose('Next');
    await store.page.locator('#user-code').waitFor();
    const code = (await store.page.locator('#user-code').textContent()) ?? '';
    expect(await store.page.locator('.steps > li').count()).toBe(6);
    expect(await store.page.locator('.steps > .done').count()).toBe(3);
    expect(await store.page.locator('.phases [aria-current=step]').innerText()).toBe(
      'Confirm on the Authorization server',
    );
    await store.page.getByRole('img', { name: /^QR code/ }).waitFor();
    const link = store.page.getByRole('link', { name: /^Open with the User Code filled in/ });
    expect(await link.getAttribute('href')).toBe(`${store.mock.url}/organizations?user_code=${code}`);
    await store.inspect('user-code');
    await store.choose('Complete Authorization');
    await store.showsHeading('Not authorized yet');
    await store.inspect('user-code-pending');
    await store.choose('Cancel');
    await store.showsHeading('Canceled');
    expect(await store.page.getByRole('img', { name: /^QR code/ }).count()).toBe(0);
    await store.page.getByRole('button', { name: 'Next' }).waitFor();
  });

  it('reports a denial', async () => {
    await openUnlicensed();
    await store.choose('Next');
    const userCode = await store.page.locator('#user-code').textContent();
    await store.mock.control('POST', '/mock/deny', { userCode });
    await store.choose('Complete Authorization');
    await store.showsHeading('The authorization was denied');
    await store.inspect('denied');
    await store.choose('Next');
    expect(await store.page.locator('#user-code').textContent()).not.toBe(userCode);
  });

  it('reports that the Authorization server cannot be reached, at Next and at Complete Authorization', async () => {
    await openUnlicensed();
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
    await openUnlicensed();
    await store.choose('Next');
    await store.mock.approve((await store.page.locator('#user-code').textContent()) ?? '');
    await store.changeLicense({ isActive: false });
    await store.choose('Complete Authorization');
    await store.showsHeading('The Authorization server did not grant a license');
    await store.inspect('license-refused');
  });

  it('shows a missing renewal date and a missing hub as None', async () => {
    await openLicensed({ expiresOn: null }, { hubId: null });
    expect(await details()).toEqual(
      expect.arrayContaining(['License Renewal Date\nNone', 'Hub Server Name\nNone', 'Hub Server URL\nNone']),
    );
    await store.inspect('licensed-without-end');
  });

  it('asks for confirmation before it removes the license, and explains the effect', async () => {
    await openLicensed();
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
    await openLicensed({ expiresOn: '2026-12-20T12:00:00Z' });
    await store.hasStatus('Requires Renewal');
    await store.inspect('requires-renewal');
    const link = store.page.locator('.message').getByRole('link', { name: /^Open the Authorization server/ });
    expect(await link.getAttribute('href')).toContain(store.mock.url);
    await store.changeLicense({ expiresOn: '2028-01-01T00:00:00Z' });
    await store.choose('Check again');
    await store.hasStatus('Licensed');
  });

  it('reports that the clock is suspect', async () => {
    await openLicensed();
    await store.changeState({ clockSuspect: true });
    await store.page.reload();
    await store.showsHeading('The clock of this server seems to be wrong');
    await store.inspect('clock-suspect');
    await store.changeState({ clockSuspect: false });
  });

  it('shows the steps while a lost answer requires another authorization, and keeps the license until then', async () => {
    await openLicensed();
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
    await openLicensed();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    await store.choose('Refresh now');
    await store.showsHeading('The Authorization server has revoked the license');
    await store.inspect('revoked');
  });

  it('has a history with timelines, by day, in pages, for a kind and a person', async () => {
    const { page, app } = store;
    await openLicensed();
    await store.choose('Refresh now');
    await store.showsHeading('Done');
    await page.getByRole('link', { name: 'History' }).click();
    await store.showsHeading('Timelines of license and token');
    expect((await page.locator('.life').first().locator('li strong').allTextContents()).slice(0, 3)).toEqual([
      'Token issued',
      'Now',
      'Next refresh',
    ]);
    const entries = page.locator('.trail .what');
    expect((await entries.allTextContents()).slice(0, 3)).toEqual([
      'License token refreshed',
      'License acquired',
      'User Code requested',
    ]);
    await page
      .getByText(/^by Anna from 127\.0\.0\.1$/)
      .first()
      .waitFor();
    expect(await page.locator('.day h3').allTextContents()).toEqual([
      expect.stringMatching(/^Tuesday,? 24 November 2026$/),
    ]);
    await store.inspect('history');
    await page.getByLabel('Kind').selectOption('License token refreshed');
    await page.getByLabel('Person').selectOption('Anna');
    await store.choose('Show');
    await page.waitForURL('**/license/history?kind=refreshed&person=Anna');
    const kinds = new Set(await entries.allTextContents());
    // A refresh that renewed the license is of this kind too.
    kinds.delete('License renewed');
    expect([...kinds]).toEqual(['License token refreshed']);
    expect(await page.getByLabel('Person').inputValue()).toBe('Anna');
    await store.inspect('history-filtered');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    const csv = await readFile(await download.path(), 'utf8');
    expect(csv).toMatch(/^\u{FEFF}"id","at","actor","address","action",/u);
    expect(csv.trim().split('\r\n')).toHaveLength((await entries.count()) + 1);
    const entry = { at: store.clock.now(), actor: '=1+1', address: null, action: 'backed-up' } as const;
    await app.app.get(LicenseStore).transact(async (transaction) => {
      for (let count = 0; count < 26; count++) {
        await transaction.appendAudit({ ...entry, reason: null, before: null, after: null });
      }
    });
    await page.goto(`${app.url}/license/history?person=%3D1%2B1`);
    await page.getByRole('button', { name: 'Older entries' }).click();
    await page.getByRole('button', { name: 'Newest entries' }).waitFor();
    expect(await entries.allTextContents()).toEqual(['Backup made']);
  });

  it('groups the history by the days of the browser, which may be in another time zone', async () => {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Pacific/Kiritimati' });
    try {
      const page = await context.newPage();
      await logIn(page, store.app);
      await page.goto(`${store.app.url}/license/history`);
      await page.locator('.day h3', { hasText: /^Wednesday,? 25 November 2026$/ }).waitFor();
      expect(await page.locator('.day').count()).toBe(1);
      expect(await page.locator('.trail li').count()).toBe(25);
      expect(await page.locator('.trail time').first().textContent()).toMatch(/^0?2:0\d$/);
    } finally {
      await context.close();
    }
  });

  it('shows errors as pages to a browser', async () => {
    const { page, app } = store;
    await openUnlicensed();
    expect((await page.goto(`${app.url}/nowhere`))?.status()).toBe(404);
    await store.showsHeading('Page not found');
    expect(await page.getByRole('banner').innerText()).toContain('Store 1 · Demo');
    await store.inspect('not-found');
    await page.getByRole('link', { name: 'Help' }).click();
    await store.showsHeading('What does support need?');
    expect(await page.getByRole('contentinfo').innerText()).toMatch(/^POS licensing \d+\.\d+\.\d+/);
    await store.inspect('help');
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

  it('reports that the User Code has expired', async () => {
    await openUnlicensed();
    await store.choose('Next');
    await store.page.locator('#user-code').waitFor();
    // The page detects it by itself.
    store.clock.advance(10 * minuteMs);
    await store.showsHeading('The User Code has expired');
    await store.inspect('code-expired');
  });

  it('shows Expired – Requires Renewal from the renewal date until a renewal and a check', async () => {
    await openLicensed({ expiresOn: '2026-11-24T12:20:00Z' });
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
    await openLicensed();
    const until = new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: 'UTC',
    });
    const end = until.format(new Date(String((await store.app.view()).token.expiresAt)));
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
      `Registers cannot sell since ${end} UTC (license token expired)`,
    ]);
    await store.hasStatus('Licensed');
    await store.inspect('token-expired');
    await store.setFault('none');
    await store.choose('Check again');
    await store.showsHeading('Done');
    expect(await store.page.getByRole('heading', { name: /token/ }).count()).toBe(0);
  });

  it('reports that the session has ended', async () => {
    await open();
    store.clock.advance(30 * minuteMs);
    await store.page.goto(store.app.url);
    await store.page.getByText('Your session has ended').waitFor();
  });
});
