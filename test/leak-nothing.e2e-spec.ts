import { connect } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { serviceItself } from '../src/domain/audit-actor.js';
import { RefreshLicense } from '../src/licensing/refresh-license.js';
import { Database } from '../src/persistence/database.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { LeakedSecretError } from './support/secret-scanner.js';
import { isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { logIn } from './support/log-in.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats } from './support/start-nats.js';
import { startProcess } from './support/start-process.js';

/** Every test stops what it has started, and the stop fails if a secret has leaked. These tests leak one on purpose. */
describe('a leaked secret', () => {
  let mock: TestMock;
  let app: TestApp;

  afterEach(async () => {
    await mock.stop();
  });

  async function startLicensed(): Promise<void> {
    mock = await startMock();
    app = await startApp({ mock });
    await app.acquire(mock);
  }

  const secrets = () => app.app.get(LicenseStore).secrets;

  it('is found in the database', async () => {
    await startLicensed();
    const statement = `INSERT INTO setting (name, value) VALUES ('leak', ${isOnPostgres ? '$1' : '?'})`;
    await app.app.get(Database).transact((manager) => manager.query(statement, [secrets()?.refreshToken]));
    await expect(app.stop()).rejects.toThrow(
      isOnPostgres
        ? /table setting holds a refresh token/
        : /database file licensing\.sqlite.* holds a refresh token/,
    );
  });

  // The tests below do not depend on the database, so they run only on SQLite.
  if (isOnPostgres) return;

  it.each([
    ['a refresh token in the log', () => secrets()?.refreshToken],
    ['the admin token in the log', () => app.adminToken],
    ['a private key in the log', () => secrets()?.dpopKey?.d ?? secrets()?.accessToken],
    [
      'a JWT that the test has not issued',
      () => `eyJhbGciOiJFUzI1NiIsImtp.eyJzdWIiOiJyZWctMS0xIiwi.${'A'.repeat(40)}`,
    ],
  ])('is found when the application stops: %s', async (_what, read) => {
    await startLicensed();
    new Logger('Test').debug(`Something happened (${read()}).`);
    await expect(app.stop()).rejects.toThrow(LeakedSecretError);
  });

  it('is found in the stack of an error, and the error about it does not repeat it', async () => {
    await startLicensed();
    const secret = secrets()?.refreshToken ?? '';
    new Logger('Test').warn(new Error(`No grant for ${secret}`));
    const leak: unknown = await app.stop().catch((error: unknown) => error);
    expect(leak).toBeInstanceOf(LeakedSecretError);
    expect(String(leak)).not.toContain(secret);
  });

  it.each(['/api/license', '/api/license/events'])(
    'is found in an answer, complete or aborted: %s',
    async (path) => {
      await startLicensed();
      await mock.control('PATCH', '/mock/devices/srv-store-1', { name: `Till ${secrets()?.refreshToken}` });
      await app.app.get(RefreshLicense).execute(serviceItself);
      const leaving = new AbortController();
      const headers = { cookie: await logIn(app.url, app.adminToken) };
      const answer = await fetch(new URL(path, app.url), { headers, signal: leaving.signal });
      let text = '';
      for await (const chunk of answer.body ?? []) {
        text += Buffer.from(chunk).toString();
        if (text.includes('Till')) break;
      }
      leaving.abort();
      expect(text).toContain('Till');
      await expect(app.stop()).rejects.toThrow(`The answer to GET ${path} holds a refresh token`);
    },
  );

  it('is found in the log of the broker', async () => {
    mock = await startMock();
    const nats = await startNats();
    const stranger = connect({
      servers: nats.url,
      user: nats.serviceUser.password,
      pass: 'x',
      reconnect: false,
    });
    await expect(stranger).rejects.toThrow();
    await expect(nats.stop()).rejects.toThrow('The log of the broker holds a password of the broker');
  });

  it('is found in the output of a process', { timeout: buildTimeoutMs }, async () => {
    await ensureBuilt();
    mock = await startMock();
    const leak = `data:text/javascript,setTimeout(() => console.log(process.env.NATS_PASSWORD), 10)`;
    const environment = {
      NATS_USER: 'u',
      NATS_PASSWORD: 'a password of the broker',
      NODE_OPTIONS: `--import "${leak}"`,
    };
    const service = await startProcess({ mock, environment });
    await expect(service.end('SIGTERM')).rejects.toThrow(/log of the process holds NATS_PASSWORD/);
    await expect(service.remove()).rejects.toThrow(LeakedSecretError);
  });
});
