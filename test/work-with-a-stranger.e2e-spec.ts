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
import { startOidcProvider, type OidcProvider } from './support/start-oidc-provider.js';

const completePath = '/api/license/authorization/complete';
const refreshGrant = 'refresh_token';

const variants = [
  { how: 'key-bound tokens, with rotation', hasDpop: true, isRotated: true },
  { how: 'key-bound tokens, without rotation', hasDpop: true, isRotated: false },
  { how: 'bearer tokens, with rotation', hasDpop: false, isRotated: true },
  { how: 'bearer tokens, without rotation', hasDpop: false, isRotated: false },
];

describe.each(variants)(
  'the service with a third-party Authorization server ($how)',
  ({ hasDpop, isRotated }) => {
    let clock: FakeClock;
    let provider: OidcProvider;
    let app: TestApp;

    beforeEach(async () => {
      // The test clock starts at the real time, because the server uses the clock of the machine.
      clock = new FakeClock();
      provider = await startOidcProvider({ hasDpop, isRotated });
      await start();
    });

    afterEach(async () => {
      await app.stop();
      await provider.stop();
    });

    async function start(dataDir?: string): Promise<void> {
      app = await startApp({
        clock,
        environment: { AUTH_SERVER_URL: provider.url },
        ...(dataDir !== undefined && { dataDir }),
      });
      holdScheduler(app);
    }

    const secrets = () => app.app.get(LicenseStore).secrets;
    const refresh = (status: number) => app.as('post', refreshPath).expect(status);
    const countRefreshes = () => provider.granted.filter((type) => type === refreshGrant).length;

    it('acquires and shows a license', async () => {
      expect(await app.acquire(provider)).toMatchObject({
        status: 'licensed',
        reason: 'acquired',
        serverId: 'srv-9',
        serverName: 'Store 9',
        organization: { id: 'org-9', name: 'Third Party' },
        renewalDate: null,
        features: ['xms'],
        hub: null,
        token: { status: 'valid' },
        connection: { online: true, lastError: null },
      });
      expect('cnf' in decodeJwt(secrets()?.accessToken ?? '')).toBe(hasDpop);
    });

    it('waits for the approval, and reports a denial', async () => {
      const { body } = await app.as('post', authorizationPath).expect(201);
      await app.as('post', completePath).expect(409);
      await provider.deny(String(body.userCode));
      await app.as('post', completePath).expect(403, /authorization-denied/);
      expect(await app.acquire(provider)).toMatchObject({ status: 'licensed' });
    });

    it('refreshes its token when that is due', async () => {
      await app.acquire(provider);
      clock.set(new Date(String((await app.view()).token.nextRefreshAt)));
      await app.app.get(RefreshLicense).executeWhenDue();
      expect(countRefreshes()).toBe(1);
      expect(await app.view()).toMatchObject({ reason: 'refreshed', token: { status: 'valid' } });
    });

    it('refreshes its token over restarts, and applies new terms', async () => {
      await app.acquire(provider);
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
      provider.setLicense({ features: ['xms', 'more'], renewal_date: renewalDate, hub });
      await refresh(200);
      expect(await app.view()).toMatchObject({
        reason: 'terms-changed',
        features: ['xms', 'more'],
        hub,
        renewalDate,
      });
    });

    it('keeps a temporarily refused license without another authorization', async () => {
      await app.acquire(provider);
      provider.setRefusal('The license has expired.');
      await refresh(403).expect(/license-refused/);
      expect(await app.view()).toMatchObject({
        status: 'licensed',
        connection: { lastError: { message: 'The license has expired.' } },
      });
      provider.setRefusal(null);
      await refresh(200);
      expect(await app.view()).toMatchObject({ status: 'licensed', connection: { lastError: null } });
    });

    it('keeps the license when its grant ends at the server, and can acquire it again', async () => {
      await app.acquire(provider);
      await provider.endGrant();
      await refresh(200);
      expect(await app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: true });
      await app.acquire(provider);
      await refresh(200);
      expect(await nameWaitingEvents(app)).toEqual([
        'acquired',
        'reauthorization-required',
        'acquired',
        'refreshed',
      ]);
    });

    it('revokes a removed license at the server', async () => {
      await app.acquire(provider);
      const token = secrets()?.refreshToken ?? '';
      expect(await provider.knowsRefreshToken(token)).toBe(true);
      await app.as('delete', '/api/license').expect(204);
      await app.tick();
      expect(await provider.knowsRefreshToken(token)).toBe(false);
      expect(await app.view()).toMatchObject({ status: 'unlicensed', reason: 'removed' });
    });

    it('does not use a rotated refresh token again, however many concurrent refreshes are requested', async () => {
      await app.acquire(provider);
      const answers = await Promise.all(Array.from({ length: 10 }, () => app.as('post', refreshPath)));
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
      // The server would end the grant at the second use of a refresh token.
      await refresh(200);
      expect(await app.view()).toMatchObject({ status: 'licensed', reauthorizationRequired: false });
    });

    // Without DPoP, the refresh token alone is sufficient.
    if (hasDpop) {
      it('holds a refresh token that is useless without its key', async () => {
        await app.acquire(provider);
        const response = await fetch(`${provider.url}/token`, {
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
  },
);
