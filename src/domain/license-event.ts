import type { LicensePolicy } from './license.js';
import type { ConnectionError, LicenseState } from './license-state.js';
import { type LicenseStatus, licenseStatusAt } from './license-status.js';
import { type LicenseView, licenseViewAt } from './license-view.js';
import { assertTransition, type LicenseReason } from './transitions.js';

/** Told at every change of the license that a register or peer server would act on. */
export interface LicenseStatusEvent {
  readonly type: 'license.status';
  readonly serverId: string;
  readonly time: Date;
  readonly sequence: number;
  readonly data: LicenseView & { readonly previousStatus: LicenseStatus };
}

/** Told once for each threshold of a token that no refresh has replaced; threshold 0 is its end. */
export interface TokenExpiringEvent {
  readonly type: 'token.expiring';
  readonly serverId: string;
  readonly time: Date;
  readonly sequence: number;
  readonly data: {
    readonly serverId: string;
    readonly expiresAt: Date;
    readonly secondsRemaining: number;
    readonly thresholdSeconds: number;
    readonly lastRefreshError: ConnectionError | null;
    readonly offlineSince: Date | null;
  };
}

export type LicenseEvent = LicenseStatusEvent | TokenExpiringEvent;

/** A new state together with the events that it causes: committed as one, or not at all. */
export interface LicenseChange {
  readonly state: LicenseState;
  readonly events: readonly LicenseEvent[];
}

/** The change that changes nothing. */
export function unchanged(state: LicenseState): LicenseChange {
  return { state, events: [] };
}

/**
 * Adds a `license.status` event for `reason` to a change, at the status that the license has at `now`.
 * @throws InvalidTransitionError if that status cannot follow the one that subscribers were told last
 */
export function emitStatus(
  { state, events }: LicenseChange,
  reason: LicenseReason,
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  const status = licenseStatusAt(state.license, policy.renewalWindowMs, now);
  assertTransition(state.reportedStatus, status, reason);
  const sequence = nextSequence(state.sequence, now);
  const reported: LicenseState = { ...state, reportedStatus: status, reason, sequence };
  const event: LicenseStatusEvent = {
    type: 'license.status',
    serverId: serverIdOf(state),
    time: now,
    sequence,
    data: { previousStatus: state.reportedStatus, ...licenseViewAt(reported, policy, now) },
  };
  return { state: reported, events: [...events, event] };
}

/** Adds a `token.expiring` event for one threshold to a change. */
export function emitTokenExpiring(
  { state, events }: LicenseChange,
  thresholdSeconds: number,
  now: Date,
): LicenseChange {
  if (state.license === null) return { state, events };
  const { expiresAt } = state.license.token;
  const sequence = nextSequence(state.sequence, now);
  const serverId = serverIdOf(state);
  const event: TokenExpiringEvent = {
    type: 'token.expiring',
    serverId,
    time: now,
    sequence,
    data: {
      serverId,
      expiresAt,
      secondsRemaining: Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1000)),
      thresholdSeconds,
      lastRefreshError: state.connection.lastError,
      offlineSince: state.connection.offlineSince,
    },
  };
  return {
    state: { ...state, sequence, announcedThresholdSeconds: thresholdSeconds },
    events: [...events, event],
  };
}

/**
 * The number of the next event: the larger of the last plus one and the time, so that a server restored from a backup
 * or set up anew never falls behind what its registers have already seen.
 */
function nextSequence(last: number, now: Date): number {
  return Math.max(last + 1, now.getTime());
}

function serverIdOf(state: LicenseState): string {
  if (state.identity === null) throw new Error('A server that was never licensed has nothing to tell.');
  return state.identity.serverId;
}
