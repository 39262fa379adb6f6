import { describe, expect, it } from 'vitest';
import { buildGrant, buildLicensedState, startAt } from '../../test/support/license-fixture.js';
import { initialLicenseState } from '../domain/license-state.js';
import { decodePending, decodeState, encodeState } from './license-document.js';

describe('license document', () => {
  it('restores a state with its instants', () => {
    const state = buildLicensedState();
    const failed = {
      ...state,
      connection: {
        online: false,
        offlineSince: startAt,
        lastContactAt: startAt,
        lastError: { code: 'authorization-server-unreachable', message: 'Since noon.', at: startAt },
      },
      refresh: { nextAttemptAt: startAt, failures: 3, intentAt: startAt },
    };
    for (const each of [initialLicenseState, state, failed])
      expect(decodeState(encodeState(each))).toEqual(each);
  });

  it('does not convert a text that looks like an instant', () => {
    const state = buildLicensedState(
      buildGrant({
        identity: { serverName: '2026-11-24T12:00:00Z' },
        terms: { features: ['2026-11-24T12:00:00Z'], renewalDate: null },
      }),
    );
    expect(decodeState(encodeState(state))).toEqual(state);
  });

  it('uses initial values for members that an older version did not store', () => {
    expect(decodeState('{"sequence":7}')).toEqual({ ...initialLicenseState, sequence: 7 });
  });
});

function storeWithToken(token: object, more: object = {}): string {
  return JSON.stringify({ ...buildLicensedState(), license: { ...buildGrant().license, token }, ...more });
}

describe('license document of an earlier version with invalid instants', () => {
  const receivedAt = startAt.toISOString();

  it.each([
    {
      what: 'an expiry that a Date cannot represent',
      token: { issuedAt: receivedAt, expiresAt: null, receivedAt },
    },
    { what: 'no valid instant from the issuer', token: { issuedAt: null, expiresAt: null, receivedAt } },
    {
      what: 'an expiry in the year 57869',
      token: { issuedAt: receivedAt, expiresAt: '+057869-01-01T00:00:00.000Z', receivedAt },
    },
  ])('reads an expired token that is refreshed immediately: $what', ({ token }) => {
    const refresh = { nextAttemptAt: null, failures: 0, intentAt: null };
    const { license, ...rest } = decodeState(storeWithToken(token, { refresh }));
    expect(license?.token).toEqual({ issuedAt: startAt, expiresAt: startAt, receivedAt: startAt });
    expect(rest.refresh.nextAttemptAt).toEqual(startAt);
  });

  it('plans no refresh if the server must be authorized again', () => {
    const token = { issuedAt: receivedAt, expiresAt: null, receivedAt };
    const state = decodeState(storeWithToken(token, { reauthorizationRequired: true }));
    expect(state.refresh.nextAttemptAt).toBeNull();
  });

  it.each([null, '+057869-01-01T00:00:00.000Z'])('drops the trusted time %s', (trustedAt) => {
    expect(decodeState(JSON.stringify({ trustedAt })).trustedAt).toBeNull();
  });
});

describe('stored pending authorization', () => {
  it('restores its instants', () => {
    const pending = {
      state: 'pending' as const,
      refusal: null,
      deviceCode: 'device-code',
      dpopKey: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: 'd' },
      userCode: 'BCDF-GHJK',
      verificationUri: 'https://as.example/device',
      verificationUriComplete: 'https://as.example/device?user_code=BCDF-GHJK',
      expiresAt: startAt,
      intervalSeconds: 5,
      lastPolledAt: startAt,
      unansweredPolls: 2,
      requestedBy: 'admin',
      requestedFrom: '192.0.2.7',
    };
    expect(decodePending(JSON.parse(JSON.stringify(pending)))).toEqual(pending);
  });
});
