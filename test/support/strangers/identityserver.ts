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
 * Starts a server with the defaults of Duende IdentityServer 7 (and of IdentityServer4, where it is the same). Sources, all below
 * https://docs.duendesoftware.com/identityserver:
 * - /reference/v7/endpoints/discovery: only `openid-configuration`; the paths below `/connect`.
 * - /reference/v7/models/client: `AccessTokenLifetime` 3600, `DeviceCodeLifetime` 300, `RefreshTokenUsage` ReUse,
 *   `RefreshTokenExpiration` Absolute, `AbsoluteRefreshTokenLifetime` 2592000, `UpdateAccessTokenClaimsOnRefresh` false,
 *   `IncludeJwtId` true.
 * - /reference/v7/options: `AccessTokenJwtType` `at+jwt`, `EmitScopesAsSpaceDelimitedStringInJwt` false (so `scope` is a list),
 *   `DeviceFlow.Interval` 5, user codes of nine digits, `UserInteraction.DeviceVerificationUrl` `/device`, DPoP algorithms.
 * - /tokens/refresh: a refresh token is requested with `offline_access`.
 * - /tokens/pop: a client may send a DPoP proof without any setting.
 * - /fundamentals/resources/api-resources: `aud` is the name of the ApiResource.
 * - The claims `nbf`, `auth_time`, `idp`, `amr`, a list with one value as a plain string, and errors without a description:
 *   https://github.com/DuendeSoftware/products/blob/main/identity-server/src/IdentityServer/Extensions/TokenExtensions.cs,
 *   …/Services/Default/DefaultClaimsService.cs and …/Validation/Default/DeviceCodeValidator.cs
 */
export function startIdentityServer({
  now,
  isAsDelivered = false,
}: StrangerOptions): Promise<StrangerServer> {
  const accessTokenSeconds = isAsDelivered ? 3600 : 7 * day;
  const refreshSeconds = isAsDelivered ? 30 * day : 90 * day;
  const product: Product = {
    issuerPath: '',
    metadataPaths: ['/.well-known/openid-configuration'],
    paths: {
      keys: '/.well-known/openid-configuration/jwks',
      deviceAuthorization: '/connect/deviceauthorization',
      token: '/connect/token',
      revocation: '/connect/revocation',
      verification: '/device',
    },
    metadata: {
      scopes_supported: ['openid', 'profile', 'license', 'offline_access'],
      grant_types_supported: [
        'authorization_code',
        'client_credentials',
        'refresh_token',
        'implicit',
        'urn:ietf:params:oauth:grant-type:device_code',
      ],
      response_types_supported: [
        'code',
        'token',
        'id_token',
        'id_token token',
        'code id_token',
        'code token',
      ],
      response_modes_supported: ['form_post', 'query', 'fragment'],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
      code_challenge_methods_supported: ['plain', 'S256'],
      dpop_signing_alg_values_supported: [
        'RS256',
        'RS384',
        'RS512',
        'PS256',
        'PS384',
        'PS512',
        'ES256',
        'ES384',
        'ES512',
      ],
    },
    deviceCodeSeconds: 300,
    pollSeconds: 5,
    makeUserCode: () => randomCode('123456789', [9]),
    refusal,
    accessTokenSeconds,
    makeAccessToken: ({ issuer, grant, claims, sign, ...issue }) => {
      const { iat, exp } = lifeOf(issue, accessTokenSeconds);
      const { license_features, ...others } = claims as { license_features: readonly string[] };
      const payload = {
        iss: issuer,
        nbf: iat,
        iat,
        exp,
        aud: 'urn:pos:license',
        ...(grant.jkt !== null && { cnf: { jkt: grant.jkt } }),
        scope: grant.scopes,
        amr: ['pwd'],
        client_id: grant.clientId,
        sub: '818727',
        auth_time: lifeOf({ issuedAt: grant.startedAt }, 0).iat,
        idp: 'local',
        ...others,
        // Claims of one type become a list; a single one becomes a plain value.
        license_features: license_features.length === 1 ? license_features[0] : license_features,
        jti: randomCode('0123456789ABCDEF', [32]),
      };
      return sign(payload, { typ: 'at+jwt' });
    },
    makeRefreshToken: async () => `${randomCode(consonants + '0123456789', [64])}-1`,
    refreshTokenSeconds: (scopes) => (scopes.includes('offline_access') ? refreshSeconds : null),
    isSliding: !isAsDelivered,
    refreshAnswer: 'same',
    reuseLeewaySeconds: null,
    keepsFirstClaims: isAsDelivered,
    bindsToKeys: true,
  };
  return StrangerServer.start(product, now);
}

/** IdentityServer answers 400 with the bare code. */
function refusal(fault: Fault): object {
  return fault === 'proof-invalid' ? { description: 'Invalid DPoP proof.' } : {};
}
