import { afterEach, describe, expect, it, vi } from 'vitest';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { RefreshLicense } from '../src/licensing/refresh-license.js';
import { dayMs, hourMs, minuteMs, secondMs } from './support/license-fixture.js';
import { refreshPath, startLicensedStore, tokenPath, TestStore } from './support/start-store.js';

let store: TestStore;

afterEach(() => store.stop());

const timeOf = (instant: Date | string | null): number => new Date(instant ?? Number.NaN).getTime();
const refreshState = () => store.app.app.get(LicenseStore).state.refresh;

/** Expects the next attempt after the time that the server has requested, plus a jitter of at least a second. */
async function expectWait(askedMs: number, maxJitterMs: number): Promise<void> {
  const { nextRefreshAt } = (await store.app.view()).token;
  const jitterMs = timeOf(nextRefreshAt) - store.clock.now().getTime() - askedMs;
  expect(jitterMs).toBeGreaterThanOrEqual(secondMs);
  expect(jitterMs).toBeLessThanOrEqual(maxJitterMs);
}

describe('the refresh of a license token', () => {
  it.each([
    { life: '7d', tokenTtlSeconds: 7 * 86_400, earliestMs: (dayMs * 5) / 7, latestMs: dayMs },
    { life: '60s', tokenTtlSeconds: 60, earliestMs: 30 * secondMs, latestMs: 42 * secondMs },
  ])(
    'happens when it is due, and not a millisecond earlier (token life $life)',
    async ({ tokenTtlSeconds, earliestMs, latestMs }) => {
      store = await startLicensedStore({ mock: { tokenTtlSeconds } });
      const { token } = await store.app.view();
      const dueMs = timeOf(token.nextRefreshAt);
      expect(dueMs - store.clock.now().getTime()).toBeGreaterThanOrEqual(earliestMs);
      expect(dueMs - store.clock.now().getTime()).toBeLessThanOrEqual(latestMs);

      store.clock.set(new Date(dueMs - 1));
      await store.app.tick();
      expect(store.refreshes).toHaveLength(0);

      store.clock.set(new Date(dueMs));
      await store.app.tick();
      expect(store.refreshes).toHaveLength(1);
      const { token: fresh } = await store.app.view();
      expect(timeOf(fresh.expiresAt) - timeOf(fresh.issuedAt)).toBe(tokenTtlSeconds * 1000);
      expect(timeOf(fresh.expiresAt)).toBeGreaterThan(timeOf(token.expiresAt));
      expect(timeOf(fresh.nextRefreshAt) - dueMs).toBeGreaterThanOrEqual(earliestMs);
    },
  );

  it('stores the new token, publishes an event and adds an entry to the audit trail', async () => {
    store = await startLicensedStore();
    const before = { secrets: store.secrets, view: await store.app.view() };
    await store.refreshWhenDue();
    const view = await store.app.view();
    expect(view).toMatchObject({ status: 'licensed', reason: 'refreshed', token: { status: 'valid' } });
    expect(view.sequence! > before.view.sequence!).toBe(true);
    expect(await store.eventNames()).toEqual(['acquired', 'refreshed']);
    expect(store.secrets?.accessToken).not.toBe(before.secrets?.accessToken);
    const [entry] = await store.audit();
    expect(entry).toMatchObject({
      actor: 'system',
      action: 'refreshed',
      before: { tokenExpiresAt: before.view.token.expiresAt },
      after: { tokenExpiresAt: view.token.expiresAt },
    });
  });

  it.each([true, false])(
    'continues from token to token, even over restarts (rotation %s)',
    async (isRefreshRotated) => {
      store = await startLicensedStore({ mock: { isRefreshRotated } });
      const refreshTokens = new Set([store.secrets?.refreshToken]);
      for (let round = 1; round <= 4; round++) {
        if (round === 3) await store.restart();
        await store.refreshWhenDue();
        refreshTokens.add(store.secrets?.refreshToken);
        expect(store.refreshes).toHaveLength(round);
      }
      expect(refreshTokens.size).toBe(isRefreshRotated ? 5 : 1);
      expect(await store.app.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' } });
    },
  );

  it('calls the Authorization server once for concurrent requests', async () => {
    store = await startLicensedStore();
    const { nextRefreshAt } = (await store.app.view()).token;
    store.clock.set(new Date(timeOf(nextRefreshAt)));
    const execute = vi.spyOn(store.app.app.get(RefreshLicense), 'execute');
    store.proxy.inject({
      path: tokenPath,
      at: 'answer',
      meanwhile: () => vi.waitFor(() => expect(execute).toHaveBeenCalledTimes(6), 10_000),
      outcome: 'pass',
    });
    const asked = [1, 2, 3, 4, 5].map(() => store.app.as('post', refreshPath).expect(200));
    const answers = await Promise.all([...asked, store.app.tick()]);
    expect(store.refreshes).toHaveLength(1);
    expect(await store.eventNames()).toEqual(['acquired', 'refreshed']);
    expect(new Set(answers.slice(0, 5).map((answer) => answer?.body.sequence)).size).toBe(1);
  });
});

describe('POST /api/license/refresh', () => {
  it('returns the refreshed license, names the admin in the audit trail, and allows ten calls a minute', async () => {
    store = await startLicensedStore();
    for (let call = 1; call <= 10; call++) {
      store.clock.advance(secondMs);
      const { body } = await store.app.as('post', refreshPath).expect(200);
      expect(body.token.issuedAt).toBe(
        new Date(Math.floor(store.clock.now().getTime() / 1000) * 1000).toISOString(),
      );
    }
    expect(store.refreshes).toHaveLength(10);
    expect((await store.audit())[0]).toMatchObject({ actor: 'admin', action: 'refreshed' });
  });

  it('returns 404 without a license', async () => {
    store = await TestStore.start();
    const { body } = await store.app
      .as('post', refreshPath)
      .expect(404)
      .expect('content-type', /problem\+json/);
    expect(body).toMatchObject({ code: 'unlicensed', status: 404 });
    expect(store.proxy.exchanges).toEqual([]);
  });

  it('returns 403 with the reason when the license is refused', async () => {
    store = await startLicensedStore();
    await store.mock.control('PATCH', '/mock/licenses/lic-demo-servers', { isActive: false });
    const { body } = await store.app.as('post', refreshPath).expect(403);
    expect(body).toMatchObject({ code: 'license-refused', detail: expect.stringMatching(/not active/) });
  });

  it('returns 503 when the Authorization server is unreachable', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    const { body } = await store.app.as('post', refreshPath).expect(503);
    expect(body).toMatchObject({
      code: 'authorization-server-unreachable',
      detail: expect.stringMatching(/internet connection/),
    });
  });

  it('returns 502 when another program answers in its place', async () => {
    store = await startLicensedStore();
    const portal = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Please log in' };
    store.proxy.inject({ path: tokenPath, at: 'request', outcome: portal });
    const { body } = await store.app.as('post', refreshPath).expect(502);
    expect(body).toMatchObject({
      code: 'authorization-server-unsuitable',
      detail: expect.stringMatching(/HTTP 200, text\/html/),
    });
    await store.app.as('post', refreshPath).expect(200);
  });

  it('returns 200 when the Authorization server has revoked the license', async () => {
    store = await startLicensedStore();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    const { body } = await store.app.as('post', refreshPath).expect(200);
    expect(body).toMatchObject({ status: 'unlicensed', reason: 'revoked', token: { status: 'none' } });
  });
});

