import * as client from 'openid-client';
import type { TestServer } from './start-test-server.js';

export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** Discovers the mock with `openid-client`, a client that nobody here wrote. */
export async function discover(
  server: TestServer,
  clientId = 'pos-server',
  metadata: Partial<client.ClientMetadata> = {},
): Promise<client.Configuration> {
  return client.discovery(new URL(server.url), clientId, metadata, client.None(), {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
    [client.customFetch]: fetchAlone,
  });
}

/** Each request has its own connection: one kept from before a restart would fail in place of the server. */
async function fetchAlone(url: string, options: client.CustomFetchOptions): Promise<Response> {
  return fetch(url, { ...options, headers: { ...options.headers, connection: 'close' } } as RequestInit);
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  /** In lower case, as `openid-client` gives it. */
  token_type: string;
}

/** Asks for tokens once, as a person's click on Complete Authorization does. */
export async function redeem(
  config: client.Configuration,
  deviceCode: string,
  DPoP?: client.DPoPHandle,
): Promise<Tokens> {
  const options = DPoP ? { DPoP } : {};
  const tokens = await client.genericGrantRequest(
    config,
    deviceCodeGrantType,
    { device_code: deviceCode },
    options,
  );
  const { access_token, refresh_token, token_type } = tokens;
  if (refresh_token === undefined) throw new Error('there is no refresh token');
  return { access_token, refresh_token, token_type };
}

/** Licenses a device: code, approval, tokens. */
export async function acquire(
  server: TestServer,
  config: client.Configuration,
  deviceId: string,
  DPoP?: client.DPoPHandle,
): Promise<Tokens> {
  const codes = await client.initiateDeviceAuthorization(config, {});
  await server.approve(codes.user_code, deviceId);
  return redeem(config, codes.device_code, DPoP);
}

/** Refreshes without any client library, so that each answer can be seen as it is. */
export async function refreshRaw(
  server: TestServer,
  refreshToken: string,
): Promise<{ status: number; body: Record<string, unknown> }> {
  return server.postForm('/oauth/token', {
    grant_type: 'refresh_token',
    client_id: 'pos-server',
    refresh_token: refreshToken,
  });
}

/** The OAuth error that a call of `openid-client` ended with. */
export async function oauthErrorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return error.error;
    throw error;
  }
  return 'no error';
}
