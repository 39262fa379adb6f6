import { randomUUID } from 'node:crypto';
import { CompactEncrypt, generateKeyPair } from 'jose';
import {
  day,
  type Fault,
  type Issue,
  lifeOf,
  type Product,
  randomCode,
  type StrangerOptions,
} from './product.js';
import { StrangerServer } from './stranger-server.js';

/**
 * Starts a server with the defaults of OpenIddict 5 and 6. Sources:
 * - https://documentation.openiddict.com/configuration/token-formats: access tokens have the type `at+jwt` and are encrypted
 *   unless `DisableAccessTokenEncryption()` is called; refresh tokens always are.
 * - https://documentation.openiddict.com/configuration/encryption-and-signing-credentials: RSA keys.
 * - https://documentation.openiddict.com/configuration/claim-destinations: only claims with a destination reach the token.
 * - https://github.com/openiddict/openiddict-core/blob/dev/src/OpenIddict.Server/OpenIddictServerOptions.cs:
 *   access token 1 hour, device and user code 10 minutes, refresh token 14 days, sliding and rolling with a leeway of
 *   30 seconds, user codes of twelve digits, both metadata documents, `/.well-known/jwks`. The other paths have no default: these are those of
 *   https://github.com/openiddict/openiddict-core/blob/dev/sandbox/OpenIddict.Sandbox.AspNetCore.Server/Startup.cs
 * - …/OpenIddictServerHandlers.cs and …/OpenIddictServerHandlers.Protection.cs: no `interval`, no `slow_down`, the issuer ends with
 *   a slash, the claims `oi_prst`, `oi_au_id` and `oi_tkn_id`, one value as a plain string; a replay ends the authorization.
 * - https://documentation.openiddict.com/errors/ID2012 and its neighbors: `error_description` and `error_uri`.
 */
export async function startOpenIddict({
  now,
  isAsDelivered = false,
}: StrangerOptions): Promise<StrangerServer> {
  const encryption = await generateKeyPair('RSA-OAEP', { modulusLength: 2048 });
  const accessTokenSeconds = isAsDelivered ? 3600 : 7 * day;
  const refreshSeconds = isAsDelivered ? 14 * day : 90 * day;
  const encrypt = (jwt: string, typ: string) =>
    new CompactEncrypt(new TextEncoder().encode(jwt))
      .setProtectedHeader({ alg: 'RSA-OAEP', enc: 'A256CBC-HS512', typ, cty: 'JWT' })
      .encrypt(encryption.publicKey);
  const product: Product = {
    issuerPath: '/',
    metadataPaths: ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'],
    paths: {
      keys: '/.well-known/jwks',
      deviceAuthorization: '/connect/device',
      token: '/connect/token',
      revocation: '/connect/revoke',
      verification: '/connect/verify',
    },
    metadata: {
      grant_types_supported: ['refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
      scopes_supported: ['openid', 'offline_access', 'license'],
      claims_supported: ['aud', 'exp', 'iat', 'iss', 'sub'],
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
      claims_parameter_supported: false,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      authorization_response_iss_parameter_supported: true,
    },
    deviceCodeSeconds: 600,
    pollSeconds: null,
    makeUserCode: () => randomCode('0123456789', [4, 4, 4]),
    refusal,
    accessTokenSeconds,
    makeAccessToken: async (issue) => {
      const jwt = await issue.sign(toPayload(issue, accessTokenSeconds), { typ: 'at+jwt' });
      return isAsDelivered ? encrypt(jwt, 'at+jwt') : jwt;
    },
    makeRefreshToken: async (issue) => {
      const jwt = await issue.sign(toPayload(issue, refreshSeconds), { typ: 'oi_reft+jwt' });
      return encrypt(jwt, 'oi_reft+jwt');
    },
    refreshTokenSeconds: (scopes) => (scopes.includes('offline_access') ? refreshSeconds : null),
    isSliding: true,
    refreshAnswer: 'new',
    reuseLeewaySeconds: 30,
    bindsToKeys: false,
  };
  return StrangerServer.start(product, now);
}

function toPayload({ issuer, grant, claims, ...issue }: Issue, seconds: number): Record<string, unknown> {
  const { license_features, ...others } = claims as { license_features: readonly string[] };
  return {
    iss: issuer,
    ...lifeOf(issue, seconds),
    aud: 'urn:pos:license',
    scope: grant.scopes.join(' '),
    jti: randomUUID(),
    sub: '818727',
    ...others,
    license_features: license_features.length === 1 ? license_features[0] : license_features,
    oi_prst: grant.clientId,
    oi_au_id: grant.id,
    client_id: grant.clientId,
    oi_tkn_id: randomUUID(),
  };
}

const errorPages: Partial<Record<Fault, readonly [string, string]>> = {
  'code-unknown': ['ID2002', 'The specified device code is invalid.'],
  'refresh-token-unknown': ['ID2003', 'The specified refresh token is invalid.'],
  'refresh-token-used': ['ID2012', 'The specified refresh token has already been redeemed.'],
  pending: ['ID2014', 'The authorization has not been granted yet by the end user.'],
  denied: ['ID2015', 'The authorization was denied by the end user.'],
  'code-expired': ['ID2017', 'The specified device code is no longer valid.'],
  'refresh-token-too-old': ['ID2018', 'The specified refresh token is no longer valid.'],
  'grant-revoked': ['ID2022', 'The authorization associated with the refresh token is no longer valid.'],
};

function refusal(fault: Fault): ReturnType<Product['refusal']> {
  const [id, description] = errorPages[fault] ?? ['ID2000', 'The request is not valid.'];
  return {
    status: fault === 'client-unknown' ? 401 : 400,
    description,
    uri: `https://documentation.openiddict.com/errors/${id}`,
  };
}
