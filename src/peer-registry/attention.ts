import type { LicenseStatus } from '../domain/license-status.js';
import type { KnownPeer } from './peer-record.js';

/** The reasons why a peer needs attention; stable codes for programs. */
export const attentionReasons = [
  'refused',
  'unlicensed',
  'license-expired',
  'requires-renewal',
  'reauthorization-required',
  'token-expired',
  'token-expiring',
  'not-heard-of',
  'offline',
  'clock',
  'clock-suspect',
] as const;
export type AttentionReason = (typeof attentionReasons)[number];

const dayMs = 86_400_000;

const reasonsByStatus: Readonly<Record<LicenseStatus, AttentionReason | null>> = {
  unlicensed: 'unlicensed',
  expired: 'license-expired',
  'requires-renewal': 'requires-renewal',
  licensed: null,
};

/** Returns why a peer needs attention at `now`, the gravest reason first. */
export function attentionOf(peer: KnownPeer, now: Date): AttentionReason[] {
  const present = causesOf(peer).filter(({ from }) => from <= now);
  const reasons = new Set(present.map(({ reason }) => reason));
  if (reasons.has('token-expired')) reasons.delete('token-expiring');
  return attentionReasons.filter((reason) => reasons.has(reason));
}

/**
 * Returns when a peer begins to need attention if no further sighting follows, or `null` if never. The database finds peers
 * by this instant.
 */
export function needsAttentionFrom(peer: KnownPeer): Date | null {
  const instants = causesOf(peer).map(({ from }) => from.getTime());
  return instants.length === 0 ? null : new Date(Math.min(...instants));
}

interface Cause {
  readonly reason: AttentionReason;
  readonly from: Date;
}

/** Returns every present and future reason with the instant from which it holds. */
function causesOf(peer: KnownPeer): Cause[] {
  const { status, tokenWarnsAt, tokenExpiresAt, offlineSince, clockAheadSince, lastSeenAt } = peer;
  // The clock of the store may be ahead, so the time of the sighting is the limit.
  const reportedAt = peer.statusAt === null || peer.statusAt > lastSeenAt ? lastSeenAt : peer.statusAt;
  const ofStatus = status === null ? null : reasonsByStatus[status];
  return [
    peer.refusedAt !== null && { reason: 'refused', from: peer.refusedAt },
    ofStatus !== null && { reason: ofStatus, from: reportedAt },
    peer.reauthorizationRequired && { reason: 'reauthorization-required', from: reportedAt },
    clockAheadSince !== null && { reason: 'clock', from: clockAheadSince },
    peer.clockSuspect && { reason: 'clock-suspect', from: reportedAt },
    tokenExpiresAt !== null && { reason: 'token-expired', from: tokenExpiresAt },
    tokenWarnsAt !== null && { reason: 'token-expiring', from: tokenWarnsAt },
    offlineSince !== null && { reason: 'offline', from: after(offlineSince, dayMs) },
    // Registers are switched off in the evening; a server that is silent for a day is broken or disconnected.
    peer.kind === 'server' && { reason: 'not-heard-of', from: after(lastSeenAt, dayMs) },
  ].filter((cause): cause is Cause => cause !== false);
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
