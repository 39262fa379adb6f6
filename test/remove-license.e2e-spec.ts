import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { dayMs, hourMs, minuteMs } from './support/license-fixture.js';
import { readOutbox } from './support/read-outbox.js';
import { refreshPath, startLicensedStore, tokenPath, TestStore } from './support/start-store.js';

const licensePath = '/api/license';
const revocationPath = '/oauth/revoke';

let store: TestStore;

afterEach(() => store.stop());

const remove = () => store.app.as('delete', licensePath).expect(204);

/** Returns the number of sealed secrets in the database: of the license, and of grants that are not revoked yet. */
async function countSealed(): Promise<{ license: number; revocations: number }> {
  return {
    license: await countRows('license WHERE secrets IS NOT NULL'),
    revocations: await countRows('pending_revocation'),
  };
}

async function countRows(what: string): Promise<number> {
  const rows: { count: number | string }[] = await store.app.app
    .get(DataSource)
    .query(`SELECT count(*) AS count FROM ${what}`);
  return Number(rows[0]?.count);
}

async function isTokenActive(token: string | undefined): Promise<boolean> {
  const response = await fetch(`${store.mock.url}/oauth/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token: token ?? '', client_id: 'pos-server' }),
  });
  return ((await response.json()) as { active: boolean }).active;
}

describe('the removal of a license', () => {
  it('deletes it here, publishes an event, and revokes it at the Authorization server', async () => {
    store = await startLicensedStore();
    const grant = store.secrets;
    expect(await isTokenActive(grant?.refreshToken)).toBe(true);
    await remove();
    expect(await store.app.view()).toMatchObject({
      status: 'unlicensed',
      statusText: 'Not Licensed',
      reason: 'removed',
      serverId: 'srv-store-1',
      features: [],
      hub: null,
      renewalDate: null,
      token: { status: 'none', expiresAt: null, nextRefreshAt: null },
    });
    expect((await readOutbox(store.app)).at(-1)).toMatchObject({
      type: 'license.status',
      data: { previousStatus: 'licensed', status: 'unlicensed', reason: 'removed' },
    });
    expect(store.secrets).toBeNull();

    await store.app.tick();
    expect(await store.isAuthorized()).toBe(false);
    expect(await isTokenActive(grant?.refreshToken)).toBe(false);
    expect(await isTokenActive(grant?.accessToken)).toBe(false);
    expect(await countSealed()).toEqual({ license: 0, revocations: 0 });
    expect((await store.audit()).slice(0, 2)).toMatchObject([
      { actor: 'system', action: 'grant-revoked-at-server' },
      {
        actor: 'admin',
        action: 'removed',
        before: { status: 'licensed' },
        after: { status: 'unlicensed', tokenExpiresAt: null },
      },
    ]);
  });

  it('changes and publishes nothing without a license', async () => {
    store = await TestStore.start();
    await remove();
    expect(await store.eventNames()).toEqual([]);
    expect(await store.audit()).toEqual([]);
  });

  it('is published once, however often it is requested', async () => {
    store = await startLicensedStore();
    await Promise.all([remove(), remove(), remove()]);
    await store.app.tick();
    expect(await store.eventNames()).toEqual(['acquired', 'removed']);
    expect(store.proxy.done(revocationPath)).toHaveLength(1);
  });

  it('allows a new acquisition, for the same server or another', async () => {
    store = await startLicensedStore();
    for (const deviceId of ['srv-store-1', 'srv-store-2']) {
      await remove();
      await store.app.tick();
      expect(await store.app.acquire(store.mock, deviceId)).toMatchObject({
        status: 'licensed',
        serverId: deviceId,
      });
      await store.app.as('post', refreshPath).expect(200);
    }
    expect(await store.isAuthorized('srv-store-1')).toBe(false);
    expect(await store.isAuthorized('srv-store-2')).toBe(true);
  });

  it('does not wait for the Authorization server: the grant is revoked when the server is back, even after restarts', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    await remove();
    for (let hour = 1; hour <= 3; hour++) {
      await store.live(hourMs, 20 * minuteMs);
      await store.restart();
    }
    expect(await store.isAuthorized()).toBe(true);
    expect(await countSealed()).toEqual({ license: 0, revocations: 1 });

    await store.setFault('none');
    await store.live(hourMs, 20 * minuteMs);
    expect(await store.isAuthorized()).toBe(false);
    expect(await countSealed()).toEqual({ license: 0, revocations: 0 });
    expect(store.proxy.done(revocationPath)).toHaveLength(1);
  });

  it('retries the revocation with a growing delay of at most 15 minutes while the Authorization server is unreachable', async () => {
    store = await startLicensedStore();
    await remove();
    let tries = 0;
    store.proxy.inject({
      path: revocationPath,
      at: 'request',
      outcome: 'drop',
      times: 1_000,
      meanwhile: async () => {
        tries++;
      },
    });
    await store.live(minuteMs, 1000);
    expect(tries).toBeGreaterThanOrEqual(2);
    expect(tries).toBeLessThanOrEqual(30);
    const triesSoFar = tries;
    for (let quarter = 1; quarter <= 12; quarter++) await store.live(15 * minuteMs, 15 * minuteMs);
    expect(tries - triesSoFar).toBe(12);
  });

  it('revokes the old grant of a re-acquired server without an effect on the new one', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    await remove();
    await store.app.tick();
    await store.setFault('none');
    await store.app.acquire(store.mock);
    await store.live(hourMs, 20 * minuteMs);
    expect(await countSealed()).toEqual({ license: 1, revocations: 0 });
    expect(await store.isAuthorized()).toBe(true);
    await store.app.as('post', refreshPath).expect(200);
  });
});

describe('the removal of a license during a refresh', () => {
  it.each([
    { moment: 'before the server receives it', at: 'request' as const },
    { moment: 'after the server has issued a new token', at: 'answer' as const },
  ])('leaves no valid token at the Authorization server ($moment)', async ({ at }) => {
    store = await startLicensedStore();
    const old = store.secrets;
    store.proxy.inject({
      path: tokenPath,
      at,
      meanwhile: async () => {
        await remove();
      },
      outcome: 'pass',
    });
    await store.app.as('post', refreshPath).expect(200);
    expect(await store.app.view()).toMatchObject({ status: 'unlicensed', reason: 'removed' });
    expect(store.secrets).toBeNull();

    await store.live(3 * minuteMs, minuteMs);
    expect(await store.isAuthorized()).toBe(false);
    const [issued] = store.refreshes.map(({ body }) => JSON.parse(body) as { refresh_token: string });
    const alive = [old?.refreshToken, issued?.refresh_token];
    // One by one, because not every server revokes the whole grant with one of its tokens.
    const revoked = store.proxy
      .done(revocationPath)
      .map(({ requestBody }) => new URLSearchParams(requestBody).get('token'));
    expect(revoked).toEqual(alive);
    for (const token of alive) expect(await isTokenActive(token)).toBe(false);
    expect(await countSealed()).toEqual({ license: 0, revocations: 0 });
    expect(await store.eventNames()).toEqual(['acquired', 'removed']);
  });

  it('keeps a license that was acquired again in the meantime', async () => {
    store = await startLicensedStore();
    store.proxy.inject({
      path: tokenPath,
      at: 'answer',
      meanwhile: async () => {
        await remove();
        await store.app.acquire(store.mock);
      },
      outcome: 'pass',
    });
    await store.app.as('post', refreshPath).expect(200);
    await store.live(3 * minuteMs, minuteMs);
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reason: 'acquired' });
    await store.app.as('post', refreshPath).expect(200);
    expect(await store.isAuthorized()).toBe(true);
  });
});

describe('a license that is revoked at the Authorization server', () => {
  it('ends with the next refresh, which deletes its secrets', async () => {
    store = await startLicensedStore();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    expect(await store.app.view()).toMatchObject({ status: 'licensed' });
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({
      status: 'unlicensed',
      reason: 'revoked',
      serverId: 'srv-store-1',
      token: { status: 'none', nextRefreshAt: null },
      connection: { online: true },
      reauthorizationRequired: false,
    });
    expect(store.secrets).toBeNull();
    expect(await countSealed()).toEqual({ license: 0, revocations: 0 });
    expect((await readOutbox(store.app)).at(-1)).toMatchObject({
      data: { previousStatus: 'licensed', status: 'unlicensed', reason: 'revoked' },
    });
    expect((await store.audit())[0]).toMatchObject({ actor: 'system', action: 'revoked' });
  });

  it('ends at the first usable answer of an introspection endpoint that the profile trusts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'licensing-profile-'));
    const file = join(folder, 'profile.json');
    await writeFile(file, JSON.stringify({ introspection: 'trusted' }));
    store = await startLicensedStore({
      mock: { hasStatusList: false },
      environment: { AUTH_SERVER_PROFILE: file },
    });
    await store.app.tick();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    const introspection = '/oauth/introspect';
    await store.setFault('answer', { on: introspection, status: 200, body: '<html>Log in</html>' });
    await store.restart();
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
    expect(store.proxy.done(introspection)).toHaveLength(2);

    await store.setFault('none');
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
    expect(store.secrets).toBeNull();
    expect((await readOutbox(store.app)).at(-1)).toMatchObject({
      data: { previousStatus: 'licensed', status: 'unlicensed', reason: 'revoked' },
    });
    expect((await store.audit())[0]).toMatchObject({ actor: 'system', action: 'revoked' });
    await rm(folder, { recursive: true });
  });

  it('is recognized as revoked even after an outage with a restart', async () => {
    store = await startLicensedStore();
    await store.setFault('offline');
    await store.restart();
    for (let round = 1; round <= 3; round++) await store.refreshWhenDue();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    await store.setFault('none');
    await store.refreshWhenDue();
    expect(await store.app.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
  });

  it('is not refreshed again, and can be acquired again', async () => {
    store = await startLicensedStore();
    await store.mock.control('DELETE', '/mock/devices/srv-store-1/authorization');
    await store.refreshWhenDue();
    const calls = () => store.proxy.exchanges.filter(({ path }) => path === tokenPath).length;
    const callsBefore = calls();
    await store.live(10 * dayMs, dayMs);
    await store.restart();
    await store.app.tick();
    expect(calls()).toBe(callsBefore);
    expect(await store.app.acquire(store.mock)).toMatchObject({ status: 'licensed', reason: 'acquired' });
  });
});
