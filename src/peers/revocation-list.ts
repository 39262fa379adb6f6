import { Injectable, Logger } from '@nestjs/common';
import { KeyValueStore } from '../persistence/key-value-store.js';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { IssuerKeys } from './issuer-keys.js';
import { parseCompactJws } from './tokens/parse-compact-jws.js';
import { hasSignatureOf } from './tokens/signature-key.js';
import { readTokenStatusList, statusReferenceOf, type TokenStatusList } from './tokens/token-status-list.js';

const valueName = 'token-status-list';
const maxListCharacters = 4 * 1024 * 1024;

/** A Token Status List with the address that it was published at. */
export interface SignedStatusList {
  readonly uri: string;
  readonly jwt: string;
}

/**
 * Knows which license tokens the Authorization server has revoked, by its Token Status List. The last list that came
 * counts for as long as no newer one does, also after a restart without the internet.
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
  ) {}

  /** Counts the lists taken up: what was accepted under another number has to be judged again. */
  version = 0;

  /** Null before the first list. */
  get ttlSeconds(): number | null {
    return this.list?.ttlSeconds ?? null;
  }

  /** The list as the Authorization server has signed it, for servers that cannot reach it; null: none is known. */
  get signed(): SignedStatusList | null {
    return this.list !== null && this.jwt !== null ? { uri: this.list.uri, jwt: this.jwt } : null;
  }

  isRevoked(claims: Readonly<Record<string, unknown>>): boolean {
    const reference = statusReferenceOf(claims);
    return reference !== null && reference.uri === this.list?.uri && this.list.isSet(reference.index);
  }

  /** Takes up the list of an earlier run or of another process. */
  async load(): Promise<void> {
    const text = await this.values.read(valueName);
    if (text === null) return;
    const { uri, jwt } = JSON.parse(text) as { uri: string; jwt: string };
    this.apply(jwt, uri);
  }

  /** Fetches the list that `claims` refer to. Resolves to whether one came. */
  async fetch(claims: Readonly<Record<string, unknown>>): Promise<boolean> {
    const reference = statusReferenceOf(claims);
    if (reference === null) return false;
    try {
      return await this.offer(await this.documents.fetchStatusList(reference.uri), reference.uri);
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      this.logger.debug(`The token status list could not be fetched (${fault}).`);
      return false;
    }
  }

  /** Takes up a signed list from wherever it came, if it is newer than the present one. */
  async offer(jwt: string, uri: string): Promise<boolean> {
    if (!this.apply(jwt, uri)) return false;
    await this.values.write(valueName, JSON.stringify({ uri, jwt }));
    return true;
  }

  private apply(jwt: string, uri: string): boolean {
    const jws = parseCompactJws(jwt, maxListCharacters);
    const key = jws && this.keys.find(jws.header['kid']);
    if (jws === null || key === null || !hasSignatureOf(jws, key)) return false;
    const list = readTokenStatusList(jws, this.keys.issuer, uri);
    if (list === null) return false;
    if (jwt === this.jwt) return true;
    if (this.list?.uri === uri && !mayFollow(list, this.list)) return false;
    this.list = list;
    this.jwt = jwt;
    this.version += 1;
    return true;
  }
}

/**
 * An older list that is played back must not make a revoked device welcome again. Of two of the same second nobody can
 * tell which came first: it has to revoke all that the present one does.
 */
function mayFollow(next: TokenStatusList, present: TokenStatusList): boolean {
  const laterMs = next.issuedAt.getTime() - present.issuedAt.getTime();
  if (laterMs !== 0) return laterMs > 0;
  for (let index = 0; index < present.entryCount; index += 1) {
    if (present.isSet(index) && !next.isSet(index)) return false;
  }
  return true;
}
