import { isWithinBounds } from '../domain/claim-values.js';
import { initialLicenseState, type LicenseState } from '../domain/license-state.js';
import type { PendingAuthorization } from '../domain/ports/license-store.js';

/** Instants are stored as ISO 8601 texts and recognized by their names. */
const instantName = /(At|Since|Date)$|^at$/;

function revive(name: string, value: unknown): unknown {
  return typeof value === 'string' && instantName.test(name) ? new Date(value) : value;
}

/** Decodes a stored state. Members that an older version did not store get their initial values. */
export function decodeState(text: string): LicenseState {
  const stored = JSON.parse(text, revive) as Partial<LicenseState>;
  return repairInstants({
    ...initialLicenseState,
    ...stored,
    connection: { ...initialLicenseState.connection, ...stored.connection },
    refresh: { ...initialLicenseState.refresh, ...stored.refresh },
  });
}

/**
 * Repairs a state of an older version, which accepted tokens with instants that a Date cannot represent (stored as null)
 * or after the year 9999. Such a token counts as expired and is refreshed immediately.
 */
function repairInstants(state: LicenseState): LicenseState {
  const { license, refresh, reauthorizationRequired } = state;
  const trustedAt = isWithinBounds(state.trustedAt) ? state.trustedAt : null;
  if (license === null) return { ...state, trustedAt };
  const { token } = license;
  if ([token.issuedAt, token.expiresAt, token.receivedAt].every(isWithinBounds))
    return { ...state, trustedAt };
  const receivedAt = isWithinBounds(token.receivedAt) ? token.receivedAt : new Date(0);
  const issuedAt = isWithinBounds(token.issuedAt) ? token.issuedAt : receivedAt;
  const expiresAt = isWithinBounds(token.expiresAt) ? token.expiresAt : issuedAt;
  return {
    ...state,
    trustedAt,
    license: { ...license, token: { issuedAt, expiresAt, receivedAt } },
    refresh: { ...refresh, nextAttemptAt: reauthorizationRequired ? null : receivedAt },
  };
}

export function encodeState(state: LicenseState): string {
  return JSON.stringify(state);
}

/** Restores the instants of a decrypted pending authorization. */
export function decodePending(value: unknown): PendingAuthorization {
  const pending = JSON.parse(JSON.stringify(value), revive) as PendingAuthorization;
  const { requestedFrom, verificationUriComplete } = pending;
  // Earlier versions stored neither.
  return {
    ...pending,
    requestedFrom: requestedFrom ?? null,
    verificationUriComplete: verificationUriComplete ?? null,
  };
}
