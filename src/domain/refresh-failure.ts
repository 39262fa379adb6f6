import { type LicensePolicy, tokenLifeMs } from './license.js';
import { type LicenseChange, emitStatus, unchanged } from './license-event.js';
import { type ConnectionError, type LicenseState, withEndedToken } from './license-state.js';
import { applyRenewalDate } from './apply-time.js';
import { revokeLicense } from './remove-license.js';
import { honoredRetryAfterMs, refusedRetryDelayMs, retryDelayMs } from './refresh-schedule.js';

/**
 * The reason why a refresh failed:
 * - `unreachable`: no usable answer. `isConclusive` if the request certainly had no effect.
 * - `refused`: the license is expired, inactive or used up; the grant is still valid (`access_denied`).
 * - `grant-dead`: removed, revoked, replayed or too old (`invalid_grant`): the license stays until its token expires.
 * - `revoked`: the Authorization server says that this very license token is revoked.
 */
export type RefreshFailure = { readonly code: string; readonly message: string } & (
  | { readonly kind: 'unreachable'; readonly isConclusive: boolean; readonly retryAfterMs?: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'grant-dead' | 'revoked' }
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

/**
 * Applies a failed attempt. `before.refresh` is the progress before {@link beginRefresh}.
 *
 * @param confirmedAt the time that may end a license permanently: a wrong clock of the machine must not move it
 */
export function failRefresh(
  before: LicenseState,
  failure: RefreshFailure,
  policy: LicensePolicy,
  now: Date,
  random: number,
  confirmedAt: Date = now,
): LicenseChange {
  const lastError: ConnectionError = { code: failure.code, message: failure.message, at: now };
  switch (failure.kind) {
    case 'unreachable':
      return unchanged(retryLater(before, failure, policy, lastError, random));
    case 'refused':
      return unchanged(retrySlowly(before, lastError, random));
    case 'grant-dead':
      return loseGrant(retrySlowly(before, lastError, random), policy, now, confirmedAt);
    case 'revoked':
      return revokeLicense({ ...before, connection: reached(lastError) }, policy, now);
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
  const retryAfterMs = honoredRetryAfterMs(failure.retryAfterMs ?? 0, lifeMs, policy.refreshIntervalMs);
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
 * Asks for another authorization. The refusal may only mean that the refresh token is old or was used twice, so the
 * license stays until its token expires, and the refresh token is tried slowly even after that.
 */
function loseGrant(state: LicenseState, policy: LicensePolicy, now: Date, confirmedAt: Date): LicenseChange {
  if (state.license === null) return unchanged(state);
  if (state.license.token.expiresAt < confirmedAt) {
    return emitStatus(unchanged(withEndedToken(state)), 'revoked', policy, now);
  }
  if (state.reauthorizationRequired) return unchanged(state);
  const waiting: LicenseState = { ...state, reauthorizationRequired: true };
  return emitStatus(
    applyRenewalDate(unchanged(waiting), policy, now),
    'reauthorization-required',
    policy,
    now,
  );
}

function reached(lastError: ConnectionError): LicenseState['connection'] {
  return { online: true, offlineSince: null, lastContactAt: lastError.at, lastError };
}

/** An unknown lifetime does not limit the delay; otherwise the service would retry every second. */
function lifeMsOf(state: LicenseState): number {
  const lifeMs = state.license === null ? 0 : tokenLifeMs(state.license.token);
  return lifeMs > 0 ? lifeMs : Number.POSITIVE_INFINITY;
}
