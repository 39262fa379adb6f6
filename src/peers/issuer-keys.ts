import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { KeyValueStore } from '../persistence/key-value-store.js';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { readSignatureKey, type SignatureKey } from './tokens/signature-key.js';

const valueName = 'issuer-keys';
const maxKeys = 64;
/** RFC 9068 section 4 and S9: made-up key ids must not trigger endless requests. */
const fetchGapMs = 5 * 60_000;

interface KeptKeys {
  readonly issuer: string;
  readonly keys: readonly unknown[];
}

/**
 * Provides the public keys of the Authorization server. They are stored in the database, so that tokens can be verified
 * offline.
 */
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

  /** Incremented when the keys change; earlier verdicts are then invalid. */
  version = 0;

  /** The issuer name used in tokens; empty before the keys are known. */
  issuer = '';

  find(keyId: unknown): SignatureKey | null {
    return typeof keyId === 'string' ? (this.byId.get(keyId) ?? null) : null;
  }

  /** Loads the keys stored by an earlier run or another process. */
  async load(): Promise<void> {
    const text = await this.values.read(valueName);
    if (text === null || text === this.kept) return;
    const kept = JSON.parse(text) as KeptKeys;
    const { href } = this.settings.authorizationServer.issuer;
    // Keys of a previously configured server are invalid.
    if (new URL(kept.issuer).href === href) this.apply(text, kept);
  }

  /** Fetches the keys because one is unknown, within the rate limit of S9. Resolves to whether they were fetched. */
  async fetchForUnknownKey(): Promise<boolean> {
    if (this.fetching !== null) return this.fetching;
    if (performance.now() - this.fetchedAt < fetchGapMs) return false;
    return this.fetch();
  }

  /** Fetches the current keys; on failure the known ones stay. Resolves to whether it succeeded. */
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
      this.logger.debug(`Fetching the keys of the Authorization server failed (${fault}).`);
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
