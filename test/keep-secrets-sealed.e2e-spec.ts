import { chmod, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { DataSource } from 'typeorm';
import { loadSettings } from '../src/config/load-settings.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { createLogger } from '../src/logging/create-logger.js';
import { isOnPostgres } from './support/create-database.js';
import { readOutbox } from './support/read-outbox.js';
import { startApp, type TestApp } from './support/start-app.js';
import { refreshPath, startLicensedStore, TestStore, tokenPath } from './support/start-store.js';

const authorization = '/api/license/authorization';

let store: TestStore;

afterEach(async () => {
  vi.restoreAllMocks();
  await store.stop();
});

/** Returns every byte of the database: its files in the data folder, or all rows on PostgreSQL. */
async function readDatabase(): Promise<string> {
  if (isOnPostgres) return readTables();
  const names = (await readdir(store.app.dataDir)).filter((name) => name.startsWith('licensing.sqlite'));
  expect(names.length).toBeGreaterThanOrEqual(2);
  const files = await Promise.all(names.map((name) => readFile(join(store.app.dataDir, name), 'latin1')));
  return files.join('\n');
}

async function readTables(): Promise<string> {
  const dataSource = store.app.app.get(DataSource);
  const tables: { tablename: string }[] = await dataSource.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
  );
  const contents = await Promise.all(
    tables.map(async ({ tablename }) => [tablename, await dataSource.query(`SELECT * FROM "${tablename}"`)]),
  );
  return JSON.stringify(contents);
}

/** Sets the log level to debug, and collects what the process writes. */
function recordLog(): string[] {
  const lines: string[] = [];
  const write = (chunk: string | Uint8Array): boolean => {
    lines.push(String(chunk));
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write);
  vi.spyOn(process.stderr, 'write').mockImplementation(write);
  store.app.app.useLogger(createLogger(loadSettings({ LOG_LEVEL: 'debug', LOG_FORMAT: 'json' })));
  return lines;
}

/** Returns the answers of the service, except the one with the user code. */
async function readAnswers(): Promise<string> {
  const paths = ['/api/license', '/api/license/audit?limit=200', '/health', '/openapi.json'];
  const answers = await Promise.all(paths.map(async (path) => (await store.app.as('get', path)).text));
  return answers.join('\n');
}

describe('the secrets of a license', () => {
  it('do not appear in the database, the log, the audit trail, the events or an answer', async () => {
    store = await TestStore.start({ environment: { LOG_LEVEL: 'debug' } });
    const log = recordLog();
    const secrets = new Set<string>();
    const reported: string[] = [];
    const note = async (): Promise<void> => {
      const { pending } = store.app.app.get(LicenseStore);
      const grant = store.secrets;
      for (const secret of [
        pending?.deviceCode,
        pending?.userCode,
        pending?.dpopKey?.d,
        grant?.accessToken,
        grant?.refreshToken,
        grant?.dpopKey?.d,
        store.app.adminToken,
      ]) {
        if (secret !== undefined) secrets.add(secret);
      }
      reported.push(await readAnswers(), JSON.stringify(await readOutbox(store.app)), await readDatabase());
    };

    const { body } = await store.app.as('post', authorization).expect(201);
    await note();
    await store.mock.approve((body as { userCode: string }).userCode);
    await store.app.as('post', `${authorization}/complete`).expect(200);
    await note();
    await store.app.as('post', refreshPath).expect(200);
    await note();
    store.proxy.inject({ path: tokenPath, at: 'answer', outcome: { cutAfterBytes: 400 } });
    reported.push((await store.app.as('post', refreshPath).expect(503)).text);
    await note();
    await store.setFault('error');
    reported.push((await store.app.as('post', refreshPath).expect(502)).text);
    await store.app.as('delete', '/api/license').expect(204);
    await store.app.tick();
    await note();
    await store.setFault('none');
    reported.push((await store.app.as('post', refreshPath).expect(404)).text);
    vi.restoreAllMocks();

    expect(secrets.size).toBeGreaterThanOrEqual(8);
    const everything = [...reported, ...log].join('\n');
    // The searched texts are complete.
    for (const trace of [
      'srv-store-1',
      'refresh-failed',
      'License token refreshed',
      'License removed',
      isOnPostgres ? 'outbox_event' : 'sqlite_sequence',
    ]) {
      expect(everything).toContain(trace);
    }
    for (const secret of secrets) expect(everything.includes(secret)).toBe(false);
  });

  it('are gone from the database once the license is removed and revoked', async () => {
    store = await startLicensedStore();
    const [before] = await store.app.app.get(DataSource).query('SELECT secrets FROM license');
    expect(before.secrets).toMatch(/^v1\./);
    await store.app.as('delete', '/api/license').expect(204);
    await store.app.tick();
    const database = store.app.app.get(DataSource);
    expect(await database.query('SELECT secrets FROM license')).toEqual([{ secrets: null }]);
    expect(await database.query('SELECT * FROM pending_revocation')).toEqual([]);
    expect(await database.query('SELECT * FROM pending_authorization')).toEqual([]);
  });

  it('are sealed again at each write, so that equal values look different', async () => {
    store = await startLicensedStore({ mock: { isRefreshRotated: false } });
    const read = async () =>
      (await store.app.app.get(DataSource).query('SELECT secrets FROM license'))[0].secrets;
    const first = await read();
    const { secrets } = store;
    await store.app.app.get(LicenseStore).transact((transaction) => transaction.saveSecrets(secrets));
    expect(await read()).not.toBe(first);
    expect(store.secrets).toEqual(secrets);
  });

  it('cannot be unsealed in another column', async () => {
    store = await startLicensedStore();
    await store.app.app
      .get(DataSource)
      .query('INSERT INTO pending_authorization (id, sealed) SELECT 1, secrets FROM license');
    await expect(store.restart()).rejects.toMatchObject({
      code: 'cannot-unseal',
      message: expect.stringMatching(/pending_authorization\.sealed/),
    });
  });
});

