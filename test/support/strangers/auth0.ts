import { randomBytes } from 'node:crypto';
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

/** The names of claims that an Action adds are URLs. */
export const auth0Namespace = 'https://pos-licensing.example/';

/**
 * Starts a server with the defaults of an Auth0 tenant. Sources, all below https://auth0.com/docs unless they have a host:
 * - /get-started/authentication-and-authorization-flow/device-authorization-flow/call-your-api-using-the-device-authorization-flow:
 *   the paths, a device code of 900 seconds, poll 5, user codes such as `QTZL-MCBW`, the verification address `/activate`,
 *   `offline_access`, an answer to a refresh without a refresh token.
 * - /api/authentication/device-authorization-flow/authorize-device: 403 for a pending code, 429 for `slow_down`.
 * - /tokens/guides/access-token/set-access-token-lifetime: 24 hours.
 * - /secure/tokens/access-tokens/access-token-profiles: the Auth0 token profile is the default: `azp`, no `client_id`, no `jti`; `aud`
 *   is a list with `/userinfo`; the issuer ends with a slash. The type in the header is `JWT`.
 * - /secure/tokens/json-web-tokens/create-custom-claims: claims with a namespace.
 * - /tokens/refresh-tokens/disable-refresh-token-rotation: `non-rotating` and `non-expiring`.
 * - https://auth0.github.io/node-auth0/variables/management.Management.TenantSettingsResourceParameterProfile.html: `resource` is
 *   ignored unless the tenant's profile is `compatibility`; without an audience the access token is opaque.
 * - /get-started/applications/configure-applications-with-oidc-discovery: the metadata, in `openid-configuration` only.
 */
export function startAuth0({ now, isAsDelivered = false }: StrangerOptions): Promise<StrangerServer> {
  const accessTokenSeconds = isAsDelivered ? day : 7 * day;
  const product: Product = {
    issuerPath: '/',
    metadataPaths: ['/.well-known/openid-configuration'],
    paths: {
      keys: '/.well-known/jwks.json',
      deviceAuthorization: '/oauth/device/code',
      token: '/oauth/token',
      revocation: '/oauth/revoke',
      verification: '/activate',
    },
    metadata: {
      scopes_supported: ['openid', 'profile', 'offline_access', 'name', 'email'],
      response_types_supported: [
        'code',
        'token',
        'id_token',
        'code token',
        'code id_token',
        'token id_token',
      ],
      response_modes_supported: ['query', 'fragment', 'form_post'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['HS256', 'RS256', 'PS256'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      code_challenge_methods_supported: ['S256', 'plain'],
      request_uri_parameter_supported: false,
      request_parameter_supported: false,
    },
    deviceCodeSeconds: 900,
    pollSeconds: 5,
    makeUserCode: () => randomCode(consonants, [4, 4]),
    refusal: (fault) => ({
      status: statuses[fault] ?? 403,
      description: descriptions[fault] ?? 'Invalid request',
    }),
    accessTokenSeconds,
    makeAccessToken: async ({ issuer, grant, claims, sign, ...issue }) => {
      const { request, scopes } = grant;
      const audience = request.get('audience') ?? (isAsDelivered ? null : request.get('resource'));
      // Without an API in the request, Auth0 issues a token for its own /userinfo, and that one is opaque.
      if (audience === null) return randomBytes(24).toString('base64url');
      const named = Object.entries(claims).map(([name, value]) => [auth0Namespace + name, value]);
      const payload = {
        ...(Object.fromEntries(named) as object),
        iss: issuer,
        sub: 'auth0|5f7c8ec7c33c6c004bbafe82',
        aud: scopes.includes('openid') ? [audience, `${issuer}userinfo`] : [audience],
        ...lifeOf(issue, accessTokenSeconds),
        scope: scopes.join(' '),
        azp: grant.clientId,
      };
      return sign(payload, { typ: 'JWT' });
    },
    makeRefreshToken: async () => `v1.${randomBytes(40).toString('base64url')}`,
    // Without an end: a hundred years.
    refreshTokenSeconds: (scopes) => (scopes.includes('offline_access') ? 36_525 * day : null),
    isSliding: false,
    refreshAnswer: 'none',
    reuseLeewaySeconds: null,
    bindsToKeys: false,
  };
  return StrangerServer.start(product, now);
}

const statuses: Partial<Record<Fault, number>> = { 'slow-down': 429, 'client-unknown': 401 };

const descriptions: Partial<Record<Fault, string>> = {
  pending: 'User has yet to authorize device code.',
  'slow-down': 'You are polling faster than the specified interval of 5 seconds.',
  denied: 'The user denied the authorization.',
  'code-expired': 'The device code expired.',
  'code-unknown': 'Invalid or expired device code.',
  'refresh-token-unknown': 'Unknown or invalid refresh token.',
  'refresh-token-too-old': 'Unknown or invalid refresh token.',
  'grant-revoked': 'Unknown or invalid refresh token.',
  'client-unknown': 'Unauthorized',
};
