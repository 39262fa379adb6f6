import type { Database } from 'better-sqlite3';
import type { DpopNonces } from './oauth/dpop-nonces.js';
import type { SigningKeys } from './oauth/signing-keys.js';
import type { MockServerSettings } from './settings.js';
import type { CustomerStore } from './store/customer-store.js';
import type { DeviceCodeStore } from './store/device-code-store.js';
import type { DpopProofStore } from './store/dpop-proof-store.js';
import type { GrantStore } from './store/grant-store.js';
import type { RefreshTokenStore } from './store/refresh-token-store.js';

/** Writes one log line. A line must not contain a secret. */
export type Log = (line: string) => void;

interface ServerUrls {
  issuer: string;
  /** The URL for the browsers of people. */
  publicUrl: string;
}

/** The shared parts of the server. */
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
 * Runs work in one transaction that excludes other processes. It is synchronous, so that nothing in this process
 * interleaves either: two refreshes cannot race.
 */
export function inTransaction<T>(context: MockContext, work: () => T): T {
  return context.database.transaction(work).immediate();
}