function start(environment: Record<string, string> = {}): Promise<TestApp> {
  return startApp({
    mock: store.mock,
    dataDir: store.app.dataDir,
    environment: { ADMIN_TOKEN: 'a-token-of-the-tests', ...environment },
  });
}

/** Returns the error of a start that is refused. @throws if the start succeeds */
async function faultOf(starting: Promise<TestApp>): Promise<{ code?: string; message: string }> {
  const outcome = await starting.catch((error: Error) => error);
  if (outcome instanceof Error) return outcome;
  await outcome.close();
  throw new Error('The service started');
}

describe('a start', () => {
  it.each([
    { keeps: 'a license', prepare: () => startLicensedStore() },
    {
      keeps: 'a pending code',
      prepare: async () => {
        const started = await TestStore.start();
        await started.app.as('post', authorization).expect(201);
        return started;
      },
    },
    {
      keeps: 'a grant that is not revoked yet',
      prepare: async () => {
        const started = await startLicensedStore();
        await started.setFault('offline');
        await started.app.as('delete', '/api/license').expect(204);
        return started;
      },
    },
  ])(
    'is refused with a key that is not that of the database, and the error names the remedy ($keeps)',
    async ({ prepare }) => {
      store = await prepare();
      await store.app.close();
      expect(await faultOf(start({ ENCRYPTION_KEY: randomBytes(32).toString('base64') }))).toMatchObject({
        code: 'cannot-unseal',
        message: expect.stringMatching(/ENCRYPTION_KEY.*Put back the key/s),
      });
      const again = await start();
      expect(await again.view()).toMatchObject({ connection: { lastError: null } });
      await again.close();
    },
  );

  it('is refused without the key, and succeeds once the key is back', async () => {
    store = await startLicensedStore();
    const keyPath = join(store.app.dataDir, 'encryption-key');
    const key = await readFile(keyPath, 'utf8');
    await store.app.close();
    await rm(keyPath);
    expect(await faultOf(start())).toMatchObject({
      code: 'cannot-unseal',
      message: expect.stringMatching(/"encryption-key" in DATA_DIR.*restore both from one backup/s),
    });
    await writeFile(keyPath, key, { mode: 0o600 });
    const again = await start();
    expect(await again.view()).toMatchObject({ status: 'licensed' });
    await again.close();
  });

  it.each(isOnPostgres ? ['encryption-key'] : ['encryption-key', 'licensing.sqlite'])(
    'is refused while others can read %s, and the error names the remedy',
    async (name) => {
      store = await startLicensedStore();
      await store.app.close();
      const path = join(store.app.dataDir, name);
      const content = await readFile(path);
      for (const mode of [0o644, 0o640, 0o604]) {
        await chmod(path, mode);
        expect(await faultOf(start())).toMatchObject({
          code: 'exposed-file',
          message: expect.stringMatching(new RegExp(`${name}: run chmod 600`)),
        });
      }
      expect(await readFile(path)).toEqual(content);
      await chmod(path, 0o600);
      const again = await start();
      expect(await again.view()).toMatchObject({ status: 'licensed' });
      await again.close();
    },
  );

  it('makes every file in the data folder readable by its owner only', async () => {
    store = await startLicensedStore();
    for (const name of await readdir(store.app.dataDir)) {
      const { mode } = await stat(join(store.app.dataDir, name));
      expect([name, (mode & 0o077).toString(8)]).toEqual([name, '0']);
    }
  });
});
