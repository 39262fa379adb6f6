import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { logIn, startBrowser } from './support/browser.js';
import { minuteMs } from './support/license-fixture.js';
import { StorePage } from './support/store-page.js';

describe('an open page', { timeout: 120_000 }, () => {
  let browser: Browser;
  let store: StorePage;

  // All tests share one store, because a start takes longer than a test. Time only moves forward.
  beforeAll(async () => {
    browser = await startBrowser();
    store = await StorePage.open(browser);
  });

  /** Logs out, and brings the server back to a state without a license. */
  beforeEach(async () => {
    await store.page.goto('about:blank');
    await store.context.clearCookies();
    await store.app.as('delete', '/api/license/authorization');
    await store.app.as('delete', '/api/license').expect(204);
    await store.changeLicense({ expiresOn: '2027-11-24T23:59:59Z' });
  });

  afterAll(() => store.close());

  /** Waits until the page shows the last contact, which was now. */
  const showsContactNow = async (): Promise<void> => {
    const format = new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'long',
      timeStyle: 'short',
      timeZone: 'UTC',
    });
    await store.page.getByText(`${format.format(store.clock.now())} UTC`).waitFor();
  };
  const announcement = () => store.page.getByRole('status');

  it('shows changes of the license by time and by the Authorization server without a reload', async () => {
    await store.changeLicense({ expiresOn: '2026-11-24T12:10:00Z' });
    await store.logInLicensed();
    await store.hasStatus('Requires Renewal');
    store.clock.advance(10 * minuteMs);
    await store.app.tick();
    await store.hasStatus('Expired – Requires Renewal');
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    await store.app.as('post', '/api/license/refresh').expect(200);
    await store.hasStatus('Not Licensed');
    await store.showsHeading('The Authorization server has revoked the license');
    expect(await announcement().textContent()).toBe('License Status: Not Licensed');
  });

  it('keeps a notice until the next click', async () => {
    await store.logInLicensed();
    await store.choose('Refresh now');
    await store.showsHeading('Done');
    store.clock.advance(minuteMs);
    await store.app.as('post', '/api/license/refresh').expect(200);
    await showsContactNow();
    await store.showsHeading('Done');
    await store.page.reload();
    await store.hasStatus('Licensed');
    expect(await store.page.getByRole('heading', { name: 'Done' }).count()).toBe(0);
  });

  it('reports the license to a person who does not choose Complete Authorization', async () => {
    await store.logIn();
    await store.choose('Next');
    const code = await store.page.locator('[data-copy]').getAttribute('data-copy');
    await store.mock.approve(code ?? '');
    store.clock.advance(minuteMs);
    await store.app.tick();
    await store.showsHeading('This server is licensed');
  });

  it('stays in the language of its reader, even in what its script writes', async () => {
    const context = await browser.newContext({ locale: 'es-MX', timezoneId: 'UTC' });
    onTestFinished(() => context.close());
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    await page.goto(`${store.app.url}/login`);
    await page.getByLabel('Token de administrador').fill(store.app.adminToken);
    await page.getByRole('button', { name: 'Iniciar sesión' }).click();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText(/^Tiempo restante: (10:00|9:\d\d)$/).waitFor();
    const copy = page.locator('[data-copy]');
    await copy.click();
    await page.getByRole('button', { name: '✓ Copiado' }).waitFor();
    await store.mock.approve((await copy.getAttribute('data-copy')) ?? '');
    store.clock.advance(minuteMs);
    await store.app.tick();
    await page.getByRole('heading', { name: 'Este servidor tiene licencia' }).waitFor();
    // The script has replaced the date and the distance of the service by its own.
    await page
      .getByText(/^1 de diciembre de 2026.* UTC/)
      .first()
      .waitFor();
    await page
      .getByText(/^dentro de [67] días$/)
      .first()
      .waitFor();
  });

  it('keeps the focus', async () => {
    await store.logInLicensed();
    await store.page.getByRole('button', { name: 'Refresh now' }).focus();
    store.clock.advance(minuteMs);
    await store.app.as('post', '/api/license/refresh').expect(200);
    await showsContactNow();
    expect(await store.page.locator(':focus').textContent()).toBe('Refresh now');
  });

  it('does not replace a confirmation that a person is reading, but announces the change', async () => {
    await store.logInLicensed();
    await store.choose('Remove License');
    await store.showsHeading('Remove the license from Store 1?');
    await store.app.as('delete', '/api/license').expect(204);
    await announcement().getByText('The license has changed.').waitFor();
    await store.showsHeading('Remove the license from Store 1?');
    await announcement().getByRole('link', { name: 'Show it' }).click();
    await store.hasStatus('Not Licensed');
  });

  it('keeps what a person has selected', async () => {
    await store.logIn();
    await store.choose('Next');
    await store.page.locator('#user-code').click();
    await store.app.as('delete', '/api/license/authorization').expect(204);
    await announcement().getByText('The license has changed.').waitFor();
    await store.page.locator('#user-code').waitFor();
  });

  it('goes to the login page when the session ends in another tab', async () => {
    await store.logInLicensed();
    const other = await store.context.newPage();
    onTestFinished(() => other.close());
    await other.goto(store.app.url);
    await other.getByRole('button', { name: 'Log out' }).click();
    await store.page.waitForURL(/\/login$/);
  });

  it('does not keep an idle session alive', async () => {
    await store.logInLicensed();
    for (let minutes = 0; minutes < 30; minutes += 10) {
      store.clock.advance(10 * minuteMs);
      await store.app.as('post', '/api/license/refresh').expect(200);
    }
    await store.page.waitForURL(/\/login$/);
    await store.page.getByText('Your session has ended').waitFor();
    await logIn(store.page, store.app);
  });

  it('names the device to choose again, and the way back if another one was chosen', async () => {
    await store.app.acquire(store.mock);
    await store.app.as('delete', '/api/license').expect(204);
    await store.logIn('Anna');
    await store.page.getByText('choose Store 1 (srv-store-1)').waitFor();
    await store.app.acquire(store.mock, 'srv-store-2');
    await store.showsHeading('This server is now licensed as Store 2 (srv-store-2)');
    await store.page.getByText('Registers that are assigned to Store 1 (srv-store-1) are refused').waitFor();
    await store.inspect('licensed-as-another-server');
    await store.page.getByRole('link', { name: 'History' }).click();
    await store.page.getByText('License acquired as another server').waitFor();
    await store.app.as('delete', '/api/license').expect(204);
    await store.app.acquire(store.mock, 'srv-store-1');
    const { body } = await store.app.as('get', '/api/license').expect(200);
    expect(body).toMatchObject({ serverId: 'srv-store-1', reason: 'server-changed' });
  });
});
