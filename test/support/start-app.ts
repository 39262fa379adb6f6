import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import supertest from 'supertest';
import { AppModule } from '../../src/app.module.js';
import { MachineClock } from '../../src/clock/machine-clock.js';
import { loadSettings } from '../../src/config/load-settings.js';
import type { LicenseView } from '../../src/domain/license-view.js';
import { LicenseScheduler } from '../../src/licensing/license-scheduler.js';
import { Clock } from '../../src/domain/ports/clock.js';
import { createAdapter, setupApp } from '../../src/setup-app.js';
import { brokerEnvironment } from './broker-environment.js';
import { noteSecret } from './secret-scanner.js';
import { completeAuthorization } from './complete-authorization.js';
import { isOnPostgres } from './create-database.js';
import { createMigratedDatabase } from './create-migrated-database.js';
import type { FakeClock } from './fake-clock.js';
import type { FakeMachineClock } from './fake-machine-clock.js';
import { sharedClock, type TestMock } from './start-mock.js';
import type { TestNats } from './start-nats.js';
import { watchApp } from './watch-app.js';
import { expectQuietLog, WatchedLog } from './watched-log.js';

/** The license as JSON: times are texts. */
export type LicenseJson = {
  [K in keyof LicenseView]: LicenseView[K] extends Date | null ? string | null : LicenseView[K];
};

export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly url: string;
  readonly dataDir: string;
  /** `undefined` for the SQLite file in `dataDir`. */
  readonly databaseUrl: string | undefined;
  readonly adminToken: string;
  /** Sends a request as the admin. */
  as(method: 'get' | 'post' | 'delete', path: string): supertest.Test;
  view(): Promise<LicenseJson>;
  /** Does the work that is due, as the scheduler does twice a second. */
  tick(): Promise<void>;
  /** Acquires a license: Next, approval at the mock, Complete. */
  acquire(mock: Pick<TestMock, 'approve'>, deviceId?: string): Promise<LicenseJson>;
  /** Stops the service in order. The data folder stays for another start, unless `stop` removes it. */
  close(): Promise<void>;
  stop(): Promise<void>;
}

export type StartAppOptions = CommonOptions & (OptionsWithMock | OptionsWithoutMock);

/** The service uses the clock of its mock. Another clock is refused. */
interface OptionsWithMock {
  readonly mock: Pick<TestMock, 'url' | 'clock'>;
  readonly clock?: never;
  /** By how much the clock of the service is wrong all the time; negative if it is behind. */
  readonly aheadMs?: number;
}

interface OptionsWithoutMock {
  readonly mock?: undefined;
  readonly clock?: FakeClock;
  readonly aheadMs?: never;
}

interface CommonOptions {
  readonly nats?: TestNats;
  /** The clocks of the machine, below the trusted time. Their `truth` is the clock of the mock. */
  readonly machineClock?: FakeMachineClock;
  readonly dataDir?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** On PostgreSQL each data folder has its own database, which another start finds again. */
const databases = new Map<string, string>();

async function databaseOf(dataDir: string): Promise<string> {
  const url = databases.get(dataDir) ?? (await createMigratedDatabase());
  databases.set(dataDir, url);
  return url;
}

function settingsFor({ mock, nats, environment }: StartAppOptions, dataDir: string, databaseUrl?: string) {
  return loadSettings({
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: 'error',
    // Nothing listens on this port: the default for a test without a server or broker.
    AUTH_SERVER_URL: mock?.url ?? 'http://127.0.0.1:9',
    NATS_URL: 'nats://127.0.0.1:9',
    ...(nats && brokerEnvironment(nats)),
    ...environment,
  });
}

/** Starts the whole service in this process on a free port. Only its clock is replaced if the mock has one. */
export async function startApp(options: StartAppOptions = {}): Promise<TestApp> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'licensing-')));
  const databaseUrl = isOnPostgres ? await databaseOf(dataDir) : undefined;
  const settings = settingsFor(options, dataDir, databaseUrl);
  const clock = sharedClock(
    settings.authorizationServer.issuer,
    options.machineClock?.truth ?? options.clock ?? null,
  );
  const builder = Test.createTestingModule({ imports: [AppModule.forRoot(settings)] });
  if (options.machineClock === undefined && clock !== null) {
    builder.overrideProvider(Clock).useValue(clock.ahead(options.aheadMs ?? 0));
  }
  if (options.machineClock) builder.overrideProvider(MachineClock).useValue(options.machineClock);
  const testingModule = await builder.compile();
  const app = testingModule.createNestApplication<NestFastifyApplication>(createAdapter(settings), {
    logger: new WatchedLog(),
  });
  await setupApp(app);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const adminToken = settings.adminToken ?? (await readFile(join(dataDir, 'initial-admin-token'), 'utf8'));
  noteSecret('the admin token', adminToken);
  noteSecret('the encryption key', options.environment?.['ENCRYPTION_KEY']);
  const findLeak = watchApp(app, dataDir, databaseUrl);
  const as: TestApp['as'] = (method, path) =>
    supertest(url)[method](path).set('Authorization', `Bearer ${adminToken}`);
  const view = async () => (await as('get', '/api/license').expect(200)).body as LicenseJson;
  const close = async (): Promise<void> => {
    // The search needs the metrics, so it runs before the stop. Its error is thrown after it.
    const [looked] = await Promise.allSettled([findLeak()]);
    await app.close();
    if (looked.status === 'rejected') throw looked.reason;
    expectQuietLog();
  };
  return {
    app,
    url,
    dataDir,
    databaseUrl,
    adminToken,
    as,
    view,
    tick: () => tickFromNow(app.get(LicenseScheduler)),
    acquire: async (mock, deviceId) => {
      const { body } = await as('post', '/api/license/authorization').expect(201);
      await mock.approve((body as { userCode: string }).userCode, deviceId);
      const completed = await completeAuthorization(() => as('post', '/api/license/authorization/complete'));
      if (completed.status !== 200) throw new Error(`Not acquired: ${completed.status} ${completed.text}`);
      return completed.body as LicenseJson;
    },
    close,
    stop: async () => {
      try {
        await close();
      } finally {
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  };
}

/** Ticks after the running tasks: the tick would join one that began before the test advanced its clock. */
async function tickFromNow(scheduler: LicenseScheduler): Promise<void> {
  await Promise.all(Array.from(scheduler['flights'].values(), (flight) => flight.whenIdle()));
  await scheduler.tick();
}
