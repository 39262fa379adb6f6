import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serviceItself } from '../src/domain/audit-actor.js';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import type { GrantSecrets } from '../src/domain/ports/authorization-server.js';
import { TrustDataRefresher } from '../src/peers/trust-data-refresher.js';
import { RefreshLicense } from '../src/licensing/refresh-license.js';
import { dayMs, hourMs, minuteMs, secondMs } from './support/license-fixture.js';
import { isOnPostgres } from './support/create-database.js';
import type { Fault } from './support/fault-proxy.js';
import { refreshPath, startLicensedStore, tokenPath, type TestStore } from './support/start-store.js';

let store: TestStore;

afterEach(() => store.stop());

const withoutRotation = { server: 'without rotation', mock: { isRefreshRotated: false } };
const withGrace = {
  server: 'with rotation and grace until-used',
  mock: { isRefreshRotated: true, refreshGrace: 'until-used' as const },
};
const withoutGrace = {
  server: 'with rotation and no grace',
  mock: { isRefreshRotated: true, refreshGrace: 0 },
};

/**
 * Prevents all further writes, as a kill does. Resolves to the data folder for the next start: a copy of the files
 * of this moment. PostgreSQL keeps running, so there every later write fails.
 */
async function kill(): Promise<string> {
  store.app.app.useLogger(false);
  if (isOnPostgres) {
    vi.spyOn(store.app.app.get(LicenseStore), 'transact').mockRejectedValue(new Error('killed'));
    return store.app.dataDir;
  }
  const copy = await mkdtemp(join(tmpdir(), 'licensing-killed-'));
  await cp(store.app.dataDir, copy, { recursive: true });
  return copy;
}

/** Kills the service at a moment of its refresh, and starts it again with the data of that moment. */
async function killDuringRefresh(at: Fault['at']): Promise<void> {
  let left: string | undefined;
  store.proxy.inject({
    path: tokenPath,
    at,
    meanwhile: async () => {
      left = await kill();
    },
    outcome: 'drop',
  });
  await store.refreshWhenDue();
  await store.restart(left);
}

async function loseAnswer(outcome: Fault['outcome']): Promise<void> {
  store.proxy.inject({ path: tokenPath, at: 'answer', outcome: outcome });
  await store.refreshWhenDue();
}

async function expectHealthyGrant(): Promise<void> {
  for (let round = 1; round <= 2; round++) {
    const before = store.refreshes.length;
    await store.refreshWhenDue();
    expect(store.refreshes).toHaveLength(before + 1);
    expect(await store.app.view()).toMatchObject({
      status: 'licensed',
      reason: 'refreshed',
      token: { status: 'valid' },
      connection: { online: true, lastError: null },
      reauthorizationRequired: false,
    });
  }
}

function refuse(): void {
  store.proxy.inject({
    path: tokenPath,
    at: 'request',
    outcome: {
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: '{"error":"invalid_grant"}',
    },
  });
}

function saveSecrets(secrets: GrantSecrets | null): Promise<void> {
  return store.app.app.get(LicenseStore).transact((transaction) => transaction.saveSecrets(secrets));
}

async function expectReauthorizationRequired(): Promise<void> {
  await store.refreshWhenDue();
  expect(await store.app.view()).toMatchObject({
    status: 'licensed',
    reason: 'reauthorization-required',
    features: ['xms'],
    token: { status: 'valid', nextRefreshAt: expect.any(String) },
    reauthorizationRequired: true,
  });
}

