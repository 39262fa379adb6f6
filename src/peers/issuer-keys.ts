import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { KeyValueStore } from '../persistence/key-value-store.js';
import { IssuerDocuments } from '../domain/ports/issuer-documents.js';
import { FetchBudget } from './fetch-budget.js';
import { readSignatureKey, type SignatureKey } from './tokens/signature-key.js';

const valueName = 'issuer-keys';
const maxKeys = 1000;

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
  private readonly budget = new FetchBudget();
  private byId = new Map<string, readonly SignatureKey[]>();
  private kept = '';
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

  /** Returns the keys with an id; several if the Authorization server reuses ids. */
  find(keyId: unknown): readonly SignatureKey[] {
    return typeof keyId === 'string' ? (this.byId.get(keyId) ?? []) : [];
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

  /**
   * Fetches the keys because a token from an address does not fit the known ones, within the budget. Resolves to whether
   * they were fetched.
   */
  async fetchForToken(address: string): Promise<boolean> {
    if (this.fetching !== null) return this.fetching;
    return this.budget.take(address) && this.fetch();
  }

  /** Fetches the current keys; on failure the known ones stay. Resolves to whether it succeeded. */
  fetch(): Promise<boolean> {
    this.fetching ??= this.fetchOnce().finally(() => (this.fetching = null));
    return this.fetching;
  }

  private async fetchOnce(): Promise<boolean> {
    try {
      const { issuer, keys } = await this.documents.fetchKeys();
      const usable = keys.filter((jwk) => readNamedKey(jwk) !== null);
      // A fault of the Authorization server must not end every connection.
      if (usable.length === 0) throw new Error('it publishes no usable key');
      const kept: KeptKeys = { issuer, keys: usable.slice(0, maxKeys) };
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
    const byId = new Map<string, readonly SignatureKey[]>();
    for (const { id, ...key } of keys.flatMap((jwk) => readNamedKey(jwk) ?? [])) {
      byId.set(id, [...(byId.get(id) ?? []), key]);
    }
    this.byId = byId;
    this.kept = text;
    this.issuer = issuer;
    this.version += 1;
  }
}

/** Returns `null` for a key that cannot be used or has no id. */
function readNamedKey(jwk: unknown): (SignatureKey & { readonly id: string }) | null {
  const key = readSignatureKey(jwk);
  if (key === null) return null;
  const { kid } = jwk as { kid?: unknown };
  return typeof kid === 'string' ? { id: kid, ...key } : null;
}
