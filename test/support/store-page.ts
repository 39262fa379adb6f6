import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { LicenseState } from '../../src/domain/license-state.js';
import { LicenseStore } from '../../src/domain/ports/license-store.js';
import { borrowPage, logIn } from './browser.js';
import { FakeClock } from './fake-clock.js';
import { holdScheduler } from './hold-scheduler.js';
import { inspectPage } from './inspect-page.js';
import { startAt } from './license-fixture.js';
import { startApp, type TestApp } from './start-app.js';
import { startMock, type TestMock } from './start-mock.js';

const mockPassword = 'a password of the mock';

/** A store with its page in a real browser, its Authorization server, and their common clock. */
export class StorePage {
  readonly mockPassword = mockPassword;

  private constructor(
    readonly clock: FakeClock,
    readonly mock: TestMock,
    readonly app: TestApp,
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly complaints: string[],
    private readonly release: () => Promise<void>,
  ) {}

  static async open(browser: Browser, options?: BrowserContextOptions): Promise<StorePage> {
    // A fixed date, because the tests compare the dates on the pages.
    const clock = new FakeClock(startAt);
    const mock = await startMock({ clock, loginPassword: mockPassword });
    const app = await startApp({ mock });
    // Only the test causes ticks and refreshes.
    holdScheduler(app);
    const { context, page, complaints, release } = await borrowPage(browser, options);
    return new StorePage(clock, mock, app, context, page, complaints, release);
  }

  logIn(name = ''): Promise<void> {
    return logIn(this.page, this.app, name);
  }

  async logInLicensed(): Promise<void> {
    await this.app.acquire(this.mock);
    await this.logIn('Anna');
  }

  async choose(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
    await this.page.waitForLoadState('domcontentloaded');
  }

  /** Waits until the page shows this heading. */
  async showsHeading(heading: string): Promise<void> {
    await this.page.getByRole('heading', { name: heading, exact: true }).waitFor();
    await this.page.waitForLoadState('domcontentloaded');
  }

  async hasStatus(text: string): Promise<void> {
    await this.page.locator('.status .value', { hasText: new RegExp(`^${text}$`) }).waitFor();
  }

  /** Advances the time, does the work that is due, and reloads the page. */
  async advance(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.app.tick();
    await this.page.goto(this.app.url);
  }

  async setFault(mode: string): Promise<void> {
    await this.mock.control('PUT', '/mock/faults', { mode });
  }

  /** Changes the license that covers the servers of the demo organization. */
  async changeLicense(change: object): Promise<void> {
    const { organizations } = (await this.mock.control('GET', '/mock/state')) as {
      organizations: { licenses: { id: string; features: string[] }[] }[];
    };
    const license = organizations[0]?.licenses.find(({ features }) => features.includes('xms'));
    await this.mock.control('PATCH', `/mock/licenses/${license?.id}`, change);
  }

  /** Puts the service into a state that outside events cause only by chance. */
  async changeState(change: Partial<LicenseState>): Promise<void> {
    await this.app.app
      .get(LicenseStore)
      .transact((transaction) => transaction.saveState({ ...transaction.state, ...change }, []));
  }

  inspect(name: string): Promise<void> {
    return inspectPage(this.page, name);
  }

  /** Stops everything. The test fails if the browser reported errors, except for answers that a test requested. */
  async close(): Promise<void> {
    await this.release();
    await this.app.stop();
    await this.mock.stop();
    expect(this.complaints.filter((complaint) => !complaint.startsWith('Failed to load resource'))).toEqual(
      [],
    );
  }
}
