import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBrowser } from './support/browser.js';
import { StorePage } from './support/store-page.js';

const secondMs = 1000;

describe('a license acquisition on the page', { timeout: 120_000 }, () => {
  let browser: Browser;
  let store: StorePage;

  beforeAll(async () => {
    browser = await startBrowser();
  });

  afterEach(() => store.close());

  /** Follows steps 1 and 2 of the page in the tab that its link opens, up to the field for the User Code. */
  async function authorizeDeviceUpToUserCode(): Promise<Page> {
    const opened = store.context.waitForEvent('page');
    await store.page.getByRole('link', { name: /Open the Authorization server/ }).click();
    const tab = await opened;
    if (!tab.url().includes('/login')) await tab.waitForURL(/\/login/);
    await tab.getByLabel('E-mail address').fill('admin@example.test');
    await tab.getByLabel('Password').fill(store.mockPassword);
    await tab.getByRole('button', { name: 'Log in' }).click();
    await tab.getByRole('link', { name: /Manage Demo/ }).click();
    await tab.getByRole('link', { name: 'Authorize Device' }).click();
    await tab.getByLabel('Device').selectOption('srv-store-2');
    return tab;
  }

  it('succeeds in two tabs with the clipboard between them, and shows the license details', async () => {
    store = await StorePage.open(browser);
    await store.app.acquire(store.mock, 'srv-store-1');
    await store.app.as('delete', '/api/license').expect(204);
    await store.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await store.logIn('Anna');
    const tab = await authorizeDeviceUpToUserCode();
    await store.page.bringToFront();
    await store.choose('Next');
    await store.choose('Copy User Code');
    await store.page.getByRole('button', { name: '✓ Copied' }).waitFor();
    await tab.bringToFront();
    await tab.getByLabel('User Code').focus();
    await tab.keyboard.press('Control+V');
    expect(await tab.getByLabel('User Code').inputValue()).toBe(
      await store.page.locator('#user-code').textContent(),
    );
    await tab.getByRole('button', { name: 'Authorize', exact: true }).click();
    await tab.getByRole('heading', { name: 'Authorize Store 2?' }).waitFor();
    const prompt = await tab.getByRole('main').innerText();
    expect(prompt).toContain((await store.page.locator('#user-code').textContent()) ?? 'a code');
    expect(prompt).toContain('Demo (fc-demo)');
    // The server that asks was another one before, so a person can notice the wrong choice.
    expect(prompt).toContain('calls itself Store 1 (srv-store-1)');
    await tab.getByRole('button', { name: 'Confirm', exact: true }).click();
    // The tab refers to the button of the page by its exact label.
    await tab.getByRole('status').getByText('Complete Authorization').waitFor();
    await store.page.bringToFront();
    await store.choose('Complete Authorization');
    await store.showsHeading('This server is licensed');
    await store.hasStatus('Licensed');
    expect(await store.page.locator('dl.fields').first().innerText()).toContain('srv-store-2');
    const copy = store.page.getByRole('button', { name: 'Copy Server ID' });
    await copy.click();
    await store.page.getByRole('status').getByText('Copied').waitFor();
    const readClipboard = () => store.page.evaluate<string>('navigator.clipboard.readText()');
    expect(await readClipboard()).toBe('srv-store-2');
    // Without TLS a browser offers no clipboard to scripts. The button then copies the text that the page shows.
    await store.page.evaluate(
      'navigator.clipboard.writeText("something else").then(() => (navigator.clipboard.writeText = undefined))',
    );
    await copy.click();
    await expect.poll(readClipboard).toBe('srv-store-2');
    const { body } = await store.app.as('get', '/api/license/audit').expect(200);
    expect(body.entries[0]).toMatchObject({ action: 'acquired', actor: 'Anna' });
  });

  it('continues by itself once the code is confirmed, names the server, and announces it to a screen reader', async () => {
    store = await StorePage.open(browser);
    await store.logIn();
    await store.choose('Next');
    await store.mock.approve((await store.page.locator('#user-code').textContent()) ?? '');
    store.clock.advance(secondMs);
    await store.app.tick();
    await store.hasStatus('Licensed');
    expect(await store.page.getByRole('status').textContent()).toBe('License Status: Licensed');
    expect(await store.page.locator('.brand').innerText()).toContain('Store 1');
    expect(await store.page.title()).toContain('Store 1');
  });

  it('works without JavaScript', async () => {
    store = await StorePage.open(browser, { javaScriptEnabled: false });
    await store.logIn('Anna');
    await store.choose('Next');
    expect(await store.page.getByRole('button', { name: 'Copy User Code' }).count()).toBe(0);
    const userCode = (await store.page.locator('#user-code').textContent()) ?? '';
    await store.choose('Complete Authorization');
    await store.showsHeading('Not authorized yet');
    await store.mock.approve(userCode);
    await store.choose('Complete Authorization');
    await store.hasStatus('Licensed');
    await store.choose('Refresh now');
    await store.showsHeading('Done');
    await store.choose('Remove License');
    await store.choose('Remove License');
    await store.hasStatus('Not Licensed');
    await store.choose('Log out');
    await store.page.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  it('works with the keyboard alone', async () => {
    store = await StorePage.open(browser);
    const { page } = store;
    /** Presses Tab until a control has that name. */
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 25; presses++) {
        const focused = page.locator(':focus');
        const label = (await focused.count()) === 0 ? '' : await focused.evaluate(readAccessibleName);
        if (label.startsWith(name)) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`The Tab key does not reach "${name}"`);
    };
    await page.goto(store.app.url);
    // The field for the token has the focus from the start.
    await page.locator('input[type=password]:focus').waitFor();
    await page.keyboard.type(store.app.adminToken);
    await page.keyboard.press('Enter');
    await store.hasStatus('Not Licensed');
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Skip to content');
    await page.keyboard.press('Enter');
    await tabTo('Open the Authorization server');
    await tabTo('Next');
    await page.keyboard.press('Enter');
    await page.locator('#user-code').waitFor();
    await store.mock.approve((await page.locator('#user-code').textContent()) ?? '');
    await tabTo('Complete Authorization');
    await page.keyboard.press('Enter');
    await store.hasStatus('Licensed');
    await tabTo('Remove License');
    await page.keyboard.press('Enter');
    await store.showsHeading('Remove the license from Store 1?');
    await tabTo('Remove License');
    await page.keyboard.press('Enter');
    await store.hasStatus('Not Licensed');
  });
});

interface FocusedElement {
  readonly textContent: string | null;
}

/** Returns the accessible name of an element. Runs in the browser. */
function readAccessibleName({ textContent }: FocusedElement): string {
  return (textContent ?? '').trim();
}
