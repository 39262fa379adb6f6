import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { maxLeadMs } from '../domain/license-claims.js';
import { Clock } from '../domain/ports/clock.js';
import { KeyValueStore } from '../persistence/key-value-store.js';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { IssuerKeys } from './issuer-keys.js';
import { parseCompactJws } from './tokens/parse-compact-jws.js';
import { hasSignatureOf } from './tokens/signature-key.js';
import {
  readTokenStatusList,
  type StatusReference,
  statusReferenceOf,
  type TokenStatusList,
} from './tokens/token-status-list.js';

const valueName = 'token-status-list';
const maxListCharacters = 4 * 1024 * 1024;

/** A Token Status List with its address. */
export interface SignedStatusList {
  readonly uri: string;
  readonly jwt: string;
}

/**
 * Stores the Token Status List of the license tokens that the Authorization server has revoked. The last list stays
 * valid until a newer one arrives, even after a restart without the internet.
 */
@Injectable()
export class RevocationList {
  private readonly logger = new Logger('Peers');
  private list: TokenStatusList | null = null;
  private jwt: string | null = null;

  constructor(
    private readonly keys: IssuerKeys,
    private readonly documents: IssuerDocuments,
    private readonly values: KeyValueStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Incremented for each new list; earlier verdicts are then invalid. */
  version = 0;

  /** `null` before the first list. */
  get ttlSeconds(): number | null {
    return this.list?.ttlSeconds ?? null;
  }

  /** The signed list, for servers that cannot reach the Authorization server; `null` if there is none. */
  get signed(): SignedStatusList | null {
    return this.list !== null && this.jwt !== null ? { uri: this.list.uri, jwt: this.jwt } : null;
  }

  /** Returns where the list has the state of a license token; `null` if it has none or the profile uses no list. */
  referenceOf(claims: Readonly<Record<string, unknown>>): StatusReference | null {
    const { statusList } = this.settings.authorizationServer.profile;
    return statusList === 'off' ? null : statusReferenceOf(claims);
  }

  isRevoked(claims: Readonly<Record<string, unknown>>): boolean {
    const reference = this.referenceOf(claims);
    return reference !== null && reference.uri === this.list?.uri && this.list.isSet(reference.index);
  }

  /** Returns whether the list says that this license token is revoked permanently. */
  isTokenRevoked(token: string): boolean {
    const claims = parseCompactJws(token)?.payload;
    const reference = claims ? this.referenceOf(claims) : null;
    return reference !== null && reference.uri === this.list?.uri && this.list.isInvalid(reference.index);
  }

  /** Loads the list stored by an earlier run or another process. */
  async load(): Promise<void> {
    const text = await this.values.read(valueName);
    if (text === null) return;
    const { uri, jwt } = JSON.parse(text) as { uri: string; jwt: string };
    this.apply(jwt, uri);
  }

  /** Fetches the list that `claims` refer to. Resolves to whether a valid one was received. */
  async fetch(claims: Readonly<Record<string, unknown>>): Promise<boolean> {
    const reference = this.referenceOf(claims);
    if (reference === null) return false;
    try {
      return await this.offer(await this.documents.fetchStatusList(reference.uri), reference.uri);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      this.logger.debug(`Fetching the token status list failed (${fault}).`);
      return false;
    }
  }

  /** Stores a signed list from any source if it is newer than the current one. */
  async offer(jwt: string, uri: string): Promise<boolean> {
    if (!this.apply(jwt, uri, this.latestIssue())) return false;
    await this.values.write(valueName, JSON.stringify({ uri, jwt }));
    return true;
  }

  /** A list from the future would keep out every list until then. With a suspect clock this is not known. */
  private latestIssue(): number {
    return this.clock.isSuspect() ? Number.POSITIVE_INFINITY : this.clock.now().getTime() + maxLeadMs;
  }

  private apply(jwt: string, uri: string, latestIssueMs = Number.POSITIVE_INFINITY): boolean {
    const jws = parseCompactJws(jwt, maxListCharacters);
    if (jws === null) return false;
    if (!this.keys.find(jws.header['kid']).some((key) => hasSignatureOf(jws, key))) return false;
    const list = readTokenStatusList(jws, this.keys.issuer, uri);
    if (list === null || list.issuedAt.getTime() > latestIssueMs) return false;
    if (jwt === this.jwt) return true;
    if (this.list?.uri === uri && !mayFollow(list, this.list)) return false;
    this.list = list;
    this.jwt = jwt;
    this.version += 1;
    return true;
  }
}

/**
 * Returns whether a list may replace the current one. A replayed older list must not admit a revoked device again. If
 * both have the same second, their order is unknown, so the new list must revoke everything that the current one does.
 */
function mayFollow(next: TokenStatusList, present: TokenStatusList): boolean {
  const laterMs = next.issuedAt.getTime() - present.issuedAt.getTime();
  if (laterMs !== 0) return laterMs > 0;
  for (let index = 0; index < present.entryCount; index += 1) {
    if (present.isSet(index) && !next.isSet(index)) return false;
  }
  return true;
}
