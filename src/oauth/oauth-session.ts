import { Injectable } from '@nestjs/common';
import { createRemoteJWKSet, customFetch as joseCustomFetch, type JWK } from 'jose';
import {
  allowInsecureRequests,
  ClientError,
  Configuration,
  type CustomFetch,
  customFetch,
  discovery,
  getDPoPHandle,
  None,
} from 'openid-client';
import type { DPoPHandle } from 'openid-client';
import { Settings } from '../config/settings.js';
import { createFetch } from './create-fetch.js';
import { importDpopKey } from './dpop-key.js';
import { type AnswerMembers, readAnswer } from './read-answer.js';
import { ServerMetadataError } from './server-metadata-error.js';

const clientId = 'pos-server';
const timeoutSeconds = 10;
const metadataLifeMs = 3_600_000;

export interface OAuthSession {
  readonly configuration: Configuration;
  readonly issuer: string;
  readonly clientId: string;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  /** Whether the server supports DPoP (RFC 9449). If it does, only bound tokens are accepted. */
  readonly offersDpop: boolean;
}

/**
 * Provides sessions based on the Authorization server's metadata (RFC 8414). It is read on first use, so that the
 * service starts without the internet.
 */
@Injectable()
export class OAuthSessions {
  private current: { session: OAuthSession; readAt: number } | null = null;
  private fetchFunction: Promise<CustomFetch> | null = null;
  private readonly dpopHandles = new Map<string, Promise<DPoPHandle>>();

  constructor(private readonly settings: Settings) {}

  /** Returns the current session. @throws any discovery error, including one for an unexpected issuer */
  async get(): Promise<OAuthSession> {
    if (this.current !== null && performance.now() - this.current.readAt < metadataLifeMs) {
      return this.current.session;
    }
    const session = await this.discover();
    this.current = { session, readAt: performance.now() };
    this.dpopHandles.clear();
    return session;
  }

  /** Returns the proof generator for a key. It is cached because it stores the server's last nonce. */
  dpopHandle(session: OAuthSession, key: JWK): Promise<DPoPHandle> {
    const name = `${key.x}`;
    const known = this.dpopHandles.get(name);
    if (known) return known;
    const handle = importDpopKey(key).then((pair) => getDPoPHandle(session.configuration, pair));
    this.dpopHandles.clear();
    this.dpopHandles.set(name, handle);
    return handle;
  }

  /** Returns a configuration for one call; its answer is passed to `onMembers` before it is verified. */
  async watch(
    { configuration }: OAuthSession,
    onMembers: (members: AnswerMembers) => Promise<void>,
  ): Promise<Configuration> {
    const watched = new Configuration(configuration.serverMetadata(), clientId, undefined, None());
    watched.timeout = timeoutSeconds;
    watched[customFetch] = await this.readingFetch(onMembers);
    if (this.settings.authorizationServer.isInsecureAllowed) allowInsecureRequests(watched);
    return watched;
  }

  /** Fetches a public document of the server with the same timeout and proxy as all other calls. */
  async fetch(url: string, options: { headers: Record<string, string> }): Promise<Response> {
    const { isInsecureAllowed } = this.settings.authorizationServer;
    if (!isInsecureAllowed && !url.startsWith('https:'))
      throw new ServerMetadataError(`${url} must use https.`);
    const fetchThroughProxy = await this.proxiedFetch();
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    return fetchThroughProxy(url, { ...options, method: 'GET', body: null, redirect: 'manual', signal });
  }

  private proxiedFetch(): Promise<CustomFetch> {
    this.fetchFunction ??= createFetch(this.settings);
    return this.fetchFunction;
  }

  private async readingFetch(
    onMembers: (members: AnswerMembers) => Promise<void> = () => Promise.resolve(),
  ): Promise<CustomFetch> {
    const fetchThroughProxy = await this.proxiedFetch();
    return async (url, options) => readAnswer(await fetchThroughProxy(url, options), onMembers);
  }

  private async discover(): Promise<OAuthSession> {
    const { issuer, isInsecureAllowed } = this.settings.authorizationServer;
    const fetchThroughProxy = await this.proxiedFetch();
    const fetchAndRead = await this.readingFetch();
    const read = (algorithm: 'oauth2' | 'oidc') =>
      discovery(issuer, clientId, undefined, None(), {
        algorithm,
        [customFetch]: fetchAndRead,
        timeout: timeoutSeconds,
        execute: isInsecureAllowed ? [allowInsecureRequests] : [],
      });
    const configuration = await read('oauth2').catch((error: unknown) => {
      // RFC 8414 section 5: many servers publish the document only at the OpenID Connect address.
      if (isNotFound(error)) return read('oidc');
      throw error;
    });
    const metadata = configuration.serverMetadata();
    const keys = createRemoteJWKSet(readKeysUrl(metadata.jwks_uri), {
      timeoutDuration: timeoutSeconds * 1000,
      cacheMaxAge: Infinity,
      // Tokens come directly from the server, so an unknown key is a new one.
      cooldownDuration: 0,
      [joseCustomFetch]: (url, options) =>
        fetchThroughProxy(url, { ...options, body: null, headers: Object.fromEntries(options.headers) }),
    });
    // Fetched before any request: a refresh must not fail later for lack of keys to verify it.
    await keys.reload();
    return {
      configuration,
      issuer: metadata.issuer,
      clientId,
      keys,
      offersDpop: metadata.dpop_signing_alg_values_supported?.includes('ES256') ?? false,
    };
  }
}

function isNotFound(error: unknown): boolean {
  const cause = error instanceof ClientError ? error.cause : null;
  return typeof cause === 'object' && cause !== null && 'status' in cause && cause.status === 404;
}

function readKeysUrl(jwksUri: string | undefined): URL {
  if (jwksUri !== undefined && URL.canParse(jwksUri)) return new URL(jwksUri);
  throw new ServerMetadataError('"jwks_uri" must be the URL of its keys.');
}