describe('an outage of the Authorization server', () => {
  it('changes no status, is shown with its start, leads to a bounded backoff, and ends without a person', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    const gapsMs: number[] = [];
    await store.refreshWhenDue();
    const since = store.clock.now().toISOString();
    for (let failures = 1; failures <= 25; failures++) {
      const view = await store.app.view();
      expect(view).toMatchObject({
        status: 'licensed',
        token: { status: 'valid' },
        connection: {
          online: false,
          offlineSince: since,
          lastError: { code: 'authorization-server-unreachable', at: store.clock.now().toISOString() },
        },
      });
      const gapMs = timeOf(view.token.nextRefreshAt) - store.clock.now().getTime();
      expect(gapMs).toBeGreaterThanOrEqual(secondMs);
      expect(gapMs).toBeLessThanOrEqual(Math.min(15 * minuteMs, secondMs * 2 ** failures));
      gapsMs.push(gapMs);
      await store.refreshWhenDue();
    }
    expect(Math.max(...gapsMs)).toBeGreaterThan(minuteMs);
    expect(await store.eventNames()).toEqual(['acquired']);

    await store.setFault('none');
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      reason: 'refreshed',
      connection: { online: true, offlineSince: null, lastError: null },
    });
    expect(refreshState()).toMatchObject({ failures: 0, intentAt: null });
  });

  it('adds one entry to the audit trail, and the next outage another', async () => {
    store = await startLicensedStore();
    for (let outage = 1; outage <= 2; outage++) {
      await store.setFault('offline');
      for (let round = 1; round <= 5; round++) await store.refreshWhenDue();
      await store.setFault('none');
      await store.refreshWhenDue();
    }
    const actions = (await store.audit()).map(({ action }) => action);
    expect(actions.slice(0, 4)).toEqual(['refreshed', 'refresh-failed', 'refreshed', 'refresh-failed']);
  });

  it('keeps its backoff over a restart, so that a crash loop does not flood the server', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    for (let round = 1; round <= 12; round++) await store.refreshWhenDue();
    const { nextRefreshAt } = (await store.app.view()).token;
    for (let restart = 1; restart <= 3; restart++) {
      await store.restart();
      await store.app.tick();
      expect((await store.app.view()).token.nextRefreshAt).toBe(nextRefreshAt);
      expect(refreshState().failures).toBe(12);
    }
    await store.refreshWhenDue();
    expect(refreshState().failures).toBe(13);
  });

  it.each([503, 429])(
    'delays the next attempt by Retry-After plus a jitter (%s), but not beyond the refresh interval',
    async (status) => {
      store = await startLicensedStore({ environment: { REFRESH_INTERVAL: '6h' } });
      const askFor = (seconds: number) => ({
        path: tokenPath,
        at: 'request' as const,
        outcome: { status, headers: { 'retry-after': String(seconds) } },
      });
      store.proxy.inject(askFor(3600));
      await store.refreshWhenDue();
      await expectWait(hourMs, 2 * secondMs);
      store.proxy.inject(askFor(7 * 86_400));
      await store.refreshWhenDue();
      await expectWait(6 * hourMs, 4 * secondMs);
      await store.refreshWhenDue();
      expect(await store.app.view()).toMatchObject({ reason: 'refreshed', connection: { online: true } });
    },
  );

  it('is distinguished from a server that is up but not ready', async () => {
    store = await startLicensedStore();
    await store.setFault('error', { retryAfterSeconds: 1200 });
    const { body } = await store.app.as('post', refreshPath).expect(502);
    expect(body.detail).toMatch(/not ready \(HTTP 503\)/);
    const { connection } = await store.app.view();
    expect(connection.lastError?.code).toBe('authorization-server-error');
    await expectWait(1200 * secondMs, 2 * secondMs);
  });
});
