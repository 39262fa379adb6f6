import { afterEach, describe, expect, it } from 'vitest';
import { dayMs, minuteMs, shift } from './support/license-fixture.js';
import { readOutbox } from './support/read-outbox.js';
import { refreshPath, startLicensedStore, type StartStoreOptions, TestStore } from './support/start-store.js';

/** A token that outlives the renewal date, so that only the date has an effect. */
const longToken: StartStoreOptions = {
  mock: { tokenTtlSeconds: 200 * 86_400 },
  environment: { REFRESH_INTERVAL: '200d' },
};

let store: TestStore;

afterEach(() => store.stop());

/** Starts a licensed store with a renewal date 40 days from now, and resolves to that date. */
async function startWithRenewalIn40Days(options: StartStoreOptions = longToken): Promise<Date> {
  store = await TestStore.start(options);
  const renewalDate = shift(store.clock.now(), 40 * dayMs);
  await changeLicense({ expiresOn: renewalDate.toISOString() });
  await store.app.acquire(store.mock);
  return renewalDate;
}

async function changeLicense(change: object): Promise<void> {
  await store.mock.control('PATCH', '/mock/licenses/lic-demo-servers', change);
}

async function tickAt(instant: Date): Promise<void> {
  store.clock.set(instant);
  await store.app.tick();
}

describe('the renewal date', () => {
  it('makes the license require renewal from the first moment of the window, and expire at the date', async () => {
    const renewalDate = await startWithRenewalIn40Days();
    await tickAt(shift(renewalDate, -30 * dayMs - 1));
    expect(await store.app.view()).toMatchObject({ status: 'licensed', statusText: 'Licensed' });
    expect(await store.eventNames()).toEqual(['acquired']);

    await tickAt(shift(renewalDate, -30 * dayMs));
    expect(await store.app.view()).toMatchObject({
      status: 'requires-renewal',
      statusText: 'Requires Renewal',
      reason: 'renewal-window',
      renewalDate: renewalDate.toISOString(),
    });

    await tickAt(shift(renewalDate, -1));
    expect(await store.app.view()).toMatchObject({ status: 'requires-renewal' });
    await tickAt(renewalDate);
    expect(await store.app.view()).toMatchObject({
      status: 'expired',
      statusText: 'Expired – Requires Renewal',
      reason: 'expired',
      token: { status: 'valid' },
    });
    expect((await readOutbox(store.app)).map(({ data }) => [data['previousStatus'], data['status']])).toEqual(
      [
        ['unlicensed', 'licensed'],
        ['licensed', 'requires-renewal'],
        ['requires-renewal', 'expired'],
      ],
    );
    const changes = (await store.audit()).filter(({ action }) => action === 'status-changed');
    expect(changes.map(({ actor, reason }) => [actor, reason])).toEqual([
      ['system', 'expired'],
      ['system', 'renewal-window'],
    ]);
  });

  it('causes each event once, even over restarts', async () => {
    const renewalDate = await startWithRenewalIn40Days();
    await tickAt(shift(renewalDate, -10 * dayMs));
    await store.restart();
    await store.app.tick();
    await tickAt(shift(renewalDate, 1));
    await store.restart();
    await store.app.tick();
    expect(await store.eventNames()).toEqual(['acquired', 'renewal-window', 'expired']);
  });

  it('has the window of the setting', async () => {
    const renewalDate = await startWithRenewalIn40Days({
      ...longToken,
      environment: { ...longToken.environment, RENEWAL_WARNING_DAYS: '7' },
    });
    await tickAt(shift(renewalDate, -7 * dayMs - 1));
    expect((await store.app.view()).status).toBe('licensed');
    await tickAt(shift(renewalDate, -7 * dayMs));
    expect((await store.app.view()).status).toBe('requires-renewal');
  });

  it('has no effect on a license without one', async () => {
    store = await TestStore.start(longToken);
    await changeLicense({ expiresOn: null });
    await store.app.acquire(store.mock);
    await store.live(100 * dayMs, 10 * dayMs);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', renewalDate: null });
  });
});

