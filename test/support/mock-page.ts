import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { borrowPage } from './browser.js';
import { FakeClock } from './fake-clock.js';
import { inspectPage } from './inspect-page.js';
import { startMock, type TestMock } from './start-mock.js';

const password = 'a password of the mock';

/** The pages of the mock Authorization server in a real browser. */
export class MockPage {
  private constructor(
    readonly clock: FakeClock,
    readonly mock: TestMock,
    readonly page: Page,
    private readonly complaints: string[],
    private readonly release: () => Promise<void>,
  ) {}

  static async open(browser: Browser, locale?: string): Promise<MockPage> {
    const clock = new FakeClock();
    const mock = await startMock({ clock, loginPassword: password });
    const { page, complaints, release } = await borrowPage(
      browser,
      locale === undefined ? undefined : { locale },
    );
    return new MockPage(clock, mock, page, complaints, release);
  }

  async goTo(path: string): Promise<void> {
    await this.page.goto(`${this.mock.url}${path}`);
  }

  async logIn(typed = password): Promise<void> {
    await this.goTo('/login');
    await this.page.locator('input[type=email]').fill('admin@example.test');
    await this.page.locator('input[type=password]').fill(typed);
    await this.page.getByRole('button', { name: /^(Log in|Iniciar sesión)$/ }).click();
    await this.page.waitForLoadState('domcontentloaded');
  }

  /** Opens the demo organization as a person does. */
  async manageDemo(): Promise<void> {
    await this.logIn();
    await this.follow('Manage Demo');
    await this.isAt('Demo');
  }

  async choose(button: string): Promise<void> {
    await this.page.getByRole('button', { name: button, exact: true }).click();
    await this.page.waitForLoadState('domcontentloaded');
  }

  async follow(link: string): Promise<void> {
    await this.page.getByRole('link', { name: link }).click();
    await this.page.waitForLoadState('domcontentloaded');
  }

  async isAt(heading: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
  }

  async showsHeading(text: string | RegExp): Promise<void> {
    await this.page.locator('.message').getByText(text).waitFor();
  }

  /** Returns the user code of a server that waits for its authorization. */
  async requestUserCode(): Promise<string> {
    const answer = await fetch(`${this.mock.url}/oauth/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'pos-server' }),
    });
    return ((await answer.json()) as { user_code: string }).user_code;
  }

  inspect(name: string): Promise<void> {
    return inspectPage(this.page, `mock-${name}`);
  }

  async close(): Promise<void> {
    await this.release();
    await this.mock.stop();
    expect(this.complaints.filter((complaint) => !complaint.startsWith('Failed to load resource'))).toEqual(
      [],
    );
  }
}
