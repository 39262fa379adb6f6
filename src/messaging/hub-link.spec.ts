import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildLicensedState, startAt } from '../../test/support/license-fixture.js';
import type { Settings } from '../config/settings.js';
import { initialLicenseState, type LicenseState } from '../domain/license-state.js';
import type { GrantSecrets } from '../domain/ports/authorization-server.js';
import type { Clock } from '../domain/ports/clock.js';
import type { LicenseStore } from '../domain/ports/license-store.js';
import { checkDpopProof } from '../peers/tokens/dpop-proof.js';
import { HubLink } from './hub-link.js';

const dpopKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  format: 'jwk',
}) as JWK;
const token = 'the.license.token';

/** Makes `nextLogin` public. */
class OpenHubLink extends HubLink {
  override nextLogin() {
    return super.nextLogin();
  }
}

describe('HubLink.nextLogin', () => {
  let state: LicenseState;
  let secrets: GrantSecrets | null;
  let clock: { now: Date; trustedNow: Date | null; isSuspect: boolean };
  let link: OpenHubLink;

  beforeEach(() => {
    state = buildLicensedState();
    secrets = { accessToken: token, refreshToken: 'refresh', dpopKey };
    clock = { now: startAt, trustedNow: null, isSuspect: false };
    link = new OpenHubLink(
      { nats: { hubUrl: 'nats://127.0.0.1:9' } } as Settings,
      {
        get state() {
          return state;
        },
        get secrets() {
          return secrets;
        },
      } as LicenseStore,
      {
        now: () => clock.now,
        trustedNow: () => clock.trustedNow,
        isSuspect: () => clock.isSuspect,
      } as Clock,
    );
  });

  const readProof = async () => {
    const login = String(link.nextLogin()?.token);
    expect(login.startsWith(`${token}~`)).toBe(true);
    const keyThumbprint = await calculateJwkThumbprint(dpopKey);
    const htu = `nats://${state.license?.terms.hub?.id}`;
    return checkDpopProof(login.slice(token.length + 1), { htm: 'CONNECT', htu, token, keyThumbprint });
  };

  it('returns the license token with a proof for this hub, and the inbox of this server', async () => {
    expect(await readProof()).toMatchObject({ issuedAt: startAt, nonce: null });
    expect(link.nextLogin()).toMatchObject({ inboxPrefix: '_INBOX.srv-store-12', reconnect: false });
    expect(link.serverId).toBe('srv-store-12');
  });

  it('returns a new proof for each connection', async () => {
    expect((await readProof())?.jti).not.toBe((await readProof())?.jti);
  });

  it('returns the token alone if it is not bound to a key', () => {
    secrets = { accessToken: token, refreshToken: 'refresh', dpopKey: null };
    expect(link.nextLogin()).toMatchObject({ token });
  });

  it('dates the proof by the last trusted time while the clock is suspect', async () => {
    clock = { now: new Date(startAt.getTime() + 3_600_000), trustedNow: startAt, isSuspect: true };
    expect(await readProof()).toMatchObject({ issuedAt: startAt });
  });

  it.each<[string, () => void]>([
    ['there is no license', () => (state = initialLicenseState)],
    ['the grant is removed', () => (secrets = null)],
    ['the license names no hub', () => (state = withoutHub(state))],
    ['the token has ended', () => (clock.now = state.license?.token.expiresAt ?? startAt)],
  ])('returns null if %s', (_when, arrange) => {
    arrange();
    expect(link.nextLogin()).toBeNull();
  });
});

function withoutHub(state: LicenseState): LicenseState {
  if (state.license === null) return state;
  return { ...state, license: { ...state.license, terms: { ...state.license.terms, hub: null } } };
}
