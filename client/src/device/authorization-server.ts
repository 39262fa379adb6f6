import {
  allowInsecureRequests,
  ClientError,
  type Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  type DPoPHandle,
  genericGrantRequest,
  getDPoPHandle,
  initiateDeviceAuthorization,
  None,
  refreshTokenGrant,
  ResponseBodyError,
} from 'openid-client';
import type { Profile } from '../shared/profile.js';
import type { DeviceClock } from './device-clock.js';
import { DeviceError } from './device-error.js';
import { deviceErrorFrom } from './device-error-from.js';
import type { DpopKey } from './dpop-key.js';
import { readAnswer } from './read-answer.js';

const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8628 section 3.2: the interval if the server sends none. */
const DEFAULT_INTERVAL_SECONDS = 5;
const MAX_INTERVAL_SECONDS = 60;
const MAX_CODE_LIFE_SECONDS = 86_400;
const TIMEOUT_SECONDS = 10;

export interface IssuedUserCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

export interface IssuedTokens {
  readonly token: string;
  /** `null` if the current refresh token stays valid (RFC 6749 section 6). */
  readonly refreshToken: string | null;
}

export type PollAnswer =
  { readonly kind: 'pending' | 'slow-down' } | { readonly kind: 'granted'; readonly tokens: IssuedTokens };

export interface AuthorizationServerOptions {
  readonly issuer: URL;
  readonly clientId: string;
  readonly profile: Profile;
  readonly fetch: typeof fetch;
  readonly clock: DeviceClock;
  /** Allows plain http, which exposes every secret on the network path. */
  readonly isInsecureAllowed: boolean;
}

/** Calls the Authorization server. Every failure is thrown as a DeviceError. */
export class AuthorizationServer {
  readonly #options: AuthorizationServerOptions;
  #configuration: Configuration | null = null;
  /** Set while a refresh is under way; a device never polls then. */
  #onNewRefreshToken: ((refreshToken: string) => void) | null = null;
  #handle: { readonly key: DpopKey; readonly dpop: DPoPHandle } | null = null;

  constructor(options: AuthorizationServerOptions) {
    this.#options = options;
  }

  /** Requests a device code and a user code (RFC 8628 section 3.1). */
  async requestUserCode(): Promise<IssuedUserCode> {
    try {
      const { scope } = this.#options.profile;
      const parameters = { ...(scope !== null && { scope }), ...this.#resource };
      const answer = await initiateDeviceAuthorization(await this.#discover(), parameters);
      this.#checkLink(answer.verification_uri);
      return {
        deviceCode: answer.device_code,
        userCode: answer.user_code,
        verificationUri: answer.verification_uri,
        expiresInSeconds: Math.min(answer.expires_in, MAX_CODE_LIFE_SECONDS),
        intervalSeconds: Math.min(answer.interval ?? DEFAULT_INTERVAL_SECONDS, MAX_INTERVAL_SECONDS),
      };
    } catch (error) {
      throw this.#explain(error);
    }
  }

  /** Returns whether tokens are to be bound to a key (RFC 9449). If so, an unbound token is refused. */
  async wantsDpop(): Promise<boolean> {
    const { dpop } = this.#options.profile;
    if (dpop === 'off') return false;
    const configuration = await this.#discover().catch((error: unknown) => {
      throw this.#explain(error);
    });
    const { dpop_signing_alg_values_supported: algorithms } = configuration.serverMetadata();
    const isOffered = Array.isArray(algorithms) && algorithms.includes('ES256');
    if (isOffered || dpop === 'preferred') return isOffered;
    throw new DeviceError(
      'token-not-acceptable',
      'The Authorization server does not bind tokens to a key with ES256 (DPoP), which the profile requires.',
    );
  }

