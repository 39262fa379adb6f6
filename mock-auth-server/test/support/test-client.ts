import * as client from 'openid-client';
import type { TestServer } from './start-test-server.js';

export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** Discovers the mock with `openid-client`, an independent client library. */
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

/** Uses a new connection for each request, because one from before a restart would fail. */
async function fetchAlone(url: string, options: client.CustomFetchOptions): Promise<Response> {
  return fetch(url, { ...options, headers: { ...options.headers, connection: 'close' } } as RequestInit);
}

export interface Tokens {
  access_token: string;
  refresh_token: string;
  /** In lowercase, as `openid-client` returns it. */
  token_type: string;
}

/** Requests the tokens of a device code once. */
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

/** Acquires the tokens of a device: requests a code, approves it and redeems it. */
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

/** Refreshes without a client library and returns the unprocessed answer. */
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

/** Returns the OAuth error of a call of `openid-client`, or `no error`. */
export async function oauthErrorOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof client.ResponseBodyError) return error.error;
    throw error;
  }
  return 'no error';
}
