import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import supertest from 'supertest';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Sessions } from '../src/admin/sessions.js';
import { MachineClock } from '../src/clock/machine-clock.js';
import { serviceVersion } from '../src/config/service-version.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { NatsLink } from '../src/messaging/nats-link.js';
import { FakeClock } from './support/fake-clock.js';
import { FakeMachineClock } from './support/fake-machine-clock.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { readMetrics, type Metrics } from './support/read-metrics.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

/** Returns an instant in seconds. JSON contains it as text, even if its type is `Date`. */
const seconds = (instant: string | Date | null) => new Date(instant ?? Number.NaN).getTime() / 1000;

describe('metrics', () => {
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

  const read = (): Promise<Metrics> => readMetrics(app.url);

  it('report the known values of a server without a license, and omit the others', async () => {
    const metrics = await read();
    expect(metrics.states('pos_licensing_license_status')).toEqual({
      unlicensed: 1,
      licensed: 0,
      'requires-renewal': 0,
      expired: 0,
    });
    expect(metrics.states('pos_licensing_token_status')).toEqual({
      none: 1,
      valid: 0,
      expiring: 0,
      expired: 0,
    });
    expect(metrics.states('pos_licensing_standing')).toMatchObject({ unlicensed: 1, licensed: 0 });
    expect(metrics.value('pos_licensing_nats_connected')).toBe(1);
    const build = `node="${process.versions.node}",version="${serviceVersion}"`;
    expect(metrics.value('pos_licensing_build_info', build)).toBe(1);
    for (const name of [
      'license_renewal_timestamp_seconds',
      'token_expiry_timestamp_seconds',
      'next_refresh_timestamp_seconds',
      'last_successful_refresh_timestamp_seconds',
      'authorization_server_offline_since_timestamp_seconds',
      'outbox_oldest_event_timestamp_seconds',
      'clock_offset_seconds',
      'usable_until_timestamp_seconds',
    ]) {
      expect(metrics.names, name).toContain(`pos_licensing_${name}`);
      expect(metrics.value(`pos_licensing_${name}`), name).toBeUndefined();
    }
  });

  it('report the status of a license, both of its dates and the last successful refresh', async () => {
    await app.acquire(mock);
    await app.as('post', '/api/license/refresh').expect(200);
    const view = await app.view();
    const metrics = await read();
    expect(metrics.states('pos_licensing_license_status')).toMatchObject({ licensed: 1, unlicensed: 0 });
    expect(metrics.states('pos_licensing_token_status')).toMatchObject({ valid: 1, none: 0 });
    expect(metrics.value('pos_licensing_license_renewal_timestamp_seconds')).toBe(seconds(view.renewalDate));
    expect(metrics.value('pos_licensing_token_expiry_timestamp_seconds')).toBe(seconds(view.token.expiresAt));
    expect(metrics.value('pos_licensing_usable_until_timestamp_seconds')).toBe(seconds(view.token.expiresAt));
    expect(metrics.states('pos_licensing_standing')).toMatchObject({ licensed: 1, unlicensed: 0 });
    expect(metrics.value('pos_licensing_next_refresh_timestamp_seconds')).toBe(
      seconds(view.token.nextRefreshAt),
    );
    expect(metrics.value('pos_licensing_last_successful_refresh_timestamp_seconds')).toBe(
      seconds(app.app.get(LicenseStore).state.license?.token.receivedAt ?? null),
    );
    expect(metrics.value('pos_licensing_reauthorization_required')).toBe(0);
    expect(metrics.value('pos_licensing_refreshes_total', 'reason="",result="refreshed"')).toBe(1);
    expect(metrics.value('pos_licensing_clock_suspect')).toBe(0);
    expect(Math.abs(metrics.value('pos_licensing_clock_offset_seconds') ?? Number.NaN)).toBeLessThan(5);
  });

  it('count refreshes by result, and report since when the Authorization server is unreachable', async () => {
    await app.acquire(mock);
    // Its retry would count as well.
    holdScheduler(app);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    await app.as('post', '/api/license/refresh').expect(503);
    const { connection } = await app.view();
    const offline = await read();
    expect(
      offline.value(
        'pos_licensing_refreshes_total',
        'reason="authorization-server-unreachable",result="unreachable"',
      ),
    ).toBe(1);
    expect(offline.value('pos_licensing_authorization_server_reachable')).toBe(0);
    expect(offline.value('pos_licensing_authorization_server_offline_since_timestamp_seconds')).toBe(
      seconds(connection.offlineSince),
    );
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await app.as('post', '/api/license/refresh').expect(200);
    const back = await read();
    expect(back.value('pos_licensing_authorization_server_reachable')).toBe(1);
    expect(back.value('pos_licensing_authorization_server_offline_since_timestamp_seconds')).toBeUndefined();
  });

  it('count the events that wait for the broker and those that it has stored', async () => {
    const stored = async () =>
      (await read()).value('pos_licensing_published_events_total', 'subject="license.status"');
    await app.acquire(mock);
    await expect.poll(stored).toBe(1);
    await nats.kill();
    await expect.poll(() => app.app.get(NatsLink).isConnected).toBe(false);
    await app.as('post', '/api/license/refresh').expect(200);
    const without = await read();
    expect(without.value('pos_licensing_nats_connected')).toBe(0);
    expect(without.value('pos_licensing_outbox_pending_events')).toBe(1);
    const oldest = without.value('pos_licensing_outbox_oldest_event_timestamp_seconds') ?? 0;
    expect(Math.abs(oldest - Date.now() / 1000)).toBeLessThan(30);
    await nats.restart();
    await expect.poll(stored, { timeout: 20_000 }).toBe(2);
    expect((await read()).value('pos_licensing_outbox_pending_events')).toBe(0);
  });

  it('measure requests by route pattern', async () => {
    await app.as('get', '/api/license').expect(200);
    await supertest(app.url).get('/api/license?token=abc').expect(401);
    await supertest(app.url).get('/made/up/by-somebody').expect(404);
    const name = 'pos_licensing_http_request_duration_seconds_count';
    await expect
      .poll(async () => (await read()).value(name, 'method="GET",route="none",status="404"'))
      .toBe(1);
    const metrics = await read();
    expect(metrics.value(name, 'method="GET",route="/api/license",status="200"')).toBe(1);
    expect(metrics.value(name, 'method="GET",route="/api/license",status="401"')).toBe(1);
    expect(metrics.text).not.toMatch(/made|token=abc/);
  });

  it('do not measure an event stream, which would look like a request that takes hours', async () => {
    const sessions = app.app.get(Sessions);
    const id = sessions.start(null);
    const cookie = `pos-licensing-${new URL(app.url).port}=${id}`;
    const request = get(`${app.url}/api/license/events`, { headers: { cookie } });
    const [stream] = (await once(request, 'response')) as [IncomingMessage];
    expect(stream.statusCode).toBe(200);
    const ended = once(stream.resume(), 'end');
    sessions.end(id);
    await ended;
    // A later request is measured, so the stream would have been measured, too.
    await supertest(app.url).get('/health/live').expect(200);
    await expect.poll(async () => (await read()).text).toContain('route="/health/live"');
    expect((await read()).text).not.toContain('route="/api/license/events"');
  });

  it('count the verifications of peer tokens by result', async () => {
    await fetch(`${app.url}/api/peers/me`, { headers: { authorization: 'Bearer garbage' } });
    const metrics = await read();
    const result =
      app.app.get(LicenseStore).state.identity === null ? 'server-unlicensed' : 'token-malformed';
    expect(metrics.value('pos_licensing_peer_verifications_total', `result="${result}"`)).toBe(1);
  });

  it('are available without the database, except those that only it knows', async () => {
    await app.app.get(DataSource).destroy();
    const metrics = await read();
    expect(metrics.value('pos_licensing_outbox_pending_events')).toBeUndefined();
    expect(metrics.value('pos_licensing_license_status', 'status="unlicensed"')).toBe(1);
  });

  it('contain no secret and no name', async () => {
    const { serverId, serverName, organization } = await app.acquire(mock);
    const { text } = await read();
    for (const word of [serverId, serverName, organization?.id, organization?.name, app.adminToken, 'eyJ']) {
      expect(text).not.toContain(word);
    }
  });

  it('include those of the process', async () => {
    const { names } = await read();
    expect(names).toEqual(
      expect.arrayContaining([
        'process_cpu_seconds_total',
        'process_resident_memory_bytes',
        'nodejs_eventloop_lag_seconds',
        'process_start_time_seconds',
      ]),
    );
  });
});

