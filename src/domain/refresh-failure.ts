import { type LicensePolicy, tokenLifeMs } from './license.js';
import { type LicenseChange, emitStatus, unchanged } from './license-event.js';
import { type ConnectionError, type LicenseState, withoutLicense } from './license-state.js';
import { applyRenewalDate } from './apply-time.js';
import { honouredRetryAfterMs, refusedRetryDelayMs, retryDelayMs } from './refresh-schedule.js';

/**
 * The reason why a refresh failed:
 * - `unreachable`: no usable answer. `isConclusive` if the request certainly had no effect.
 * - `refused`: the license is expired, inactive or used up; the grant is still valid (`access_denied`).
 * - `grant-dead`: removed, revoked or replaced (`invalid_grant`).
 */
export type RefreshFailure = { readonly code: string; readonly message: string } & (
  | { readonly kind: 'unreachable'; readonly isConclusive: boolean; readonly retryAfterMs?: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'grant-dead' }
);

/**
 * Records that the refresh token is about to be sent. Counts the attempt as failed until its answer is stored, so that
 * a process that crashes during it still waits for the backoff. An existing mark is kept: the outcome of that earlier
 * attempt is still unknown.
 */
export function beginRefresh(state: LicenseState, now: Date, random: number): LicenseState {
  const failures = state.refresh.failures + 1;
  return {
    ...state,
    refresh: {
      nextAttemptAt: new Date(now.getTime() + retryDelayMs(failures, lifeMsOf(state), random)),
      failures,
      intentAt: state.refresh.intentAt ?? now,
    },
  };
}

/** Applies a failed attempt. `before.refresh` is the progress before {@link beginRefresh}. */
export function failRefresh(
  before: LicenseState,
  failure: RefreshFailure,
  policy: LicensePolicy,
  now: Date,
  random: number,
): LicenseChange {
  if (before.license === null) return unchanged(before);
  const lastError: ConnectionError = { code: failure.code, message: failure.message, at: now };
  switch (failure.kind) {
    case 'unreachable':
      return unchanged(retryLater(before, failure, policy, lastError, random));
    case 'refused':
      return unchanged(retrySlowly(before, lastError, random));
    case 'grant-dead':
      return endGrant(before, policy, lastError);
  }
}

function retryLater(
  before: LicenseState,
  failure: Extract<RefreshFailure, { kind: 'unreachable' }>,
  policy: LicensePolicy,
  lastError: ConnectionError,
  random: number,
): LicenseState {
  const failures = before.refresh.failures + 1;
  const lifeMs = lifeMsOf(before);
  const retryAfterMs = honouredRetryAfterMs(failure.retryAfterMs ?? 0, lifeMs, policy.refreshIntervalMs);
  const delayMs = retryDelayMs(failures, lifeMs, random, retryAfterMs);
  return {
    ...before,
    connection: {
      ...before.connection,
      online: false,
      offlineSince: before.connection.offlineSince ?? lastError.at,
      lastError,
    },
    refresh: {
      nextAttemptAt: new Date(lastError.at.getTime() + delayMs),
      failures,
      intentAt: failure.isConclusive ? before.refresh.intentAt : (before.refresh.intentAt ?? lastError.at),
    },
  };
}

function retrySlowly(before: LicenseState, lastError: ConnectionError, random: number): LicenseState {
  const delayMs = refusedRetryDelayMs(lifeMsOf(before), random);
  return {
    ...before,
    connection: reached(lastError),
    refresh: {
      ...before.refresh,
      failures: before.refresh.failures + 1,
      nextAttemptAt: new Date(lastError.at.getTime() + delayMs),
    },
  };
}

/**
 * Ends a dead grant. If an earlier attempt got no answer, our own retry may have ended the grant, because the server
 * takes the second use of a rotated token for theft. The license then stays valid until its token expires, so that an
 * administrator has time to authorize the server again.
 */
function endGrant(before: LicenseState, policy: LicensePolicy, lastError: ConnectionError): LicenseChange {
  const now = lastError.at;
  const state: LicenseState = { ...before, connection: reached(lastError) };
  // A manual refresh during an outage may have scheduled another attempt; a dead grant needs none.
  if (state.reauthorizationRequired) return unchanged(withoutNextAttempt(state));
  const mayHaveDiedOfRetry = before.refresh.intentAt !== null;
  const hasLiveToken = state.license !== null && state.license.token.expiresAt.getTime() >= now.getTime();
  if (mayHaveDiedOfRetry && hasLiveToken) {
    const waiting: LicenseState = { ...withoutNextAttempt(state), reauthorizationRequired: true };
    return emitStatus(
      applyRenewalDate(unchanged(waiting), policy, now),
      'reauthorization-required',
      policy,
      now,
    );
  }
  return emitStatus(unchanged(withoutLicense(state)), 'revoked', policy, now);
}

function withoutNextAttempt(state: LicenseState): LicenseState {
  return { ...state, refresh: { ...state.refresh, nextAttemptAt: null } };
}

function reached(lastError: ConnectionError): LicenseState['connection'] {
  return { online: true, offlineSince: null, lastContactAt: lastError.at, lastError };
}

/** An unknown lifetime does not limit the delay; otherwise the service would retry every second. */
function lifeMsOf(state: LicenseState): number {
  const lifeMs = state.license === null ? 0 : tokenLifeMs(state.license.token);
  return lifeMs > 0 ? lifeMs : Number.POSITIVE_INFINITY;
}
