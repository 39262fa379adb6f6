import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LicenseStore } from '../src/domain/ports/license-store.js';
import { FakeClock } from './support/fake-clock.js';
import { holdScheduler } from './support/hold-scheduler.js';
import { dayMs } from './support/license-fixture.js';
import { startApp, type TestApp } from './support/start-app.js';
import { ownDefaults, startOidcProvider } from './support/start-oidc-provider.js';
import { refreshPath } from './support/start-store.js';
import { startAuth0 } from './support/strangers/auth0.js';
import { startIdentityServer } from './support/strangers/identityserver.js';
import { startKeycloak } from './support/strangers/keycloak.js';
import { startOpenIddict } from './support/strangers/openiddict.js';
import type { StrangerDevice, StrangerOptions } from './support/strangers/product.js';
import type { StrangerServer } from './support/strangers/stranger-server.js';

/** What the stories need of a server. */
interface Stranger {
  readonly issuer: string;
  approve(userCode: string): Promise<void>;
  setTerms(features: readonly string[], renewalDate: string | null): void;
  dropNextAnswer(): void;
  /** Ends the grant of the device, as the operator of the server does. */
  endGrant(): Promise<void>;
  stop(): Promise<void>;
}

const device: StrangerDevice = {
  id: 'srv-9',
  name: 'Store 9',
  kind: 'server',
  url: 'https://store-9.example',
  organization: { id: 'org-9', name: 'Strangers' },
  hub: null,
};
/** What `oidc-provider` needs to be known for: it signs with RS256, and sends a refresh token only for this scope. */
const providerProfile = {
  scope: 'license offline_access',
  resource: 'urn:pos:license',
  algorithms: ['RS256'],
  // It calls every JWT inactive, which must not count.
  introspection: 'trusted',
};

const likeProduct =
  (start: (options: StrangerOptions) => Promise<StrangerServer>) =>
  async (clock: FakeClock): Promise<Stranger> => {
    const server = await start({ now: () => clock.now() });
    return {
      issuer: server.issuer,
      approve: async (userCode) => server.approve(userCode, device),
      setTerms: (features, renewalDate) => server.setTerms(features, renewalDate),
      dropNextAnswer: () => server.dropNextAnswer(),
      endGrant: async () => server.revoke(device.id),
      stop: () => server.stop(),
    };
  };

async function startProvider(): Promise<Stranger> {
  const provider = await startOidcProvider(ownDefaults);
  return {
    ...provider,
    issuer: provider.url,
    setTerms: (features, renewal_date) => provider.setLicense({ features, renewal_date }),
  };
}

const strangers = [
  { server: 'identityserver', start: likeProduct(startIdentityServer) },
  { server: 'openiddict', start: likeProduct(startOpenIddict) },
  { server: 'keycloak', start: likeProduct(startKeycloak) },
  { server: 'auth0', start: likeProduct(startAuth0) },
  {
    server: 'oidc-provider with its own defaults',
    start: startProvider,
    // It ends a grant whose refresh token is used twice.
    isReplayFatal: true,
    // A test cannot advance its clock.
    hasMachineClock: true,
  },
];