describe.each([withoutRotation, withGrace])('a license from an Authorization server $server', ({ mock }) => {
  it('recovers by itself when the answer of a refresh is lost in the network', async () => {
    store = await startLicensedStore({ mock });
    store.proxy.inject({ path: tokenPath, at: 'answer', outcome: 'drop' });
    await store.refreshWhenDue();
    expect(store.refreshes).toHaveLength(1);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', connection: { online: false } });
    await expectHealthyGrant();
    expect(await store.eventNames()).toEqual(['acquired', 'refreshed', 'refreshed']);
  });

  it('recovers by itself when answers are lost five times in a row, over restarts', async () => {
    store = await startLicensedStore({ mock });
    await store.setFault('drop-answer', { count: 5 });
    for (let lost = 1; lost <= 5; lost++) {
      await store.refreshWhenDue();
      expect(store.refreshes).toHaveLength(0);
      if (lost % 2 === 0) await store.restart();
    }
    await expectHealthyGrant();
  });

  it.each([1, 40, 400])('recovers by itself when an answer ends after %i bytes', async (cutAfterBytes) => {
    store = await startLicensedStore({ mock });
    store.proxy.inject({ path: tokenPath, at: 'answer', outcome: { cutAfterBytes } });
    await store.refreshWhenDue();
    expect((await store.app.view()).connection.online).toBe(false);
    await expectHealthyGrant();
  });

  it.each(['request', 'answer'] as const)(
    'recovers by itself when the service is killed at the %s',
    async (at) => {
      store = await startLicensedStore({ mock });
      await killDuringRefresh(at);
      expect(await store.app.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' } });
      await expectHealthyGrant();
    },
  );

  it('recovers by itself when the new token cannot be written', async () => {
    store = await startLicensedStore({ mock });
    const transact = vi.spyOn(store.app.app.get(LicenseStore), 'transact');
    store.proxy.inject({
      path: tokenPath,
      at: 'answer',
      meanwhile: async () => {
        transact.mockRejectedValue(Object.assign(new Error('disk full'), { code: 'SQLITE_FULL' }));
      },
      outcome: 'pass',
    });
    await expect(store.app.app.get(RefreshLicense).execute(serviceItself)).rejects.toThrow('disk full');
    transact.mockRestore();
    expect(store.refreshes).toHaveLength(1);
    await expectHealthyGrant();
  });
});

describe(`a license from an Authorization server ${withoutGrace.server}`, () => {
  const { mock } = withoutGrace;

  it.each([
    { how: 'the answer is lost', lose: () => loseAnswer('drop') },
    { how: 'the answer is cut short', lose: () => loseAnswer({ cutAfterBytes: 40 }) },
    { how: 'the service is killed before the answer arrives', lose: () => killDuringRefresh('answer') },
  ])('is kept until its token expires when $how', async ({ lose }) => {
    store = await startLicensedStore({ mock });
    const { expiresAt } = (await store.app.view()).token;
    await lose();
    await expectReauthorizationRequired();
    expect(await store.eventNames()).toEqual(['acquired', 'reauthorization-required']);

    store.clock.set(new Date(expiresAt ?? Number.NaN));
    await store.app.tick();
    expect(await store.app.view()).toMatchObject({ status: 'licensed', token: { status: 'expiring' } });
    store.clock.advance(1);
    await store.app.tick();
    expect(await store.app.view()).toMatchObject({
      status: 'unlicensed',
      reason: 'revoked',
      token: { status: 'none' },
      reauthorizationRequired: false,
    });
    expect((await store.eventNames()).slice(-2)).toEqual(['token:0', 'revoked']);
    expect(store.secrets?.refreshToken).toBeTypeOf('string');
  });

  it('can be acquired again immediately, without a removal', async () => {
    store = await startLicensedStore({ mock });
    await loseAnswer('drop');
    await expectReauthorizationRequired();
    expect(await store.app.acquire(store.mock)).toMatchObject({
      status: 'licensed',
      reason: 'acquired',
      reauthorizationRequired: false,
    });
    await expectHealthyGrant();
  });

  it('is tried at most once in 45 minutes, over restarts and outages', async () => {
    store = await startLicensedStore({ mock });
    await loseAnswer('drop');
    await expectReauthorizationRequired();
    const calls = () => store.proxy.exchanges.filter(({ path }) => path === tokenPath).length;
    const callsBefore = calls();
    await store.live(dayMs, 2 * hourMs);
    await store.restart();
    await store.live(dayMs, 2 * hourMs);
    const tries = calls() - callsBefore;
    expect(tries).toBeGreaterThanOrEqual(20);
    expect(tries).toBeLessThanOrEqual(64);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
    expect(await store.eventNames()).toEqual(['acquired', 'reauthorization-required']);
  });

  it('is refreshed in vain at most twice after a person has requested it during an outage', async () => {
    store = await startLicensedStore({ mock });
    await loseAnswer('drop');
    await expectReauthorizationRequired();
    await store.setFault('offline');
    await store.app.as('post', refreshPath).expect(503);
    await store.setFault('none');
    const calls = () => store.proxy.exchanges.filter(({ path }) => path === tokenPath).length;
    const callsBefore = calls();
    await store.live(minuteMs, secondMs);
    expect(calls() - callsBefore).toBeLessThanOrEqual(2);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
  });

  it('recovers by itself when the service is killed before the server receives the refresh', async () => {
    store = await startLicensedStore({ mock });
    await killDuringRefresh('request');
    await expectHealthyGrant();
  });

  it('ends with a revocation when its authorization is removed there', async () => {
    store = await startLicensedStore({ mock });
    await store.refreshWhenDue();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
  });
});

describe.each([withoutRotation, withGrace, withoutGrace])(
  'a license from an Authorization server $server, after a refresh was stored',
  ({ mock }) => {
    it('keeps its new token when the service is killed', async () => {
      store = await startLicensedStore({ mock });
      await store.refreshWhenDue();
      const { secrets } = store;
      await store.restart(await kill());
      expect(store.secrets).toEqual(secrets);
      await expectHealthyGrant();
    });
  },
);

describe('a license whose refresh token the Authorization server refuses', () => {
  it('stays on a server that was rolled back, and on its original whose grant that has ended', async () => {
    store = await startLicensedStore({ mock: withoutGrace.mock });
    const old = store.secrets;
    await store.refreshWhenDue();
    const present = store.secrets;
    await saveSecrets(old);
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
    await saveSecrets(present);
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
    expect(await store.eventNames()).toEqual(['acquired', 'refreshed', 'reauthorization-required']);
  });

  it('refreshes again by itself when the server accepts the refresh token again', async () => {
    store = await startLicensedStore();
    refuse();
    await expectReauthorizationRequired();
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      status: 'licensed',
      reason: 'refreshed',
      reauthorizationRequired: false,
    });
  });

  it('comes back by itself even after its token has expired', async () => {
    store = await startLicensedStore();
    refuse();
    await expectReauthorizationRequired();
    await store.setFault('offline');
    store.clock.set(new Date((await store.app.view()).token.expiresAt ?? Number.NaN));
    store.clock.advance(1);
    await store.app.tick();
    expect(await store.app.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
    await store.restart();
    await store.setFault('none');
    await store.live(hourMs, 15 * minuteMs);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: false });
    expect((await store.eventNames()).slice(-2)).toEqual(['revoked', 'refreshed']);
  });

  it('is no longer tried once it was removed after its token has expired', async () => {
    store = await startLicensedStore();
    refuse();
    await expectReauthorizationRequired();
    await store.setFault('offline');
    store.clock.set(new Date((await store.app.view()).token.expiresAt ?? Number.NaN));
    store.clock.advance(1);
    await store.app.tick();
    await store.app.as('delete', '/api/license').expect(204);
    expect(store.secrets).toBeNull();
    await store.setFault('none');
    await store.live(hourMs, 15 * minuteMs);
    expect(await store.app.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
  });
});

it('A license ends with a new status list that revokes its token, before the next refresh', async () => {
  store = await startLicensedStore();
  const calls = () => store.proxy.exchanges.filter(({ path }) => path === tokenPath).length;
  const callsBefore = calls();
  await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
  await store.app.app.get(TrustDataRefresher).fetchNow();
  await store.app.tick();
  expect(await store.app.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
  expect(calls()).toBe(callsBefore);
  expect(store.secrets).toBeNull();
  expect((await store.audit())[0]).toMatchObject({
    action: 'revoked',
    reason: expect.stringMatching(/status list/),
  });
});
