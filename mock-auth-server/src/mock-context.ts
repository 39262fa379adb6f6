import type { Database } from 'better-sqlite3';
import type { DpopNonces } from './oauth/dpop-nonces.js';
import type { SigningKeys } from './oauth/signing-keys.js';
import type { MockServerSettings } from './settings.js';
import type { CustomerStore } from './store/customer-store.js';
import type { DeviceCodeStore } from './store/device-code-store.js';
import type { DpopProofStore } from './store/dpop-proof-store.js';
import type { GrantStore } from './store/grant-store.js';
import type { RefreshTokenStore } from './store/refresh-token-store.js';

/** Writes one readable line for an event that matters; it is never given a secret. */
export type Log = (line: string) => void;

interface ServerUrls {
  issuer: string;
  /** What a person's browser uses. */
  publicUrl: string;
}

/** What the parts of the server share. */
export interface MockContext {
  settings: MockServerSettings;
  urls: ServerUrls;
  now: () => Date;
  log: Log;
  database: Database;
  customers: CustomerStore;
  grants: GrantStore;
  deviceCodes: DeviceCodeStore;
  refreshTokens: RefreshTokenStore;
  dpopProofs: DpopProofStore;
  dpopNonces: DpopNonces;
  keys: SigningKeys;
}

/**
 * Runs work as one transaction that no other process interleaves with. It is synchronous, so that within this
 * process nothing interleaves either: a race between two refreshes cannot happen by design.
 */
export function inTransaction<T>(context: MockContext, work: () => T): T {
  return context.database.transaction(work).immediate();
}