describe.each(strangers)('the life of a license from $server', (given) => {
  const { server, start, isReplayFatal = false, hasMachineClock = false } = given;
  // One service for all stories: each acquires its own license. Those in which the time passes are last.
  const clock = new FakeClock();
  let folder: string;
  let stranger: Stranger;
  let app: TestApp;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'licensing-profile-'));
    const file = join(folder, 'profile.json');
    await writeFile(file, JSON.stringify(providerProfile));
    stranger = await start(clock);
    const AUTH_SERVER_PROFILE = server.startsWith('oidc-provider') ? file : server;
    app = await startApp({ clock, environment: { AUTH_SERVER_URL: stranger.issuer, AUTH_SERVER_PROFILE } });
    holdScheduler(app);
  });

  afterAll(async () => {
    await app.stop();
    await stranger.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const refresh = () => app.as('post', refreshPath);
  const inDays = (days: number) => new Date(clock.now().getTime() + days * dayMs).toISOString().slice(0, 10);
  const sound = { connection: { online: true, lastError: null }, reauthorizationRequired: false };

  async function acquire(renewalDate: string | null = null): Promise<void> {
    await app.as('delete', '/api/license');
    // Each run revokes one grant.
    await app.tick();
    stranger.setTerms(['xms'], renewalDate);
    await app.acquire(stranger);
  }

  async function passExpiry(): Promise<void> {
    const { expiresAt } = (await app.view()).token;
    clock.set(new Date(Date.parse(String(expiresAt)) + 60_000));
  }

  /** Returns the error of the server for a refresh token that somebody else sends. */
  async function errorOf(refreshToken: string): Promise<unknown> {
    const metadata = await fetch(`${stranger.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { token_endpoint: endpoint } = (await metadata.json()) as { token_endpoint: string };
    const form = { grant_type: 'refresh_token', client_id: 'pos-server', refresh_token: refreshToken };
    const answer = await fetch(endpoint, { method: 'POST', body: new URLSearchParams(form) });
    return ((await answer.json()) as { error?: unknown }).error;
  }

  it('begins when a person approves the code, and goes on with each refresh', async () => {
    await acquire();
    expect(await app.view()).toMatchObject({
      status: 'licensed',
      reason: 'acquired',
      serverId: 'srv-9',
      features: ['xms'],
      token: { status: 'valid' },
      ...sound,
    });
    await refresh().expect(200);
    stranger.setTerms(['xms', 'kitchen'], null);
    await refresh().expect(200);
    expect(await app.view()).toMatchObject({
      reason: 'terms-changed',
      features: ['xms', 'kitchen'],
      ...sound,
    });
  });

  it('requires a renewal near its date, and is renewed by a refresh', async () => {
    await acquire(inDays(5));
    expect((await app.view()).status).toBe('requires-renewal');
    stranger.setTerms(['xms'], inDays(400));
    await refresh().expect(200);
    expect(await app.view()).toMatchObject({
      status: 'licensed',
      renewalDate: `${inDays(400)}T23:59:59.000Z`,
      ...sound,
    });
  });

  it('outlives a lost answer to a refresh', async () => {
    await acquire();
    stranger.dropNextAnswer();
    await refresh().expect(503);
    expect(await app.view()).toMatchObject({ status: 'licensed', connection: { online: false } });
    await refresh().expect(200);
    expect(await app.view()).toMatchObject({
      status: 'licensed',
      reauthorizationRequired: isReplayFatal,
      connection: { online: true },
    });
    if (isReplayFatal) await app.acquire(stranger);
    await refresh().expect(200);
    expect(await app.view()).toMatchObject({ status: 'licensed', reason: 'refreshed', ...sound });
  });

  it('ends at the server too when a person removes it', async () => {
    await acquire();
    const { refreshToken } = app.app.get(LicenseStore).secrets ?? { refreshToken: '' };
    await app.as('delete', '/api/license').expect(204);
    await app.tick();
    expect(await errorOf(refreshToken)).toBe('invalid_grant');
    expect(await app.view()).toMatchObject({ status: 'unlicensed', reason: 'removed' });
  });

  if (!hasMachineClock) {
    it('is good again at the first refresh after its token has expired', async () => {
      await acquire();
      await passExpiry();
      expect(await app.view()).toMatchObject({ status: 'licensed', token: { status: 'expired' } });
      await refresh().expect(200);
      expect(await app.view()).toMatchObject({ status: 'licensed', token: { status: 'valid' }, ...sound });
    });
  }

  it('lasts until its token ends when the server ends the grant', async () => {
    await acquire();
    await stranger.endGrant();
    await refresh().expect(200);
    expect(await app.view()).toMatchObject({
      status: 'licensed',
      reauthorizationRequired: true,
      token: { status: 'valid' },
      standing: { isLicensed: true },
    });
    await passExpiry();
    await app.tick();
    expect(await app.view()).toMatchObject({
      status: 'unlicensed',
      reason: 'revoked',
      standing: { isLicensed: false },
    });
  });
});
