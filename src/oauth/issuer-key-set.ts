import type { JWK, ProtectedHeaderParameters } from 'jose';
import { UnsuitableError } from './unsuitable-error.js';

/** A token cannot trigger more requests for keys than this. */
const maxFetches = 10;
const budgetWindowMs = 5 * 60_000;

/** The published keys of the Authorization server (RFC 7517). Entries that cannot be used are skipped. */
export class IssuerKeySet {
  keys: readonly JWK[] = [];
  private fetchedAt: readonly number[] = [];

  /** @param fetchDocument fetches the document and resolves to its text */
  constructor(private readonly fetchDocument: () => Promise<string>) {}

  async reload(): Promise<void> {
    this.keys = readKeys(await this.fetchDocument());
  }

  /** Fetches the keys again within the budget. Resolves to whether they were fetched. */
  async reloadForToken(): Promise<boolean> {
    const now = performance.now();
    const recent = this.fetchedAt.filter((at) => now - at < budgetWindowMs);
    if (recent.length >= maxFetches) return false;
    this.fetchedAt = [...recent, now];
    await this.reload();
    return true;
  }

  /** Returns the keys that may have signed a token; several may have the same id, and a token may have none. */
  candidatesFor({ alg, kid }: ProtectedHeaderParameters): JWK[] {
    const type = keyTypeOf(alg);
    return this.keys.filter(
      (key) =>
        key.kty === type &&
        (kid === undefined || key.kid === kid) &&
        (key.use === undefined || key.use === 'sig') &&
        (key.alg === undefined || key.alg === alg || (type === 'OKP' && key.alg.startsWith('Ed'))),
    );
  }
}

function readKeys(text: string): JWK[] {
  const listed = parseKeys(text);
  if (listed === null) throw new UnsuitableError('The JSON Web Key Set must be a JSON object with "keys".');
  return listed.filter(isPublicKey);
}

function parseKeys(text: string): unknown[] | null {
  try {
    const { keys } = JSON.parse(text) as { keys?: unknown };
    return Array.isArray(keys) ? keys : null;
  } catch {
    return null;
  }
}

function isPublicKey(key: unknown): key is JWK {
  return typeof key === 'object' && key !== null && typeof (key as JWK).kty === 'string';
}

function keyTypeOf(alg: unknown): string {
  const name = String(alg);
  if (name.startsWith('ES')) return 'EC';
  return name.startsWith('Ed') ? 'OKP' : 'RSA';
}
