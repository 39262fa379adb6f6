import type { LicenseStatus } from '../domain/license-status.js';
import type { KnownPeer } from './peer-record.js';

/** Why somebody should look after a peer; stable, written for programs. */
export const attentionReasons = [
  'unlicensed',
  'license-expired',
  'requires-renewal',
  'reauthorization-required',
  'token-expired',
  'token-expiring',
  'not-heard-of',
  'offline',
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

/** Tells why a peer needs attention at `now`, the gravest first; nothing: it needs none. */
export function attentionOf(peer: KnownPeer, now: Date): AttentionReason[] {
  const present = causesOf(peer).filter(({ from }) => from <= now);
  const reasons = new Set(present.map(({ reason }) => reason));
  if (reasons.has('token-expired')) reasons.delete('token-expiring');
  return attentionReasons.filter((reason) => reasons.has(reason));
}

/**
 * Tells from when on a peer needs attention if nothing more is heard of it, so that a database finds those that do by one
 * instant; null: never.
 */
export function needsAttentionFrom(peer: KnownPeer): Date | null {
  const instants = causesOf(peer).map(({ from }) => from.getTime());
  return instants.length === 0 ? null : new Date(Math.min(...instants));
}

interface Cause {
  readonly reason: AttentionReason;
  readonly from: Date;
}

/** All that is or will be wrong, with the instant from which it is. What has been told is wrong since it was told. */
function causesOf(peer: KnownPeer): Cause[] {
  const { status, tokenWarnsAt, tokenExpiresAt, offlineSince, lastSeenAt } = peer;
  // By the clock of the store, which may be ahead, but not after it was heard.
  const reportedAt = peer.statusAt === null || peer.statusAt > lastSeenAt ? lastSeenAt : peer.statusAt;
  const ofStatus = status === null ? null : reasonsByStatus[status];
  return [
    ofStatus !== null && { reason: ofStatus, from: reportedAt },
    peer.reauthorizationRequired && { reason: 'reauthorization-required', from: reportedAt },
    peer.clockSuspect && { reason: 'clock-suspect', from: reportedAt },
    tokenExpiresAt !== null && { reason: 'token-expired', from: tokenExpiresAt },
    tokenWarnsAt !== null && { reason: 'token-expiring', from: tokenWarnsAt },
    offlineSince !== null && { reason: 'offline', from: after(offlineSince, dayMs) },
    // Registers are switched off in the evening; a server that is silent for a day is broken, or cut off.
    peer.kind === 'server' && { reason: 'not-heard-of', from: after(lastSeenAt, dayMs) },
  ].filter((cause): cause is Cause => cause !== false);
}

function after(instant: Date, ms: number): Date {
  return new Date(instant.getTime() + ms);
}
