import { initialLicenseState, type LicenseState } from '../domain/license-state.js';
import type { PendingAuthorization } from '../domain/ports/license-store.js';

/** Instants are kept as ISO 8601 texts; their names tell them from other texts. */
const instantName = /(At|Since|Date)$|^at$/;

function revive(name: string, value: unknown): unknown {
  return typeof value === 'string' && instantName.test(name) ? new Date(value) : value;
}

/** Reads a stored state. What a version before this one did not know takes its first value. */
export function decodeState(text: string): LicenseState {
  const stored = JSON.parse(text, revive) as Partial<LicenseState>;
  return {
    ...initialLicenseState,
    ...stored,
    connection: { ...initialLicenseState.connection, ...stored.connection },
    refresh: { ...initialLicenseState.refresh, ...stored.refresh },
  };
}

export function encodeState(state: LicenseState): string {
  return JSON.stringify(state);
}

/** Gives an opened pending authorization its instants back. */
export function decodePending(value: unknown): PendingAuthorization {
  const pending = JSON.parse(JSON.stringify(value), revive) as PendingAuthorization;
  return { ...pending, requestedFrom: pending.requestedFrom ?? null };
}