describe('the clock in the metrics', () => {
  it('is ahead by the offset that was set, and suspect', async () => {
    const clock = new FakeClock();
    const mock = await startMock({ clock });
    const machineClock = new FakeMachineClock(clock);
    const app = await startApp({ mock, machineClock });
    await app.acquire(mock);
    expect(app.app.get(MachineClock)).toBe(machineClock);
    const before = (await readMetrics(app.url)).value('pos_licensing_clock_offset_seconds') ?? Number.NaN;
    machineClock.setWallBy(3_600_000);
    const metrics = await readMetrics(app.url);
    expect((metrics.value('pos_licensing_clock_offset_seconds') ?? Number.NaN) - before).toBeCloseTo(3600, 0);
    // A check that began earlier does not include the change.
    await expect.poll(async () => (await readMetrics(app.url)).value('pos_licensing_clock_suspect')).toBe(1);
    await app.stop();
    await mock.stop();
  });
});

describe('METRICS_ACCESS', () => {
  it('requires the admin token with the value admin', async () => {
    const app = await startApp({ environment: { METRICS_ACCESS: 'admin' } });
    const refused = await supertest(app.url).get('/metrics').expect(401);
    expect(refused.body).toMatchObject({ code: 'unauthorized' });
    const { text } = await app.as('get', '/metrics').expect(200);
    expect(text).toContain('pos_licensing_license_status');
    await app.stop();
  });

  it('removes the route with the value off, even for the admin', async () => {
    const app = await startApp({ environment: { METRICS_ACCESS: 'off' } });
    await app.as('get', '/metrics').expect(404);
    await app.as('get', '/api/license').expect(200);
    await app.stop();
  });
});
