import { Injectable } from '@nestjs/common';
import type { JWK } from 'jose';
import {
  allowInsecureRequests,
  Configuration,
  type CustomFetch,
  customFetch,
  type DPoPHandle,
  getDPoPHandle,
  None,
} from 'openid-client';
import { Settings } from '../config/settings.js';
import type { Profile } from '../domain/profile.js';
import { createFetch } from './create-fetch.js';
import { importDpopKey } from './dpop-key.js';
import { IssuerKeySet } from './issuer-key-set.js';
import { limitAnswer, maxAnswerBytes } from './limit-answer.js';
import type { AnswerMembers } from '../domain/parse-answer.js';
import { readAnswer } from './read-answer.js';
import {
  checkMetadata,
  isEndpoint,
  metadataUrls,
  readMetadata,
  UnexpectedStatusError,
} from './read-metadata.js';
import { UnsuitableError } from './unsuitable-error.js';

const timeoutSeconds = 10;
const metadataLifeMs = 3_600_000;

export interface OAuthSession {
  readonly configuration: Configuration;
  readonly issuer: string;
  readonly keys: IssuerKeySet;
  /** Whether the server supports DPoP (RFC 9449). */
  readonly offersDpop: boolean;
}

/** The members of a token answer and the time in its `Date` header, `null` if it has none. */
export type AnswerListener = (members: AnswerMembers, answeredAt: Date | null) => Promise<void>;

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

  get profile(): Profile {
    return this.settings.authorizationServer.profile;
  }

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

  /** Reads the metadata again at the next call, because an endpoint has moved. */
  forget(): void {
    this.current = null;
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

  /** Returns a configuration for one call; its answer is passed to `onAnswer` before it is verified. */
  async watch({ configuration }: OAuthSession, onAnswer: AnswerListener): Promise<Configuration> {
    return this.configure(configuration.serverMetadata(), onAnswer);
  }

  /** Returns whether an address may be requested, or shown as a link. */
  isEndpoint(value: string): boolean {
    return isEndpoint(value, this.settings.authorizationServer.isInsecureAllowed);
  }

  /** Fetches a public document of the server with the same timeout and proxy as all other calls. */
  async fetch(
    url: string,
    options: { headers: Record<string, string> },
    maxBytes = maxAnswerBytes,
  ): Promise<Response> {
    if (!this.isEndpoint(url)) throw new UnsuitableError(`${url.slice(0, 500)} must be an https URL.`);
    const signal = AbortSignal.timeout(timeoutSeconds * 1000);
    const response = await (
      await this.proxiedFetch()
    )(url, { ...options, method: 'GET', body: null, redirect: 'manual', signal });
    return limitAnswer(response, maxBytes);
  }

  private proxiedFetch(): Promise<CustomFetch> {
    this.fetchFunction ??= createFetch(this.settings);
    return this.fetchFunction;
  }

  private async configure(
    metadata: ConstructorParameters<typeof Configuration>[0],
    onAnswer: AnswerListener = () => Promise.resolve(),
  ): Promise<Configuration> {
    const fetchThroughProxy = await this.proxiedFetch();
    const configuration = new Configuration(metadata, this.profile.clientIds.server, undefined, None());
    configuration.timeout = timeoutSeconds;
    configuration[customFetch] = async (url, options) =>
      readAnswer(await limitAnswer(await fetchThroughProxy(url, options), maxAnswerBytes), onAnswer);
    if (this.settings.authorizationServer.isInsecureAllowed) allowInsecureRequests(configuration);
    return configuration;
  }

  private async discover(): Promise<OAuthSession> {
    const metadata = checkMetadata(await this.findMetadata(), this.settings.authorizationServer);
    const keys = new IssuerKeySet(() => this.fetchKeys(String(metadata.jwks_uri)));
    // Fetched before any request: a refresh must not fail later for lack of keys to verify it.
    await keys.reload();
    const { dpop_signing_alg_values_supported: algorithms } = metadata;
    return {
      configuration: await this.configure(metadata),
      issuer: metadata.issuer,
      keys,
      offersDpop: Array.isArray(algorithms) && algorithms.includes('ES256'),
    };
  }

  /** Tries both documents (RFC 8414 section 5): many servers publish only the one of OpenID Connect. */
  private async findMetadata(): Promise<Readonly<Record<string, unknown>>> {
    const [oauth = '', openid = ''] = metadataUrls(this.settings.authorizationServer.issuer);
    return this.fetchMetadata(oauth).catch(async (error: unknown) => {
      if (!isNoMetadata(error)) throw error;
      return this.fetchMetadata(openid).catch((second: unknown) => {
        throw isNotFound(error) || !isNoMetadata(second) ? second : error;
      });
    });
  }

  private async fetchMetadata(url: string): Promise<Readonly<Record<string, unknown>>> {
    return readMetadata(await this.fetch(url, { headers: { accept: 'application/json' } }));
  }

  private async fetchKeys(url: string): Promise<string> {
    const response = await this.fetch(url, {
      headers: { accept: 'application/json, application/jwk-set+json' },
    });
    if (!response.ok) throw new UnexpectedStatusError('The request for the JSON Web Key Set', response);
    return response.text();
  }
}

function isNoMetadata(error: unknown): boolean {
  return error instanceof UnexpectedStatusError || error instanceof UnsuitableError;
}

function isNotFound(error: unknown): boolean {
  return error instanceof UnexpectedStatusError && (error.cause as Response).status === 404;
}
