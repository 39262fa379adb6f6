import type { Browser } from 'playwright-core';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findLayoutFaults, startBrowser } from './support/browser.js';
import { MockPage } from './support/mock-page.js';

const demo = '/organizations/fc-demo';

describe('the pages of the mock Authorization server', { timeout: 120_000 }, () => {
  let browser: Browser;
  let as: MockPage;

  beforeAll(async () => {
    browser = await startBrowser();
  });

  beforeEach(async () => {
    as = await MockPage.open(browser);
  });

  afterEach(() => as.close());

  it('show which login is accepted, and report an incorrect one', async () => {
    await as.goTo('/login');
    await as.page.getByText('admin@example.test').waitFor();
    await as.page.getByText('LOGIN_PASSWORD').waitFor();
    await as.inspect('login');
    await as.logIn('wrong');
    await as.showsHeading('Incorrect e-mail address or password.');
    await as.inspect('login-wrong');
    for (let attempt = 1; attempt < 5; attempt++) {
      await as.logIn('wrong');
      await as.showsHeading('Incorrect e-mail address or password.');
    }
    await as.logIn();
    await as.showsHeading(/^Too many incorrect attempts/);
    await as.inspect('login-slowed');
  });

  it('list the organizations, create one, and name each step that is missing', async () => {
    await as.logIn();
    await as.isAt('Organizations');
    await as.inspect('organizations');
    await as.page.getByLabel('ID', { exact: true }).fill('fc-demo');
    await as.page.getByLabel('Name', { exact: true }).fill('New Shop');
    await as.choose('Create New');
    await as.showsHeading('This ID is taken: choose another.');
    await as.inspect('organizations-fault');
    await as.page.getByLabel('ID', { exact: true }).fill('fc-new');
    await as.choose('Create New');
    await as.isAt('New Shop');
    await as.showsHeading('A device needs a license that covers it. Create the license first.');
    await as.inspect('organization-empty');
    await as.follow('Create a license');
    await as.inspect('license-new');
    await as.page.getByLabel('Name').fill('RMS Servers');
    await as.page.getByLabel('Licensed Features').fill('XMS!');
    await as.choose('Create');
    await as.showsHeading(/^The licensed features must be words/);
    await as.inspect('license-fault');
    await as.page.getByLabel('Licensed Features').fill('xms');
    await as.choose('Create');
    await as.page.getByText('No device yet.').waitFor();
    await as.inspect('organization-without-devices');
    await as.goTo('/organizations/fc-new/authorize-device');
    await as.showsHeading(/has no device yet/);
    await as.inspect('authorize-without-devices');
    await as.goTo('/organizations/fc-new');
    await as.follow('Create a device');
    await as.inspect('device-new');
    await as.page.getByLabel('Name', { exact: true }).fill('Café 1');
    await as.choose('Create');
    await as.page.getByText('srv-cafe-1').waitFor();
  });

  it('manage licenses and devices', async () => {
    await as.mock.approve(await as.requestUserCode(), 'srv-store-1');
    await as.mock.control('PATCH', '/mock/licenses/lic-demo-registers', { expiresOn: '2026-01-01' });
    await as.manageDemo();
    await as.page.getByText('1 of 5').waitFor();
    await as.inspect('organization');
    await as.goTo(`${demo}/licenses/lic-demo-servers`);
    await as.inspect('license');
    await as.goTo(`${demo}/devices/srv-store-1`);
    await as.inspect('device');
    await as.page.getByLabel('URL').fill('ftp://store.example');
    await as.choose('Save');
    await as.inspect('device-fault');
    await as.goTo(demo);
    await as.follow('Remove authorization of Store 1');
    await as.isAt('Remove the authorization of Store 1?');
    await as.inspect('revoke');
    await as.choose('Remove authorization');
    await as.isAt('Demo');
    expect(await as.page.getByText('0 of 5').count()).toBe(1);
  });

  it('ask for confirmation before a device is authorized, with Deny as large as Confirm', async () => {
    const userCode = await as.requestUserCode();
    await as.manageDemo();
    await as.follow('Authorize Device');
    await as.isAt('Authorize Device');
    await as.inspect('authorize');
    await as.page.getByLabel('Device').selectOption('srv-store-1');
    await as.page.getByLabel('User Code').fill('BBBB-BBBB');
    await as.choose('Authorize');
    await as.inspect('authorize-wrong-code');
    await as.page.getByLabel('User Code').fill(userCode.toLowerCase().replace('-', ' '));
    await as.choose('Authorize');
    await as.isAt('Authorize Store 1?');
    for (const text of ['Store 1', 'srv-store-1', 'Demo', 'fc-demo', userCode, 'xms', 'Head office']) {
      expect(await as.page.locator('main').innerText()).toContain(text);
    }
    await as.inspect('confirm');
    expect(await measure('Deny')).toEqual(await measure('Confirm'));
    await as.page.setViewportSize({ width: 320, height: 720 });
    expect(await measure('Deny')).toEqual(await measure('Confirm'));
    await as.choose('Confirm');
    await as.showsHeading(/Complete Authorization/);
    await as.inspect('authorized');
  });

  it('warn if a device is already authorized, and grant nothing after Deny', async () => {
    await as.mock.approve(await as.requestUserCode(), 'srv-store-1');
    const userCode = await as.requestUserCode();
    await as.manageDemo();
    await as.follow('Authorize Device');
    await as.page.getByLabel('Device').selectOption('srv-store-1');
    await as.page.getByLabel('User Code').fill(userCode);
    await as.choose('Authorize');
    await as.showsHeading(/already authorized/);
    await as.inspect('confirm-again');
    await as.choose('Deny');
    await as.showsHeading(/^Nothing was granted/);
    await as.inspect('denied');
  });

  it('work with the keyboard alone', async () => {
    const userCode = await as.requestUserCode();
    const { keyboard } = as.page;
    await as.goTo('/login');
    // The e-mail address has the focus from the start.
    await as.page.locator('input[type=email]:focus').waitFor();
    await keyboard.type('admin@example.test');
    await keyboard.press('Tab');
    await keyboard.type('a password of the mock');
    await keyboard.press('Enter');
    await as.isAt('Organizations');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await tabTo('Manage Demo');
    await keyboard.press('Enter');
    await as.isAt('Demo');
    await tabTo('Authorize Device');
    await keyboard.press('Enter');
    await as.isAt('Authorize Device');
    await tabTo('deviceId');
    await keyboard.type('Store 2');
    await keyboard.press('Tab');
    await keyboard.type(userCode);
    await keyboard.press('Enter');
    await as.isAt('Authorize Store 2?');
    await tabTo('Confirm');
    await keyboard.press('Enter');
    await as.isAt('Device authorized');
  });

  it('have a margin and do not scroll sideways at any width, or with text of double size', async () => {
    // Spanish words are longer.
    await as.close();
    as = await MockPage.open(browser, 'es');
    await as.mock.approve(await as.requestUserCode(), 'srv-store-1');
    const faults: string[] = [];
    for (const path of ['/login', '/help']) {
      await as.goTo(path);
      faults.push(...(await findLayoutFaults(as.page)));
    }
    await as.logIn();
    await as.isAt('Organizations');
    const linked = `/organizations?user_code=${await as.requestUserCode()}`;
    for (const path of [linked, demo, `${demo}/devices/srv-store-1/revoke`]) {
      await as.goTo(path);
      faults.push(...(await findLayoutFaults(as.page)));
    }
    await as.goTo(linked);
    await as.follow('Authorize Device: Demo');
    await as.page.getByLabel('Device').selectOption('srv-store-1');
    await as.choose('Authorize');
    await as.isAt('¿Autorizar Store 1?');
    faults.push(...(await findLayoutFaults(as.page)));
    expect(faults).toEqual([]);
    await as.inspect('confirm-in-spanish');
    expect(await measure('Deny')).toEqual(await measure('Confirm'));
  });

  it('show every failure as a page', async () => {
    await as.manageDemo();
    for (const [path, name] of [
      ['/nowhere', 'not-found'],
      ['/organizations/fc-nobody', 'no-organization'],
    ] as const) {
      await as.goTo(path);
      await as.isAt('Not found');
      await as.inspect(name);
    }
    await as.goTo(demo);
    await as.page.locator('input[name=csrfToken]').evaluateAll((fields) => {
      for (const field of fields) (field as unknown as { value: string }).value = 'of another session';
    });
    await as.choose('Log out');
    await as.isAt('Form refused');
    await as.inspect('form-refused');
  });

  async function measure(button: string): Promise<unknown> {
    const found = as.page.getByRole('button', { name: button, exact: true });
    const box = await found.boundingBox();
    const look = await found.evaluate((element) => {
      const { getComputedStyle } = globalThis as unknown as {
        getComputedStyle: (of: unknown) => { backgroundColor: string; color: string; fontSize: string };
      };
      const { backgroundColor, color, fontSize } = getComputedStyle(element);
      return { backgroundColor, color, fontSize };
    });
    return { ...look, width: Math.round(box?.width ?? 0), height: box?.height };
  }

  /** Presses Tab until a control has that label or that `name`. */
  async function tabTo(name: string): Promise<void> {
    for (let presses = 0; presses < 30; presses++) {
      const label = await as.page
        .locator(':focus')
        .evaluateAll((found) =>
          (found as unknown as FocusedElement[])
            .map((one) => one.getAttribute('aria-label') ?? one.getAttribute('name') ?? '')
            .concat((found as unknown as FocusedElement[]).map((one) => (one.textContent ?? '').trim())),
        );
      if (label.includes(name)) return;
      await as.page.keyboard.press('Tab');
    }
    throw new Error(`The Tab key does not reach "${name}"`);
  }
});

interface FocusedElement {
  readonly textContent: string | null;
  getAttribute(name: string): string | null;
}
