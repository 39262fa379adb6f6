import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectRegister, type ReceivedEvent, type TestRegister } from './support/register-connection.js';
import { connectAsService, readStream, requestAnswer, streamInfo } from './support/read-stream.js';
import { FakeClock } from './support/fake-clock.js';
import { startApp, type TestApp } from './support/start-app.js';
import { startMock, type TestMock } from './support/start-mock.js';
import { startNats, type TestNats } from './support/start-nats.js';

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const sixteenDigits = expect.stringMatching(/^\d{16}$/);
const hourMs = 3_600_000;

const hasReason = (reason: string) => (received: ReceivedEvent) => received.event.data['reason'] === reason;
const hasThreshold = (seconds: number) => (received: ReceivedEvent) =>
  received.event.data['thresholdSeconds'] === seconds;

describe('a service that publishes events', () => {
  let nats: TestNats;
  let clock: FakeClock;
  let mock: TestMock;
  let app: TestApp;
  let register: TestRegister;

  beforeAll(async () => {
    nats = await startNats();
  });

  afterAll(() => nats.stop());

  beforeEach(async () => {
    clock = new FakeClock();
    mock = await startMock({ clock, tokenTtlSeconds: 24 * 3600 });
    app = await startApp({ mock, nats });
    register = await connectRegister(nats);
  });

  afterEach(async () => {
    await register.close();
    await app.stop();
    await mock.stop();
    const connection = await connectAsService(nats);
    await requestAnswer(connection, '$JS.API.STREAM.DELETE.LICENSING');
    await connection.close();
  });

  it('sends license.status to a connected register, with every field of the contract', async () => {
    const view = await app.acquire(mock);
    const { subject, messageId, event } = await register.until(hasReason('acquired'));
    expect(subject).toBe('license.status');
    expect(messageId).toBe(event.id);
    expect(event).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      source: '/servers/srv-store-1',
      type: 'license.status',
      subject: 'srv-store-1',
      time: clock.now().toISOString(),
      sequence: sixteenDigits,
      datacontenttype: 'application/json',
      dataschema: 'urn:pos-licensing:license.status:1',
      data: { previousStatus: 'unlicensed', previousServerId: null, ...view },
    });
    expect(event.data).toMatchObject({
      status: 'licensed',
      statusText: 'Licensed',
      serverName: expect.any(String),
      organization: { id: 'fc-demo', name: expect.any(String) },
      renewalDate: instant,
      features: ['xms'],
      hub: { id: 'srv-hub', name: expect.any(String), url: expect.any(String) },
      token: { status: 'valid', expiresAt: instant, issuedAt: instant, nextRefreshAt: instant },
      connection: { online: true, offlineSince: null, lastContactAt: instant, lastError: null },
      clockSuspect: false,
      reauthorizationRequired: false,
      sequence: event.sequence,
    });
  });

  it('provides the last event to a register that connects later', async () => {
    // The answer is 404 as soon as the service has created the stream.
    await expect.poll(() => register.last('license.status').catch(() => 'no stream')).toBeNull();
    await app.acquire(mock);
    const live = await register.until(hasReason('acquired'));
    await expect.poll(() => register.last('license.status')).not.toBeNull();
    const late = await connectRegister(nats);
    expect(await late.last('license.status')).toEqual(live);
    expect(await late.last('token.expiring')).toBeNull();
    await late.close();
  });

  it('sends token.expiring once at each threshold and at the expiry, and license.status with it', async () => {
    await app.acquire(mock);
    await register.until(hasReason('acquired'));
    const acquiredAt = clock.now();
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    // A quarter, an eighth and a twentieth of the 24 hours of this token.
    for (const [afterHours, threshold] of [
      [18, 21_600],
      [21, 10_800],
      [22.8, 4320],
      [24.1, 0],
    ] as const) {
      clock.set(new Date(acquiredAt.getTime() + afterHours * hourMs));
      await app.tick();
      const { subject, messageId, event } = await register.until(hasThreshold(threshold));
      expect({ subject, messageId }).toEqual({ subject: 'token.expiring', messageId: event.id });
      expect(event).toMatchObject({ type: 'token.expiring', source: '/servers/srv-store-1' });
      expect(event).toHaveProperty('dataschema', 'urn:pos-licensing:token.expiring:1');
      expect(Object.keys(event.data)).toEqual([
        'serverId',
        'expiresAt',
        'secondsRemaining',
        'thresholdSeconds',
        'lastRefreshError',
        'offlineSince',
      ]);
    }
    await register.until(hasReason('token-expired'));
    const reported = register.events.filter(({ subject }) => subject === 'token.expiring');
    expect(reported.map(({ event }) => event.data['thresholdSeconds'])).toEqual([21_600, 10_800, 4320, 0]);
    expect(reported.at(-1)?.event.data).toMatchObject({
      secondsRemaining: 0,
      lastRefreshError: { code: expect.any(String), message: expect.any(String), at: instant },
      offlineSince: instant,
    });
    expect(await register.last('token.expiring')).toEqual(reported.at(-1));
  });

  it('numbers both subjects with one sequence that only grows and is never behind the clock', async () => {
    await app.acquire(mock);
    await app.as('post', '/api/license/refresh').expect(200);
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    clock.advance(23 * hourMs);
    await app.tick();
    clock.advance(2 * hourMs);
    await app.tick();
    await mock.control('PUT', '/mock/faults', { mode: 'none' });
    await app.as('post', '/api/license/refresh').expect(200);
    await app.as('delete', '/api/license').expect(204);
    await register.until(hasReason('removed'));
    const sequences = register.events.map(({ event }) => event.sequence);
    expect(sequences.length).toBeGreaterThanOrEqual(7);
    expect(new Set(register.events.map(({ subject }) => subject)).size).toBe(2);
    expect(sequences).toEqual([...new Set(sequences)].toSorted());
    expect(Number(sequences.at(-1))).toBeGreaterThanOrEqual(clock.now().getTime());
    await expect.poll(async () => (await readStream(nats)).length).toBe(sequences.length);
    expect(await readStream(nats)).toEqual(register.events);
  });

  it('answers svc.licensing.status with the current view', async () => {
    await register.connection.flush();
    await expect.poll(() => register.status().catch(() => null)).toMatchObject({ status: 'unlicensed' });
    await app.acquire(mock);
    expect(await register.status()).toEqual(await app.view());
    await mock.control('PUT', '/mock/faults', { mode: 'offline' });
    clock.advance(25 * hourMs);
    expect(await register.status()).toMatchObject({ status: 'licensed', token: { status: 'expired' } });
  });

  it('continues with a higher sequence on an empty folder, so registers never ignore a re-acquired server', async () => {
    await app.acquire(mock);
    const first = await register.until(hasReason('acquired'));
    await app.stop();
    clock.advance(1000);
    app = await startApp({ mock, nats });
    await app.acquire(mock);
    const again = await register.until(
      (received) => hasReason('acquired')(received) && received.event.id !== first.event.id,
    );
    expect(again.event.sequence > first.event.sequence).toBe(true);
    await expect.poll(() => register.last('license.status')).toEqual(again);
  });

  it('keeps the events in a stream of exactly the two subjects, with the documented settings', async () => {
    await app.acquire(mock);
    await register.until(hasReason('acquired'));
    const connection = await connectAsService(nats);
    const { config } = await streamInfo(connection);
    await connection.close();
    expect(config).toMatchObject({
      name: 'LICENSING',
      subjects: ['license.status', 'token.expiring'],
      storage: 'file',
      retention: 'limits',
      discard: 'old',
      allow_direct: true,
      max_msgs_per_subject: 1000,
      duplicate_window: 3600e9,
    });
  });

  it('resets a stream with other settings to the documented ones, and keeps its messages', async () => {
    await app.acquire(mock);
    const { event } = await register.until(hasReason('acquired'));
    await expect.poll(() => register.last('license.status')).not.toBeNull();
    await app.close();
    const connection = await connectAsService(nats);
    const { config } = await streamInfo(connection);
    const other = { ...config, max_msgs_per_subject: 7, allow_direct: false };
    await requestAnswer(connection, '$JS.API.STREAM.UPDATE.LICENSING', JSON.stringify(other));
    app = await startApp({ mock, nats, dataDir: app.dataDir });
    await expect
      .poll(async () => (await streamInfo(connection)).config)
      .toMatchObject({ max_msgs_per_subject: 1000, allow_direct: true });
    await connection.close();
    expect((await register.last('license.status'))?.event.id).toBe(event.id);
  });
});
