import supertest from 'supertest';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { LicenseView } from '../client/src/license-view.js';
import { NatsLink } from '../src/messaging/nats-link.js';
import { isOnPostgres } from './support/create-database.js';
import { FakeClock } from './support/fake-clock.js';
import { startOtherBroker } from './support/start-other-broker.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

interface HealthJson {
  readonly status: string;
  readonly version: string;
  readonly details: Readonly<Record<string, { readonly status: string } & Record<string, unknown>>>;
}

describe('health', () => {
  let mock: TestMock;
  let nats: TestNats;
  let app: TestApp;

  beforeAll(async () => {
    nats = await startNats();
  });

  afterAll(() => nats.stop());

  beforeEach(async () => {
    mock = await startMock();
    app = await startApp({ mock, nats });
    await expect.poll(() => app.app.get(NatsLink).isConnected).toBe(true);
  });

  afterEach(async () => {
    await app.stop();
    await mock.stop();
  });

  const ask = async (path: string) => {
    const { status, body } = await supertest(app.url).get(path);
    return { status, body: body as HealthJson };
  };

  const untilNothingWaits = () =>
    expect
      .poll(async () => (await ask('/health')).body.details['nats'], { timeout: 20_000 })
      .toMatchObject({ status: 'up', eventsWaiting: 0 });

  it('is ok with a license, a broker and a reachable Authorization server', async () => {
    await app.acquire(mock);
    const answer = await ask('/health');
    const version = expect.stringMatching(/^\d+\.\d+\.\d+/) as string;
    expect(answer).toMatchObject({ status: 200, body: { status: 'ok', version } });
    const { token, standing } = (await app.as('get', '/api/license').expect(200)).body as LicenseView;
    expect(answer.body.details['license']).toMatchObject({ standing, tokenFaults: [] });
    expect(standing).toMatchObject({ isLicensed: true, usableUntil: token.expiresAt, limitedBy: 'token' });
    expect(statusesOf(answer)).toEqual({
      database: 'up',
      nats: 'up',
      authorizationServer: 'up',
      license: 'up',
      clock: 'up',
      disk: 'up',
    });
  });

  it('is degraded with status 200 without a license', async () => {
    const answer = await ask('/health');
    expect(answer).toMatchObject({ status: 200, body: { status: 'degraded' } });
    expect(statusesOf(answer)).toMatchObject({ license: 'degraded', database: 'up', nats: 'up' });
  });

  it.each(['/health/ready', '/health'])(
    'is an error with status 503 at %s without the database',
    async (path) => {
      await app.app.get(DataSource).destroy();
      const answer = await ask(path);
      expect(answer).toMatchObject({
        status: 503,
        body: { status: 'error', error: { database: { status: 'down' } } },
      });
      expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.[jt]s:|node_modules/);
    },
  );

  it('is alive without the database, the broker and the Authorization server', async () => {
    await app.app.get(DataSource).destroy();
    expect(await ask('/health/live')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  // The tests below do not depend on the database, so they run only on SQLite.
  if (isOnPostgres) return;

  it('is degraded with status 200 while the broker is down, and reports how many events wait', async () => {
    await app.acquire(mock);
    await untilNothingWaits();
    await nats.kill();
    await expect.poll(() => app.app.get(NatsLink).isConnected).toBe(false);
    await app.as('post', '/api/license/refresh').expect(200);
    const answer = await ask('/health');
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'degraded', details: { nats: { status: 'degraded', eventsWaiting: 1 } } },
    });
    expect(statusesOf(answer)).toMatchObject({ license: 'up', authorizationServer: 'up' });
    expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
    await nats.restart();
    await untilNothingWaits();
    expect(await ask('/health')).toMatchObject({ body: { status: 'ok' } });
  });

  it('is degraded with status 200 if an event has waited for more than 30 s at a broker without JetStream', async () => {
    await app.stop();
    await nats.kill();
    const other = await startOtherBroker(nats, 'no-jetstream');
    const clock = new FakeClock();
    const clockedMock = await startMock({ clock });
    onTestFinished(() => clockedMock.stop());
    app = await startApp({ mock: clockedMock, nats });
    try {
      await expect.poll(() => app.app.get(NatsLink).isConnected, { timeout: 20_000 }).toBe(true);
      await app.acquire(clockedMock);
      const committedAt = clock.now();
      const natsAfter = async (ms: number) => {
        clock.set(new Date(committedAt.getTime() + ms));
        return (await ask('/health')).body.details['nats'];
      };
      expect(await natsAfter(30_000)).toMatchObject({ status: 'up', eventsWaiting: 1 });
      expect(await natsAfter(30_001)).toMatchObject({
        status: 'degraded',
        eventsWaiting: 1,
        oldestWaitingSince: committedAt.toISOString(),
        message: 'connected, but the broker stores no events. Check that JetStream is enabled',
      });
      expect(await ask('/health')).toMatchObject({ status: 200, body: { status: 'degraded' } });
    } finally {
      await other.stop();
      await nats.restart();
    }
    await untilNothingWaits();
  });

  it('is degraded with status 200 while the Authorization server is unreachable, and reports since when and why', async () => {
    await app.acquire(mock);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    await app.as('post', '/api/license/refresh').expect(503);
    const { status, body } = await ask('/health');
    expect({ status, text: body.status }).toEqual({ status: 200, text: 'degraded' });
    expect(body.details['authorizationServer']).toMatchObject({
      status: 'degraded',
      offlineSince: expect.any(String),
      lastError: { code: expect.any(String), message: expect.any(String) },
    });
    expect(body.details['license']).toMatchObject({ status: 'up', license: 'licensed' });
    expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it.each(['/health', '/health/live', '/health/ready'])(
    'contains no secret and needs no token at %s',
    async (path) => {
      await app.acquire(mock);
      const { status, body } = await ask(path);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toMatch(/eyJ|password|refresh_token/i);
      expect(JSON.stringify(body)).not.toContain(app.adminToken);
    },
  );
});

function statusesOf({ body }: { body: HealthJson }): Record<string, string> {
  return Object.fromEntries(Object.entries(body.details).map(([name, { status }]) => [name, status]));
}
