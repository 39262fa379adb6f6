import { randomBytes, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import {
  consonants,
  day,
  type Fault,
  lifeOf,
  type Product,
  randomCode,
  type StrangerOptions,
} from './product.js';
import { StrangerServer } from './stranger-server.js';

/**
 * Starts a server with the defaults of Keycloak 26. Sources:
 * - https://www.keycloak.org/securing-apps/oidc-layers: the paths below `/realms/<realm>/protocol/openid-connect`.
 * - https://www.keycloak.org/docs/latest/server_admin/#_offline-access: an offline token has no absolute end, and ends after 30 days
 *   without a refresh; with `Revoke Refresh Token` off (the default) each one works again and again.
 * - https://www.keycloak.org/docs/latest/server_admin/#_timeouts, with the values of a new realm (access token 5 minutes, session
 *   30 minutes idle) as in https://github.com/keycloak/keycloak/blob/main/operator/src/test/resources/token-test-realm.yaml
 * - https://www.keycloak.org/docs/latest/server_admin/#audience-support: the client is not in `aud`; `account` is, for the roles that
 *   every person has.
 * - https://www.keycloak.org/docs/latest/server_admin/#_dpop-bound-tokens: a proof is honored without any setting.
 * - https://github.com/keycloak/keycloak/pull/37573: the header type `at+jwt` is a setting of the client, off by default.
 * - https://github.com/keycloak/keycloak/blob/main/server-spi/src/main/java/org/keycloak/models/OAuth2DeviceConfig.java: device code
 *   600 seconds, poll 5. …/services/src/main/java/org/keycloak/protocol/oidc/grants/device/DeviceGrantType.java and
 *   …/protocol/oidc/TokenManager.java: the texts of the errors.
 */
export function startKeycloak({ now, isAsDelivered = false }: StrangerOptions): Promise<StrangerServer> {
  const base = '/realms/pos/protocol/openid-connect';
  const hmacKey = randomBytes(64);
  const accessTokenSeconds = isAsDelivered ? 300 : 7 * day;
  const offlineSeconds = isAsDelivered ? 30 * day : 90 * day;
  const product: Product = {
    issuerPath: '/realms/pos',
    metadataPaths: ['/realms/pos/.well-known/openid-configuration'],
    paths: {
      keys: `${base}/certs`,
      deviceAuthorization: `${base}/auth/device`,
      token: `${base}/token`,
      revocation: `${base}/revoke`,
      verification: '/realms/pos/device',
    },
    metadata: {
      grant_types_supported: [
        'authorization_code',
        'refresh_token',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      subject_types_supported: ['public', 'pairwise'],
      id_token_signing_alg_values_supported: [
        'PS384',
        'RS384',
        'EdDSA',
        'ES384',
        'HS256',
        'ES256',
        'RS256',
        'PS256',
      ],
      scopes_supported: ['openid', 'profile', 'email', 'roles', 'offline_access', 'license'],
      code_challenge_methods_supported: ['plain', 'S256'],
      tls_client_certificate_bound_access_tokens: true,
      dpop_signing_alg_values_supported: ['PS384', 'RS384', 'EdDSA', 'ES384', 'ES256', 'RS256', 'PS256'],
    },
    deviceCodeSeconds: 600,
    pollSeconds: 5,
    makeUserCode: () => randomCode(consonants, [4, 4]),
    refusal: (fault) => ({ description: descriptions[fault] ?? 'Invalid request' }),
    accessTokenSeconds,
    makeAccessToken: ({ issuer, grant, claims, sign, ...issue }) => {
      const payload = {
        ...lifeOf(issue, accessTokenSeconds),
        auth_time: lifeOf({ issuedAt: grant.startedAt }, 0).iat,
        jti: `${grant.scopes.includes('offline_access') ? 'ofrtrt' : 'onrtrt'}:${randomUUID()}`,
        iss: issuer,
        aud: isAsDelivered ? 'account' : ['urn:pos:license', 'account'],
        sub: '7d9f5f0e-65a5-4c1b-9f3e-1d0f6b0f3a11',
        typ: grant.jkt === null ? 'Bearer' : 'DPoP',
        azp: grant.clientId,
        sid: grant.id,
        acr: '1',
        ...(grant.jkt !== null && { cnf: { jkt: grant.jkt } }),
        realm_access: { roles: ['default-roles-pos', 'offline_access', 'uma_authorization'] },
        resource_access: { account: { roles: ['manage-account', 'view-profile'] } },
        scope: `${grant.scopes.join(' ')} profile email`,
        preferred_username: 'store-12',
        // Without a mapper none of the claims of a license is in the token.
        ...(isAsDelivered ? {} : claims),
      };
      return sign(payload, { typ: 'JWT' });
    },
    makeRefreshToken: ({ issuer, grant, ...issue }) => {
      const { iat } = lifeOf(issue, 0);
      const typ = grant.scopes.includes('offline_access') ? 'Offline' : 'Refresh';
      const payload = {
        iat,
        jti: randomUUID(),
        iss: issuer,
        aud: issuer,
        typ,
        azp: grant.clientId,
        sid: grant.id,
      };
      return new SignJWT(payload).setProtectedHeader({ alg: 'HS512', typ: 'JWT' }).sign(hmacKey);
    },
    extendAnswer: ({ grant }) => ({
      // 0 stands for "without an end": the offline token.
      refresh_expires_in: grant.scopes.includes('offline_access') ? 0 : 1800,
      'not-before-policy': 0,
      session_state: grant.id,
      scope: `${grant.scopes.join(' ')} profile email`,
    }),
    refreshTokenSeconds: (scopes) => (scopes.includes('offline_access') ? offlineSeconds : 1800),
    isSliding: true,
    refreshAnswer: 'new',
    reuseLeewaySeconds: null,
    bindsToKeys: true,
  };
  return StrangerServer.start(product, now);
}

const descriptions: Partial<Record<Fault, string>> = {
  pending: 'The authorization request is still pending',
  'slow-down': 'Slow down',
  denied: 'The end user denied the authorization request',
  'code-expired': 'Device code is expired',
  'code-unknown': 'Device code not valid',
  'refresh-token-unknown': 'Invalid refresh token',
  'refresh-token-too-old': 'Token is not active',
  'grant-revoked': 'Offline user session not found',
  'client-unknown': 'Invalid client or Invalid client credentials',
};
