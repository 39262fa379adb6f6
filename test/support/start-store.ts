import { rm } from 'node:fs/promises';
import { decodeJwt } from 'jose';
import type { GrantSecrets } from '../../src/domain/ports/authorization-server.js';
import { LicenseStore } from '../../src/domain/ports/license-store.js';
import { FakeClock } from './fake-clock.js';
import { type FaultProxy, type PassedExchange, startFaultProxy } from './fault-proxy.js';
import { findFreePort } from './find-free-port.js';
import { holdScheduler } from './hold-scheduler.js';
import { nameWaitingEvents } from './read-outbox.js';
import { startApp, type TestApp } from './start-app.js';
import { startMock, type StartMockOptions, type TestMock } from './start-mock.js';
import type { TestNats } from './start-nats.js';

export const tokenPath = '/oauth/token';
export const refreshPath = '/api/license/refresh';

/** An audit entry as JSON. */
export interface AuditJson {
  readonly actor: string;
  readonly action: string;
  readonly reason: string | null;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** A store server, the mock, the network between them, and their common clock. Only the test causes ticks. */
export class TestStore {
  private constructor(
    readonly clock: FakeClock,
    private readonly aheadMs: number,
    readonly mock: TestMock,
    readonly proxy: FaultProxy,
    private readonly environment: Readonly<Record<string, string>>,
    private readonly nats: TestNats | undefined,
    private running: TestApp,
  ) {}

  static async start({
    mock: mockOptions = {},
    environment = {},
    clock = new FakeClock(),
    aheadMs = 0,
    nats,
  }: StartStoreOptions = {}) {
    const port = await findFreePort();
    const proxy = await startFaultProxy(port);
    const mock = await startMock({ ...mockOptions, clock, port, issuerUrl: proxy.url });
    const app = await startApp({ mock, aheadMs, environment, ...(nats && { nats }) });
    holdScheduler(app);
    return new TestStore(clock, aheadMs, mock, proxy, environment, nats, app);
  }

  get app(): TestApp {
    return this.running;
  }

  get secrets(): GrantSecrets | null {
    return this.running.app.get(LicenseStore).secrets;
  }

  /** Returns the names of the events so far: see {@link nameWaitingEvents}. */
  eventNames(): Promise<string[]> {
    return nameWaitingEvents(this.running);
  }

  /**
   * The grants of a license token by refresh that the Authorization server has made, even if their answers were lost.
   */
  get refreshes(): PassedExchange[] {
    return this.proxy
      .done(tokenPath)
      .filter(({ requestBody }) => requestBody.includes('grant_type=refresh_token'));
  }

  /** Stops the service in order and starts it again with its previous data folder or another one. */
  async restart(dataDir = this.running.dataDir): Promise<void> {
    await this.running.close();
    if (dataDir !== this.running.dataDir) await rm(this.running.dataDir, { recursive: true, force: true });
    this.running = await startApp({
      mock: this.mock,
      aheadMs: this.aheadMs,
      environment: this.environment,
      dataDir,
      ...(this.nats && { nats: this.nats }),
    });
    holdScheduler(this.running);
  }

  /** Advances the clock to the next refresh or retry, and executes it. */
  async refreshWhenDue(): Promise<void> {
    const { nextRefreshAt } = (await this.running.view()).token;
    if (nextRefreshAt === null) throw new Error('No refresh is scheduled');
    const dueAt = new Date(nextRefreshAt);
    const clock = this.clock.ahead(this.aheadMs);
    if (dueAt > clock.now()) clock.set(dueAt);
    await this.running.tick();
  }

  /** Advances the time in steps, and does the work that is due at each step. */
  async live(durationMs: number, stepMs: number): Promise<void> {
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      this.clock.advance(Math.min(stepMs, durationMs - passedMs));
      await this.running.tick();
    }
  }

  async setFault(mode: string, more: object = {}): Promise<void> {
    await this.mock.control('PUT', '/mock/faults', { mode, ...more });
  }

  async isAuthorized(deviceId = 'srv-store-1'): Promise<boolean> {
    const { organizations } = (await this.mock.control('GET', '/mock/state')) as {
      organizations: { devices: { id: string; authorized: boolean }[] }[];
    };
    const device = organizations.flatMap(({ devices }) => devices).find(({ id }) => id === deviceId);
    return device?.authorized ?? false;
  }

  /** Returns the audit trail, newest first. */
  async audit(): Promise<AuditJson[]> {
    const { body } = await this.running.as('get', '/api/license/audit?limit=200').expect(200);
    return (body as { entries: AuditJson[] }).entries;
  }

  /** Returns the claims of the current license token. */
  claims(): Record<string, unknown> {
    if (this.secrets === null) throw new Error('There is no license token');
    return decodeJwt(this.secrets.accessToken);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    await this.mock.stop();
    await this.proxy.stop();
  }
}

export interface StartStoreOptions {
  readonly mock?: Omit<StartMockOptions, 'clock'>;
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: FakeClock;
  /** By how much the clock of the service is wrong; negative if it is behind. */
  readonly aheadMs?: number;
  /** No broker by default. */
  readonly nats?: TestNats;
}

/** Starts a store that has acquired its license. */
export async function startLicensedStore(options: StartStoreOptions = {}): Promise<TestStore> {
  const store = await TestStore.start(options);
  await store.app.acquire(store.mock);
  return store;
}
