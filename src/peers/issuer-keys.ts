import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { KeyValueStore } from '../persistence/key-value-store.js';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { readSignatureKey, type SignatureKey } from './tokens/signature-key.js';

const valueName = 'issuer-keys';
const maxKeys = 64;
/** RFC 9068 section 4, and S9: a stranger with made-up key ids must not make this server ask without end. */
const fetchGapMs = 5 * 60_000;

interface KeptKeys {
  readonly issuer: string;
  readonly keys: readonly unknown[];
}

/** The public keys of the Authorization server; kept in the database, so that tokens are checked without the internet. */
@Injectable()
export class IssuerKeys {
  private readonly logger = new Logger('Peers');
  private byId = new Map<string, SignatureKey>();
  private kept = '';
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private fetching: Promise<boolean> | null = null;

  constructor(
    private readonly settings: Settings,
    private readonly documents: IssuerDocuments,
    private readonly values: KeyValueStore,
  ) {}

  /** Counts the changes of the keys: what was verified under another number has to be verified again. */
  version = 0;

  /** The Authorization server as it names itself in tokens; empty before its keys are known. */
  issuer = '';

  find(keyId: unknown): SignatureKey | null {
    return typeof keyId === 'string' ? (this.byId.get(keyId) ?? null) : null;
  }

  /** Takes up the keys of an earlier run or of another process. */
  async load(): Promise<void> {
    const text = await this.values.read(valueName);
    if (text === null || text === this.kept) return;
    const kept = JSON.parse(text) as KeptKeys;
    const { href } = this.settings.authorizationServer.issuer;
    // Another server was configured since: its predecessor's keys count for nothing.
    if (new URL(kept.issuer).href === href) this.apply(text, kept);
  }

  /** Asks for keys because one is missing; not more often than S9 allows. Resolves to whether they were asked for. */
  async fetchForUnknownKey(): Promise<boolean> {
    if (this.fetching !== null) return this.fetching;
    if (performance.now() - this.fetchedAt < fetchGapMs) return false;
    return this.fetch();
  }

  /** Asks for the present keys; without an answer those that are known stay. Resolves to whether there was one. */
  fetch(): Promise<boolean> {
    this.fetching ??= this.fetchOnce().finally(() => (this.fetching = null));
    return this.fetching;
  }

  private async fetchOnce(): Promise<boolean> {
    this.fetchedAt = performance.now();
    try {
      const { issuer, keys } = await this.documents.fetchKeys();
      const kept: KeptKeys = { issuer, keys: keys.slice(0, maxKeys) };
      const text = JSON.stringify(kept);
      if (text === this.kept) return true;
      await this.values.write(valueName, text);
      this.apply(text, kept);
      return true;
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      this.logger.debug(`The keys of the Authorization server could not be fetched (${fault}).`);
      return false;
    }
  }

  private apply(text: string, { issuer, keys }: KeptKeys): void {
    const read = keys.flatMap((jwk) => {
      const key = readSignatureKey(jwk);
      const { kid } = jwk as { kid?: unknown };
      return key !== null && typeof kid === 'string' ? [[kid, key] as const] : [];
    });
    this.byId = new Map(read);
    this.kept = text;
    this.issuer = issuer;
    this.version += 1;
  }
}
