import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { RefreshLicense } from '../src/licensing/refresh-license.js';
import { FakeClock } from './support/fake-clock.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { nameWaitingEvents } from './support/read-outbox.js';
import { authorizationPath } from './support/license-requests.js';
import { startApp, type TestApp } from './support/start-app.js';
import { refreshPath } from './support/start-store.js';
import { startStranger, type Stranger } from './support/start-oidc-provider.js';

const completePath = '/api/license/authorization/complete';
const refreshGrant = 'refresh_token';

const strangers = [
  { how: 'key-bound tokens, with rotation', hasDpop: true, isRotated: true },
  { how: 'key-bound tokens, without rotation', hasDpop: true, isRotated: false },
  { how: 'bearer tokens, with rotation', hasDpop: false, isRotated: true },
  { how: 'bearer tokens, without rotation', hasDpop: false, isRotated: false },
];

describe.each(strangers)('with an Authorization server of other authors ($how)', ({ hasDpop, isRotated }) => {
  let clock: FakeClock;
  let stranger: Stranger;
  let app: TestApp;

  beforeEach(async () => {
    // It starts at the present: the stranger goes by the clock of the machine.
    clock = new FakeClock();
    stranger = await startStranger({ hasDpop, isRotated });
    await start();
  });

  afterEach(async () => {
    await app.stop();
    await stranger.stop();
  });

  async function start(dataDir?: string): Promise<void> {
    app = await startApp({
      clock,
      environment: { AUTH_SERVER_URL: stranger.url },
      ...(dataDir !== undefined && { dataDir }),
    });
    holdScheduler(app);
  }

  const secrets = () => app.app.get(LicenseStore).secrets;
  const refresh = (status: number) => app.as('post', refreshPath).expect(status);
  const countRefreshes = () => stranger.granted.filter((type) => type === refreshGrant).length;

  it('a license is acquired and shown', async () => {
    expect(await app.acquire(stranger)).toMatchObject({
      status: 'licensed',
      reason: 'acquired',
      serverId: 'srv-9',
      serverName: 'Store 9',
      organization: { id: 'org-9', name: 'Strangers' },
      renewalDate: null,
      features: ['xms'],
      hub: null,
      token: { status: 'valid' },
      connection: { online: true, lastError: null },
    });
    expect('cnf' in decodeJwt(secrets()?.accessToken ?? '')).toBe(hasDpop);
  });

  it('the license waits for approval, and a denial is told', async () => {
    const { body } = await app.as('post', authorizationPath).expect(201);
    await app.as('post', completePath).expect(409);
    await stranger.deny(String(body.userCode));
    await app.as('post', completePath).expect(403, /authorization-denied/);
    expect(await app.acquire(stranger)).toMatchObject({ status: 'licensed' });
  });

  it('its token is refreshed when that is due', async () => {
    await app.acquire(stranger);
    clock.set(new Date(String((await app.view()).token.nextRefreshAt)));
    await app.app.get(RefreshLicense).executeWhenDue();
    expect(countRefreshes()).toBe(1);
    expect(await app.view()).toMatchObject({ reason: 'refreshed', token: { status: 'valid' } });
  });

  it('its token is refreshed over restarts, with new terms', async () => {
    await app.acquire(stranger);
    const tokens = new Set([secrets()?.refreshToken]);
    for (let round = 1; round <= 3; round++) {
      await app.close();
      await start(app.dataDir);
      await refresh(200);
      tokens.add(secrets()?.refreshToken);
      expect(await app.view()).toMatchObject({ status: 'licensed', connection: { online: true } });
      expect(countRefreshes()).toBe(round);
    }
    expect(tokens.size).toBe(isRotated ? 4 : 1);
    const hub = { id: 'srv-hub', name: 'Head office', url: 'https://hub.example' };
    const renewalDate = new Date(clock.now().getTime() + 365 * 86_400_000).toISOString();
    stranger.setLicense({ features: ['xms', 'more'], renewal_date: renewalDate, hub });
    await refresh(200);
    expect(await app.view()).toMatchObject({
      reason: 'terms-changed',
      features: ['xms', 'more'],
      hub,
      renewalDate,
    });
  });

  it('a license that is refused for a while comes back without a new authorization', async () => {
    await app.acquire(stranger);
    stranger.setRefusal('The license has expired.');
    await refresh(403).expect(/license-refused/);
    expect(await app.view()).toMatchObject({
      status: 'licensed',
      connection: { lastError: { message: 'The license has expired.' } },
    });
    stranger.setRefusal(null);
    await refresh(200);
    expect(await app.view()).toMatchObject({ status: 'licensed', connection: { lastError: null } });
  });

  it('a grant that is ended there takes the license away, and it can be acquired again', async () => {
    await app.acquire(stranger);
    await stranger.endGrant();
    await refresh(200);
    expect(await app.view()).toMatchObject({ status: 'unlicensed', reason: 'revoked' });
    await app.acquire(stranger);
    await refresh(200);
    expect(await nameWaitingEvents(app)).toEqual(['acquired', 'revoked', 'acquired', 'refreshed']);
  });

  it('a license that is removed here is revoked there', async () => {
    await app.acquire(stranger);
    const token = secrets()?.refreshToken ?? '';
    expect(await stranger.knowsRefreshToken(token)).toBe(true);
    await app.as('delete', '/api/license').expect(204);
    await app.tick();
    expect(await stranger.knowsRefreshToken(token)).toBe(false);
    expect(await app.view()).toMatchObject({ status: 'unlicensed', reason: 'removed' });
  });

  it('however many ask for a refresh at once, a refresh token that was rotated is not used again', async () => {
    await app.acquire(stranger);
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.as('post', refreshPath)));
    expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
    // It ends the grant of whoever comes with one that was used before.
    await refresh(200);
    expect(await app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: false });
  });

  // Without DPoP, the token alone is what counts.
  if (hasDpop) {
    it('a refresh token without its key is worth nothing', async () => {
      await app.acquire(stranger);
      const response = await fetch(`${stranger.url}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: refreshGrant,
          client_id: 'pos-server',
          refresh_token: secrets()?.refreshToken ?? '',
        }),
      });
      expect(response.status).toBe(400);
      await refresh(200);
    });
  }
});
