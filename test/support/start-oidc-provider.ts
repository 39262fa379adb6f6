import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { type ClientMetadata, type Configuration, errors, Provider } from 'oidc-provider';
import { vi } from 'vitest';
import { findFreePort } from './find-free-port.js';

const resource = 'urn:pos:license';
const scope = 'license';
const organization = { id: 'org-9', name: 'Third Party' };
const device = { id: 'srv-9', name: 'Store 9', kind: 'server', url: 'https://store-9.example' };

const audience = `urn:pos:${organization.id}`;
const client: ClientMetadata = {
  client_id: 'pos-server',
  token_endpoint_auth_method: 'none',
  grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
  response_types: [],
  redirect_uris: [],
};

/** The claims of the next license token, named as in the token. */
export interface LicenseClaims {
  readonly features: readonly string[];
  readonly renewal_date: string | null;
  readonly hub: { readonly id: string; readonly name: string; readonly url: string } | null;
}

export interface OidcProviderOptions {
  /** Whether it binds tokens to a key, with a nonce for each proof. Otherwise it does not support DPoP. */
  readonly hasDpop: boolean;
  readonly isRotated: boolean;
}

/** The package as it is, except for what a licensing server must have: the device flow, the client and the license token. */
export const ownDefaults = 'own-defaults';

/** A third-party Authorization server: the npm package `oidc-provider`. It knows one device. */
export interface OidcProvider {
  readonly url: string;
  /** The grant types of the granted token requests. */
  readonly granted: readonly string[];
  approve(userCode: string): Promise<void>;
  deny(userCode: string): Promise<void>;
  /** Sets the terms of the license from now on. */
  setLicense(license: Partial<LicenseClaims>): void;
  /** Refuses the license until the reason is `null` again. */
  setRefusal(reason: string | null): void;
  /** Ends the grant of the device, as its operator would. */
  endGrant(): Promise<void>;
  knowsRefreshToken(token: string): Promise<boolean>;
  /** Loses the next answer to a token request, after the server has done its work. */
  dropNextAnswer(): void;
  stop(): Promise<void>;
}

/** Starts the server on a free loopback port. */
export async function startOidcProvider(
  options: OidcProviderOptions | typeof ownDefaults,
): Promise<OidcProvider> {
  let license: LicenseClaims = { features: ['xms'], renewal_date: null, hub: null };
  let refusal: string | null = null;
  let grantId = '';
  let isNextAnswerDropped = false;
  const granted: string[] = [];
  const url = `http://127.0.0.1:${await findFreePort()}`;
  const provider = createSilently(url, {
    ...(options === ownDefaults ? configurePlain() : await configure(options)),
    extraTokenClaims: () => ({ organization, device, license }),
    findAccount: (_context, accountId) => {
      if (refusal !== null) throw new errors.AccessDenied(refusal);
      return { accountId, claims: () => ({ sub: accountId }) };
    },
  });
  provider.on('grant.success', ({ oidc }) => granted.push(String(oidc.params?.['grant_type'])));
  const answer = provider.callback();
  const server = createServer((request, response) => {
    if (isNextAnswerDropped && request.url === '/token') {
      isNextAnswerDropped = false;
      response.end = () => response.destroy();
    }
    void answer(request, response);
  });
  server.listen(Number(new URL(url).port), '127.0.0.1');
  await once(server, 'listening');
  return {
    url,
    granted,
    approve: async (userCode) => {
      const code = await findCode(provider, userCode);
      const grant = new provider.Grant({ accountId: device.id, clientId: 'pos-server' });
      grant.addResourceScope(resource, scope);
      grantId = await grant.save();
      const decision = { accountId: device.id, grantId, scope: `${scope} offline_access`, resource };
      await Object.assign(code, decision).save();
    },
    deny: async (userCode) => {
      const code = await findCode(provider, userCode);
      await Object.assign(code, { error: 'access_denied', errorDescription: 'not this one' }).save();
    },
    setLicense: (terms) => {
      license = { ...license, ...terms };
    },
    setRefusal: (reason) => {
      refusal = reason;
    },
    endGrant: async () => {
      await (await provider.Grant.find(grantId))?.destroy();
    },
    knowsRefreshToken: async (token) => {
      const found = await provider.RefreshToken.find(token);
      return found !== undefined && (await provider.Grant.find(found.grantId ?? '')) !== undefined;
    },
    dropNextAnswer: () => {
      isNextAnswerDropped = true;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Suppresses warnings that do not matter in a test, such as that all data is in memory. */
function createSilently(url: string, configuration: Configuration): Provider {
  const warnings = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  try {
    return new Provider(url, configuration);
  } finally {
    warnings.mockRestore();
  }
}

/** Issues license tokens, and leaves everything else at its default: RS256, tokens of one hour, rotation, no DPoP. */
function configurePlain(): Configuration {
  return {
    clients: [client],
    scopes: ['openid', 'offline_access', scope],
    // The default values, because the package prints a notice without them.
    ttl: { AccessToken: 3600, DeviceCode: 600, RefreshToken: 14 * 86_400, Grant: 14 * 86_400 },
    features: {
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      introspection: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({ scope, audience, accessTokenFormat: 'jwt' }),
      },
    },
  };
}

/** Returns the license tokens of the contract. Everything else keeps the defaults of the package where possible. */
async function configure({ hasDpop, isRotated }: OidcProviderOptions): Promise<Configuration> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        ...client,
        id_token_signed_response_alg: 'ES256',
        ...(hasDpop && { dpop_bound_access_tokens: true }),
      },
    ],
    cookies: { keys: [randomBytes(32).toString('hex')] },
    scopes: [scope],
    features: {
      devInteractions: { enabled: false },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      dPoP: { enabled: hasDpop, nonceSecret: randomBytes(32), requireNonce: () => true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope,
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    issueRefreshToken: () => true,
    rotateRefreshToken: isRotated,
    ttl: { AccessToken: 86_400, DeviceCode: 600, RefreshToken: 30 * 86_400, Grant: 365 * 86_400 },
  };
}

async function findCode(provider: Provider, userCode: string) {
  const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
  if (code === undefined) throw new Error(`The user code ${userCode} is not known`);
  return code;
}