  /** Polls the token endpoint once for a decision on the user code (RFC 8628 section 3.4). */
  async poll(deviceCode: string, key: DpopKey | null): Promise<PollAnswer> {
    try {
      const configuration = await this.#discover();
      const options = await this.#prove(configuration, key);
      const parameters = { device_code: deviceCode, ...this.#resource };
      const answer = await genericGrantRequest(configuration, DEVICE_CODE_GRANT, parameters, options);
      return { kind: 'granted', tokens: readTokens(answer, key) };
    } catch (error) {
      if (error instanceof ResponseBodyError && error.error === 'authorization_pending')
        return { kind: 'pending' };
      if (error instanceof ResponseBodyError && error.error === 'slow_down') return { kind: 'slow-down' };
      throw this.#explain(error, [deviceCode]);
    }
  }

  /**
   * Exchanges a refresh token for new tokens (RFC 6749 section 6).
   * @param onNewRefreshToken is called with the refresh token that replaces the one that was sent, before anything else
   *   in the answer is checked: the one that was sent may be spent
   */
  async refresh(
    refreshToken: string,
    key: DpopKey | null,
    onNewRefreshToken: (refreshToken: string) => void,
  ): Promise<IssuedTokens> {
    this.#onNewRefreshToken = onNewRefreshToken;
    try {
      const configuration = await this.#discover();
      const options = await this.#prove(configuration, key);
      return readTokens(await refreshTokenGrant(configuration, refreshToken, this.#resource, options), key);
    } catch (error) {
      const explained = this.#explain(error, [refreshToken]);
      if (explained.code !== 'authorization-denied') throw explained;
      // No person takes part in a refresh: `access_denied` here means that the license does not allow it.
      throw new DeviceError('license-refused', explained.message);
    } finally {
      this.#onNewRefreshToken = null;
    }
  }

  get #resource(): Record<string, string> {
    const { resource } = this.#options.profile;
    return resource === null ? {} : { resource };
  }

  /** An endpoint that is gone may have moved, so the metadata is read again at the next call. */
  #explain(error: unknown, secrets?: readonly string[]): DeviceError {
    if (error instanceof ClientError || error instanceof ResponseBodyError) {
      const { status } = (error instanceof ClientError ? (error.cause ?? {}) : error) as { status?: number };
      if (status === 404 || status === 405 || status === 410) this.#configuration = null;
    }
    return deviceErrorFrom(error, secrets);
  }

  /** Applications show the address as a link. */
  #checkLink(address: string): void {
    const protocol = URL.canParse(address) ? new URL(address).protocol : '';
    if (protocol === 'https:' || (protocol === 'http:' && this.#options.isInsecureAllowed)) return;
    const message = 'The Authorization server named a page for the user code whose address is not https.';
    throw new DeviceError('authorization-server-refused', message);
  }

  /** Reads the metadata at the first call, so that a register starts without internet, and caches it. */
  async #discover(): Promise<Configuration> {
    this.#configuration ??= await this.#readMetadata('oauth2').catch((error: unknown) =>
      // Many servers publish only the OpenID document (RFC 8414 section 5).
      this.#readMetadata('oidc').catch(() => {
        throw error;
      }),
    );
    return this.#configuration;
  }

  #readMetadata(algorithm: 'oauth2' | 'oidc'): Promise<Configuration> {
    const { issuer, clientId, clock, isInsecureAllowed } = this.#options;
    return discovery(issuer, clientId, undefined, None(), {
      algorithm,
      timeout: TIMEOUT_SECONDS,
      execute: isInsecureAllowed ? [allowInsecureRequests] : [],
      [customFetch]: (async (url, options) => {
        const answer = await this.#options.fetch(url, options as RequestInit);
        clock.correct(answer);
        const { response, members } = await readAnswer(answer);
        const { refresh_token: token } = members;
        if (typeof token === 'string' && token !== '') this.#onNewRefreshToken?.(token);
        return response;
      }) satisfies CustomFetch,
    });
  }

  /** Reuses the DPoP handle of a key, because the handle remembers the server's last nonce. */
  async #prove(configuration: Configuration, key: DpopKey | null): Promise<{ DPoP?: DPoPHandle }> {
    if (key === null) return {};
    if (this.#handle?.key !== key) {
      this.#handle = { key, dpop: getDPoPHandle(configuration, await key.toKeyPair()) };
    }
    return { DPoP: this.#handle.dpop };
  }
}

function readTokens(
  answer: Awaited<ReturnType<typeof genericGrantRequest>>,
  key: DpopKey | null,
): IssuedTokens {
  // RFC 9449 section 5: a bearer token in answer to a DPoP request is a downgrade.
  if (key !== null && answer.token_type !== 'dpop') {
    throw new DeviceError(
      'token-not-acceptable',
      'The license token is not bound to the key of this device.',
    );
  }
  return { token: answer.access_token, refreshToken: answer.refresh_token ?? null };
}
