import type { LicensePolicy } from './license.js';
import type { ConnectionError, LicenseState } from './license-state.js';
import { type LicenseStatus, licenseStatusAt } from './license-status.js';
import { type LicenseView, licenseViewAt } from './license-view.js';
import { assertTransition, type LicenseReason } from './transitions.js';

/** Emitted at every license change that a register or peer server acts on. */
export interface LicenseStatusEvent {
  readonly type: 'license.status';
  readonly serverId: string;
  readonly time: Date;
  readonly sequence: number;
  readonly data: LicenseView & {
    readonly previousStatus: LicenseStatus;
    /** The server ID before a change of the server; `null` for every other reason. */
    readonly previousServerId: string | null;
  };
}

/** Emitted once per threshold until a refresh replaces the token; threshold 0 is the token's expiry. */
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

/** A new state and the events it causes, committed together. */
export interface LicenseChange {
  readonly state: LicenseState;
  readonly events: readonly LicenseEvent[];
}

/** Returns a change without effect. */
export function unchanged(state: LicenseState): LicenseChange {
  return { state, events: [] };
}

/**
 * Adds a `license.status` event with `reason` and the status at `now` to a change.
 * @throws InvalidTransitionError if that status cannot follow the last reported one
 */
export function emitStatus(
  { state, events }: LicenseChange,
  reason: LicenseReason,
  policy: LicensePolicy,
  now: Date,
): LicenseChange {
  const status = licenseStatusAt(state.license, policy.renewalWindowMs, now);
  assertTransition(state.reportedStatus, status, reason);
  const sequence = nextSequence(state, now);
  const reported: LicenseState = { ...state, reportedStatus: status, reason, sequence };
  const event: LicenseStatusEvent = {
    type: 'license.status',
    serverId: serverIdOf(state),
    time: now,
    sequence,
    data: {
      previousStatus: state.reportedStatus,
      previousServerId: (reason === 'server-changed' ? state.previousServer : null)?.serverId ?? null,
      ...licenseViewAt(reported, policy, now),
    },
  };
  return { state: reported, events: [...events, event] };
}

/** Adds a `token.expiring` event for one threshold of the license token to a change. */
export function emitTokenExpiring(
  { state, events }: LicenseChange,
  expiresAt: Date,
  thresholdSeconds: number,
  now: Date,
): LicenseChange {
  const sequence = nextSequence(state, now);
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
 * Returns the number of the next event: the larger of the last number plus one and the time. A server that was restored
 * or reinstalled therefore never reuses a number that its registers have already seen. While the clock is suspect, the
 * last trusted time counts: a number from a wrong future would outrank all later events.
 */
function nextSequence({ sequence, clockSuspect, trustedAt }: LicenseState, now: Date): number {
  const time = clockSuspect && trustedAt !== null ? trustedAt : now;
  return Math.max(sequence + 1, time.getTime());
}

function serverIdOf(state: LicenseState): string {
  if (state.identity === null) throw new Error('A server that was never licensed cannot emit events.');
  return state.identity.serverId;
}
