import { isWithinBounds } from '../domain/claim-values.js';
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
  return repairInstants({
    ...initialLicenseState,
    ...stored,
    connection: { ...initialLicenseState.connection, ...stored.connection },
    refresh: { ...initialLicenseState.refresh, ...stored.refresh },
  });
}

/**
 * A version before this one took tokens whose instants no Date can hold, stored as null, or lie beyond the year 9999. Such
 * a token counts as ended, and is refreshed without delay.
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

/** Gives an opened pending authorization its instants back. */
export function decodePending(value: unknown): PendingAuthorization {
  const pending = JSON.parse(JSON.stringify(value), revive) as PendingAuthorization;
  return { ...pending, requestedFrom: pending.requestedFrom ?? null };
}