describe('a renewal at the Authorization server', () => {
  it.each([
    { from: 'requires-renewal', daysBeforeDate: 20 },
    { from: 'expired', daysBeforeDate: -5 },
  ])('is applied without a new acquisition from $from', async ({ from, daysBeforeDate }) => {
    const renewalDate = await startWithRenewalIn40Days();
    await tickAt(shift(renewalDate, -daysBeforeDate * dayMs));
    expect((await store.app.view()).status).toBe(from);
    const renewed = shift(renewalDate, 365 * dayMs);
    await changeLicense({ expiresOn: renewed.toISOString() });

    const { body } = await store.app.as('post', refreshPath).expect(200);
    expect(body).toMatchObject({
      status: 'licensed',
      statusText: 'Licensed',
      reason: 'renewed',
      renewalDate: renewed.toISOString(),
    });
    const last = (await readOutbox(store.app)).at(-1);
    expect(last).toMatchObject({
      type: 'license.status',
      data: { previousStatus: from, status: 'licensed', reason: 'renewed' },
    });
    expect((await store.audit())[0]).toMatchObject({
      action: 'refreshed',
      reason: 'renewed',
      before: { status: from, renewalDate: renewalDate.toISOString() },
      after: { status: 'licensed', renewalDate: renewed.toISOString() },
    });
  });

  it('is applied by the scheduled refresh, even long after the date', async () => {
    store = await startLicensedStore({ environment: { TOKEN_WARNINGS: '1h' } });
    const renewalDate = shift(store.clock.now(), 3 * dayMs);
    await changeLicense({ expiresOn: renewalDate.toISOString() });
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ status: 'requires-renewal', reason: 'terms-changed' });
    await store.live(10 * dayMs, dayMs / 2);
    expect(await store.app.view()).toMatchObject({ status: 'expired', token: { status: 'expired' } });
    await changeLicense({ expiresOn: null });
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      status: 'licensed',
      reason: 'renewed',
      token: { status: 'valid' },
    });
    expect((await store.eventNames()).filter((name) => name !== 'refreshed')).toEqual([
      'acquired',
      'terms-changed',
      'expired',
      'token:3600',
      'token:0',
      'token-expired',
      'renewed',
    ]);
  });
});

describe('a license that the Authorization server refuses', () => {
  it.each([
    { why: 'inactive', change: { isActive: false }, remedy: { isActive: true }, says: /not active/ },
    { why: 'used up', change: { count: 0 }, remedy: { count: 5 }, says: /used up/ },
    {
      why: 'expired at the server',
      change: { expiresOn: '2020-01-01' },
      remedy: { expiresOn: null },
      says: /expired/,
    },
  ])('is kept with its token and retried slowly ($why)', async ({ change, remedy, says }) => {
    store = await startLicensedStore();
    const before = await store.app.view();
    await changeLicense(change);
    await store.refreshWhenDue();
    const refused = await store.app.view();
    expect(refused).toMatchObject({
      status: 'licensed',
      reason: 'acquired',
      features: ['xms'],
      renewalDate: before.renewalDate,
      token: { status: 'valid', expiresAt: before.token.expiresAt },
      connection: {
        online: true,
        offlineSince: null,
        lastError: { code: 'license-refused', message: expect.stringMatching(says) },
      },
      reauthorizationRequired: false,
    });
    const waitMs =
      new Date(refused.token.nextRefreshAt ?? Number.NaN).getTime() - store.clock.now().getTime();
    expect(waitMs).toBeGreaterThanOrEqual(45 * minuteMs);
    expect(waitMs).toBeLessThanOrEqual(60 * minuteMs);

    for (let round = 1; round <= 3; round++) await store.refreshWhenDue();
    expect((await store.audit()).filter(({ action }) => action === 'refresh-failed')).toHaveLength(1);
    expect(await store.eventNames()).toEqual(['acquired']);
    expect(await store.isAuthorized()).toBe(true);

    await changeLicense(remedy);
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      status: 'licensed',
      connection: { online: true, lastError: null },
    });
    expect(store.refreshes).toHaveLength(1);
  });
});

describe('changed terms', () => {
  it('take effect at the next refresh: features, hub and name', async () => {
    store = await startLicensedStore();
    await changeLicense({ features: ['xms', 'loyalty'] });
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ reason: 'terms-changed', features: ['xms', 'loyalty'] });

    await store.mock.control('PATCH', '/mock/devices/srv-hub', {
      name: 'Region',
      url: 'https://region.example',
    });
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      reason: 'terms-changed',
      hub: { id: 'srv-hub', name: 'Region', url: 'https://region.example' },
    });

    await store.mock.control('PATCH', '/mock/devices/srv-store-1', { hubId: null, name: 'Airport' });
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      reason: 'terms-changed',
      hub: null,
      serverName: 'Airport',
    });

    await store.refreshWhenDue();
    expect(await store.eventNames()).toEqual([
      'acquired',
      'terms-changed',
      'terms-changed',
      'terms-changed',
      'refreshed',
    ]);
  });
});
