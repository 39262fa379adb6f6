import { tokenWarningThresholds } from '../domain/token-warnings.js';
import type { Peer } from '../peers/tokens/peer.js';
import type { KnownPeer } from './peer-record.js';
import type { LicenseStatusTold, StoreEvent, TokenExpiringTold } from './store-event.js';

/** Something that was seen or heard of a peer. */
export type PeerSighting =
  /** It came in with its license token. */
  | { readonly kind: 'admitted'; readonly deviceId: string; readonly at: Date; readonly peer: AdmittedPeer }
  /** It is connected, or was until now. */
  | { readonly kind: 'present'; readonly deviceId: string; readonly at: Date }
  /** It told something of its license, as a store server. */
  | { readonly kind: 'told'; readonly deviceId: string; readonly at: Date; readonly event: StoreEvent };

export type AdmittedPeer = Pick<Peer, 'deviceId' | 'name' | 'kind' | 'features' | 'tokenExpiresAt'>;

/** Last seen is kept to the minute: a register that asks twice a second must not cost a commit each time. */
const seenStepMs = 60_000;

/**
 * Tells what is known of a peer after an observation; `known` itself if there is nothing new in it. Null: nothing is
 * known of that device.
 */
export function applySighting(
  known: KnownPeer | null,
  observation: PeerSighting,
  tokenWarningsSeconds: readonly number[],
): KnownPeer | null {
  switch (observation.kind) {
    case 'admitted':
      return admit(known, observation.peer, observation.at);
    case 'present':
      return known && touch(known, observation.at);
    case 'told':
      return applyEvent(known, observation.event, observation.at, tokenWarningsSeconds);
  }
}

function admit(known: KnownPeer | null, peer: AdmittedPeer, at: Date): KnownPeer {
  const { deviceId, kind, name, features, tokenExpiresAt } = peer;
  const seen = touch(known ?? newPeerRecord(deviceId, kind, at), at);
  const isNewToken = seen.tokenExpiresAt === null || tokenExpiresAt > seen.tokenExpiresAt;
  // Whoever came with a token may have a fresher one by now: that this one ends soon is no cause for alarm.
  const token = isNewToken ? { tokenExpiresAt, tokenWarnsAt: tokenExpiresAt } : {};
  const isSame = !isNewToken && name === seen.name && features.join() === seen.features.join();
  return isSame && kind === seen.kind ? seen : { ...seen, kind, name, features, ...token };
}

function applyEvent(
  known: KnownPeer | null,
  event: StoreEvent,
  at: Date,
  tokenWarningsSeconds: readonly number[],
): KnownPeer {
  const before = known ?? newPeerRecord(event.serverId, 'server', at);
  // Also a repeat shows that it is there, but tells nothing.
  if (before.sequence !== null && event.sequence <= before.sequence) return touch(before, at);
  const seen: KnownPeer = { ...touch(before, at), sequence: event.sequence };
  return event.type === 'license.status'
    ? applyStatus(seen, event, tokenWarningsSeconds)
    : applyTokenExpiring(seen, event, at);
}

function applyStatus(
  known: KnownPeer,
  event: LicenseStatusTold,
  tokenWarningsSeconds: readonly number[],
): KnownPeer {
  const { status, reason, renewalDate, features, token, offlineSince, clockSuspect } = event;
  return {
    ...known,
    name: event.serverName ?? known.name,
    features,
    tokenExpiresAt: token?.expiresAt ?? null,
    tokenWarnsAt: token && warnsAt(token, event.time, tokenWarningsSeconds),
    status,
    reason,
    renewalDate,
    offlineSince,
    clockSuspect,
    reauthorizationRequired: event.reauthorizationRequired,
    statusAt: event.time,
    eventVersion: event.version,
  };
}

function applyTokenExpiring(
  known: KnownPeer,
  { expiresAt, time, offlineSince }: TokenExpiringTold,
  at: Date,
): KnownPeer {
  const tokenWarnsAt = earlier(earlier(time, at), expiresAt);
  return { ...known, tokenExpiresAt: expiresAt, tokenWarnsAt, offlineSince };
}

/** By this server's own thresholds, unless the store says that its token is expiring already. */
function warnsAt(
  { status, issuedAt, expiresAt }: NonNullable<LicenseStatusTold['token']>,
  reportedAt: Date,
  tokenWarningsSeconds: readonly number[],
): Date {
  const life = { issuedAt, expiresAt, receivedAt: issuedAt };
  const [first = 0] = tokenWarningThresholds(life, tokenWarningsSeconds);
  const planned = new Date(expiresAt.getTime() - first * 1000);
  return status === 'valid' ? planned : earlier(planned, reportedAt);
}

function touch(known: KnownPeer, at: Date): KnownPeer {
  return at.getTime() - known.lastSeenAt.getTime() < seenStepMs ? known : { ...known, lastSeenAt: at };
}

function earlier(one: Date, other: Date): Date {
  return one < other ? one : other;
}

function newPeerRecord(deviceId: string, kind: KnownPeer['kind'], at: Date): KnownPeer {
  return {
    deviceId,
    kind,
    name: deviceId,
    features: [],
    tokenWarnsAt: null,
    tokenExpiresAt: null,
    lastSeenAt: at,
    status: null,
    reason: null,
    renewalDate: null,
    offlineSince: null,
    clockSuspect: false,
    reauthorizationRequired: false,
    sequence: null,
    statusAt: null,
    eventVersion: null,
  };
}
