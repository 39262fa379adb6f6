import { EventEmitter, once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, databaseName, isOnPostgres } from './support/create-database.js';
import { buildTimeoutMs, ensureBuilt } from './support/ensure-built.js';
import { expectOrderlyStop } from './support/expect-orderly-stop.js';
import { type FaultProxy, startFaultProxy } from './support/fault-proxy.js';
import { findFreePort } from './support/find-free-port.js';
import { startFreezableLink } from './support/freezable-link.js';
import { readStream } from './support/read-stream.js';
import { reportFigure } from './support/report-figure.js';
import type { LicenseJson } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';
import { startProcess, type StartProcessOptions, type TestProcess } from './support/start-process.js';
import { tokenPath } from './support/start-store.js';

/** `STOPS=100` runs the long form. */
const stops = Number(process.env['STOPS'] ?? 2);
const stopsTimeoutMs = 60_000 + stops * 15_000;

describe('a stop', () => {
  let mock: TestMock;
  let proxy: FaultProxy;
  let nats: TestNats;
  let service: TestProcess;
  let databaseUrl = '';

  beforeAll(async () => {
    await ensureBuilt();
    const port = await findFreePort();
    proxy = await startFaultProxy(port);
    [mock, nats] = await Promise.all([
      startMock({ port, issuerUrl: proxy.url, tokenTtlSeconds: 4 }),
      startNats(),
    ]);
  }, buildTimeoutMs);

  beforeEach(async () => {
    if (isOnPostgres) databaseUrl = await createDatabase();
  });

  afterEach(async () => {
    await service.remove();
  });

  afterAll(async () => {
    await Promise.all([mock.stop(), nats.stop()]);
    await proxy.stop();
  });

  const start = (options: StartProcessOptions = {}) =>
    startProcess({
      mock,
      nats,
      ...options,
      environment: { ...(isOnPostgres && { DATABASE_URL: databaseUrl }), ...options.environment },
    });

  it(
    `ends with code 0 and loses nothing at SIGTERM and SIGINT, at ${stops} random moments while the token is refreshed`,
    async () => {
      service = await start();
      const { dataDir } = service;
      await service.acquire(mock);
      for (let attempt = 0; attempt < stops; attempt += 1) {
        void service.as('POST', '/api/license/refresh').catch(() => undefined);
        await expectOrderlyStop(service, attempt % 2 === 0 ? 'SIGTERM' : 'SIGINT', Math.random() * 400);
        service = await start({ dataDir });
        expect(await service.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: false });
      }
      expect((await service.as('POST', '/api/license/refresh')).status).toBe(200);
      const { sequence } = await service.view();
      await expect.poll(async () => (await readStream(nats)).at(-1)?.event.sequence).toBe(sequence);
      const sequences = (await readStream(nats)).map(({ event }) => event.sequence);
      expect(sequences).toEqual([...new Set(sequences)].toSorted());
      reportFigure('R10', `${stops} stops in order on ${databaseName}`);
    },
    stopsTimeoutMs,
  );

  if (isOnPostgres) {
    it('works again within 15 s when its open connections to the database fall silent and new ones work', async () => {
      const database = await startFreezableLink(Number(new URL(databaseUrl).port));
      const url = new URL(databaseUrl);
      url.port = String(database.port);
      service = await start({ environment: { DATABASE_URL: url.href } });
      await service.acquire(mock);
      database.freezeOpen();
      const frozenAt = Date.now();
      const answers = Promise.all(
        ['/health', '/metrics', '/'].map((path) =>
          fetch(new URL(path, service.url), { signal: AbortSignal.timeout(15_000) }).then(
            ({ status }) => status,
            () => `${path} does not answer`,
          ),
        ),
      );
      const refreshed = () => service.as('POST', '/api/license/refresh').then(({ status }) => status);
      await expect.poll(refreshed, { timeout: 15_000, interval: 200 }).toBe(200);
      expect(Date.now() - frozenAt).toBeLessThan(15_000);
      expect(await answers).toEqual([expect.toBeOneOf([200, 503]), 200, 200]);
      const { exitCode } = await service.end('SIGTERM');
      expect(exitCode).toBe(0);
      database.close();
    });

    // The tests below do not depend on the database, so they run only on SQLite.
    return;
  }

  it('turns readiness to 503 first, and still answers clients that keep their connections', async () => {
    service = await start();
    const agent = new Agent({ keepAlive: true, maxSockets: 5 });
    const ask = async (path: string) => {
      const [answer] = (await once(get(new URL(path, service.url), { agent }), 'response')) as [
        IncomingMessage,
      ];
      return { status: answer.statusCode, body: JSON.parse(await text(answer)) as { status: string } };
    };
    expect(await ask('/health/ready')).toMatchObject({ status: 200, body: { status: 'ok' } });
    await Promise.all(Array.from({ length: 5 }, () => ask('/health/live')));
    const silent = connect(Number(new URL(service.url).port), '127.0.0.1');
    await once(silent, 'connect');

    const stopped = expectOrderlyStop(service);
    const answers: string[] = [];
    for (let asked = 0; asked < 1000; asked += 1) {
      const answer = await ask('/health/ready').catch(() => null);
      if (answer === null) break;
      answers.push(`${answer.status} ${answer.body.status}`);
    }
    await stopped;
    const firstRefusal = answers.indexOf('503 shutting_down');
    expect(firstRefusal).toBeGreaterThanOrEqual(0);
    expect(new Set(answers.slice(0, firstRefusal))).toEqual(new Set(firstRefusal === 0 ? [] : ['200 ok']));
    // Once the HTTP server closes, it refuses requests with its own text.
    expect(new Set(answers.slice(firstRefusal).map((answer) => answer.slice(0, 3)))).toEqual(
      new Set(['503']),
    );
    silent.destroy();
    agent.destroy();
  });

  /** Requests a refresh, and resolves once its request is sent and waits for `goOn`. */
  async function refreshSlowly() {
    const moments = new EventEmitter();
    const held = once(moments, 'held', { signal: AbortSignal.timeout(20_000) });
    const meanwhile = async (): Promise<void> => {
      moments.emit('held');
      await once(moments, 'go-on', { signal: AbortSignal.timeout(60_000) });
    };
    proxy.inject({ path: tokenPath, at: 'request', meanwhile, outcome: 'pass' });
    const answer = service.as('POST', '/api/license/refresh').catch(() => null);
    await held;
    return { goOn: () => moments.emit('go-on'), answer };
  }

  it('waits for a refresh that is in progress', async () => {
    service = await start();
    const { dataDir } = service;
    await service.acquire(mock);
    const { goOn, answer } = await refreshSlowly();
    const stopped = expectOrderlyStop(service);
    await expect
      .poll(async () => (await fetch(new URL('/health/ready', service.url))).status, { timeout: 10_000 })
      .toBe(503);
    goOn();
    await stopped;
    const refreshed = (await (await answer)?.json()) as LicenseJson;
    expect(refreshed).toMatchObject({ status: 'licensed', reason: 'refreshed' });
    service = await start({ dataDir });
    const view = await service.view();
    expect(view).toMatchObject({ status: 'licensed', connection: { online: true } });
    expect(Number(view.sequence)).toBeGreaterThanOrEqual(Number(refreshed.sequence));
  });
});
