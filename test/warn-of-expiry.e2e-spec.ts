import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from './support/fake-clock.js';
import { dayMs, hourMs, minuteMs, secondMs, shift } from './support/license-fixture.js';
import { readOutbox } from './support/read-outbox.js';
import { startLicensedStore, type TestStore } from './support/start-store.js';

let store: TestStore;

afterEach(async () => {
  vi.unstubAllEnvs();
  await store.stop();
});

/** The thresholds 48h, 24h and 6h of the setting, and a quarter, an eighth and a twentieth of a token of 7 days. */
const warningsOfAWeek = ['token:151200', 'token:75600', 'token:21600'];
const endOfToken = ['token:0', 'token-expired'];

describe('the warnings for a token that cannot be refreshed', () => {
  it('come once at each threshold and once at the end, over 30 days with restarts', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    for (const days of [5, 1, 0.5, 0.5, 1, 22]) {
      await store.live(days * dayMs, 6 * hourMs);
      await store.restart();
      expect(await store.app.view()).toMatchObject({ status: 'licensed', statusText: 'Licensed' });
    }
    expect(await store.eventNames()).toEqual(['acquired', ...warningsOfAWeek, ...endOfToken]);
    expect(await store.app.view()).toMatchObject({ reason: 'token-expired', token: { status: 'expired' } });
    expect((await store.audit()).map(({ action }) => action)).toEqual([
      'status-changed',
      'refresh-failed',
      'acquired',
      'authorization-requested',
    ]);

    await store.setFault('none');
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      status: 'licensed',
      reason: 'refreshed',
      token: { status: 'valid' },
      connection: { online: true, offlineSince: null },
    });
  });

  it.each([
    { over: 'the beginning of summer time', zone: 'America/New_York', from: '2027-03-11T12:00:00Z' },
    { over: 'the end of summer time', zone: 'Europe/Berlin', from: '2026-10-21T12:00:00Z' },
    { over: 'a leap day', zone: 'Pacific/Auckland', from: '2028-02-25T12:00:00Z' },
  ])(
    'come once at each threshold over $over, whatever the time zone of the server',
    async ({ zone, from }) => {
      vi.stubEnv('TZ', zone);
      const clock = new FakeClock(new Date(from));
      expect(clock.now().getTimezoneOffset()).not.toBe(0);
      store = await startLicensedStore({ clock });
      await store.setFault('offline');
      const { expiresAt } = (await store.app.view()).token;
      expect(expiresAt).toBe(shift(clock.now(), 7 * dayMs).toISOString());
      for (const days of [3, 2, 3]) {
        await store.live(days * dayMs, 6 * hourMs);
        await store.restart();
      }
      expect(await store.eventNames()).toEqual(['acquired', ...warningsOfAWeek, ...endOfToken]);
    },
  );

  it('come at the exact time, with the remaining time and the start of the outage', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    await store.refreshWhenDue();
    const offlineSince = store.clock.now().toISOString();
    const expiresAt = new Date((await store.app.view()).token.expiresAt ?? Number.NaN);

    store.clock.set(new Date(expiresAt.getTime() - 151_200 * secondMs - 1));
    await store.app.tick();
    expect(await store.eventNames()).toEqual(['acquired']);
    expect((await store.app.view()).token.status).toBe('valid');

    store.clock.advance(1);
    await store.app.tick();
    expect((await store.app.view()).token.status).toBe('expiring');
    const [, warning] = await readOutbox(store.app);
    expect(warning).toMatchObject({
      type: 'token.expiring',
      time: store.clock.now().toISOString(),
      data: {
        serverId: 'srv-store-1',
        expiresAt: expiresAt.toISOString(),
        secondsRemaining: 151_200,
        thresholdSeconds: 151_200,
        lastRefreshError: { code: 'authorization-server-unreachable' },
        offlineSince,
      },
    });
  });

  it('leave the token valid to its last millisecond, and report its end right after', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    const expiresAt = new Date((await store.app.view()).token.expiresAt ?? Number.NaN);
    store.clock.set(expiresAt);
    await store.app.tick();
    expect((await store.app.view()).token.status).toBe('expiring');
    expect(await store.eventNames()).toEqual(['acquired', ...warningsOfAWeek]);

    store.clock.advance(1);
    await store.app.tick();
    expect((await store.app.view()).token.status).toBe('expired');
    const last = (await readOutbox(store.app)).at(-1);
    expect(last?.data).toMatchObject({
      status: 'licensed',
      reason: 'token-expired',
      token: { status: 'expired' },
    });
  });

  it('are all published when the machine wakes up after the end', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    store.clock.advance(9 * dayMs);
    await store.app.tick();
    await store.app.tick();
    expect(await store.eventNames()).toEqual(['acquired', ...warningsOfAWeek, ...endOfToken]);
  });

  it('start over with the token that ends an outage', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    await store.live(6.5 * dayMs, 4 * hourMs);
    await store.setFault('none');
    await store.refreshWhenDue();
    await store.setFault('offline');
    await store.live(6.5 * dayMs, 4 * hourMs);
    const untilHalfADay = ['token:151200', 'token:75600'];
    expect(await store.eventNames()).toEqual(['acquired', ...untilHalfADay, 'refreshed', ...untilHalfADay]);
  });

  it('come only within the last quarter of a token of one minute', async () => {
    store = await startLicensedStore({ mock: { tokenTtlSeconds: 60 } });
    await store.setFault('offline');
    await store.live(minuteMs + secondMs, secondMs);
    expect(await store.eventNames()).toEqual(['acquired', 'token:15', 'token:7', 'token:3', ...endOfToken]);
  });

  it('follow the thresholds of the setting', async () => {
    store = await startLicensedStore({ environment: { TOKEN_WARNINGS: '2h,1h' } });
    await store.setFault('offline');
    await store.live(8 * dayMs, 3 * hourMs);
    expect(await store.eventNames()).toEqual(['acquired', 'token:7200', 'token:3600', ...endOfToken]);
  });
});

describe('a healthy server', () => {
  it('publishes no warning in 30 days of refreshes', async () => {
    store = await startLicensedStore();
    await store.live(30 * dayMs, hourMs);
    const [acquired, ...others] = await store.eventNames();
    expect(acquired).toBe('acquired');
    expect(new Set(others)).toEqual(new Set(['refreshed']));
    expect(others.length).toBe(store.refreshes.length);
    expect(others.length).toBeGreaterThanOrEqual(29);
    expect(others.length).toBeLessThanOrEqual(42);
  });

  it('publishes no warning for tokens of one minute', async () => {
    store = await startLicensedStore({ mock: { tokenTtlSeconds: 60 } });
    await store.live(15 * minuteMs, secondMs);
    expect(new Set(await store.eventNames())).toEqual(new Set(['acquired', 'refreshed']));
    expect(store.refreshes.length).toBeGreaterThanOrEqual(20);
  });
});
