import { tokenWarningThresholds } from '../domain/token-warnings.js';
import type { Peer, PeerRefusal } from '../peers/tokens/peer.js';
import type { KnownPeer } from './peer-record.js';
import type { StoreStatusEvent, StoreEvent, StoreTokenEvent } from './store-event.js';

/** A sign of life of a peer. */
export type PeerSighting =
  /** It was admitted with its license token. */
  | { readonly kind: 'admitted'; readonly deviceId: string; readonly at: Date; readonly peer: AdmittedPeer }
  /** It was refused although its token is genuine. */
  | {
      readonly kind: 'refused';
      readonly deviceId: string;
      readonly at: Date;
      readonly code: PeerRefusal;
    }
  /** It is connected, or was until now. */
  | { readonly kind: 'present'; readonly deviceId: string; readonly at: Date }
  /** It published an event as a store server, which this server read at `now` by its trusted clock. */
  | {
      readonly kind: 'published';
      readonly deviceId: string;
      readonly at: Date;
      readonly now: Date;
      readonly event: StoreEvent;
    };

export type AdmittedPeer = Pick<Peer, 'deviceId' | 'name' | 'kind' | 'features' | 'tokenExpiresAt'>;

/** Coarse, so that a register with two requests a second does not cause a commit for each. */
const seenStepMs = 60_000;
const dayMs = 86_400_000;

/** Returns the record of a peer after a sighting: `known` itself if nothing is new, `null` if the device is unknown. */
export function applySighting(
  known: KnownPeer | null,
  sighting: PeerSighting,
  tokenWarningsSeconds: readonly number[],
): KnownPeer | null {
  switch (sighting.kind) {
    case 'admitted':
      return admit(known, sighting.peer, sighting.at);
    case 'refused':
      return known && refuse(known, sighting.code, sighting.at);
    case 'present':
      return known && touch(known, sighting.at);
    case 'published':
      return applyEvent(known, sighting, tokenWarningsSeconds);
  }
}

function admit(known: KnownPeer | null, peer: AdmittedPeer, at: Date): KnownPeer {
  const { deviceId, kind, name, features, tokenExpiresAt } = peer;
  const record = known ?? newPeerRecord(deviceId, kind, at);
  const seen = touch(record.refusal === null ? record : { ...record, refusal: null, refusedAt: null }, at);
  const isNewToken = seen.tokenExpiresAt === null || tokenExpiresAt > seen.tokenExpiresAt;
  // The peer may have a newer token by now, so this one warns only at its end.
  const token = isNewToken ? { tokenExpiresAt, tokenWarnsAt: tokenExpiresAt } : {};
  const isSame = !isNewToken && name === seen.name && features.join() === seen.features.join();
  return isSame && kind === seen.kind ? seen : { ...seen, kind, name, features, ...token };
}

function applyEvent(
  known: KnownPeer | null,
  { event, at, now }: PeerSighting & { kind: 'published' },
  tokenWarningsSeconds: readonly number[],
): KnownPeer {
  const before = known ?? newPeerRecord(event.serverId, 'server', at);
  // A sequence is a time. A single one far ahead would hide all later events of the store.
  if (isAhead(event.sequence, now))
    return { ...touch(before, at), clockAheadSince: before.clockAheadSince ?? at };
  const last = before.sequence !== null && isAhead(before.sequence, now) ? null : before.sequence;
  // A repeated event is only a sign of presence.
  if (last !== null && event.sequence <= last) return touch(before, at);
  const seen: KnownPeer = { ...touch(before, at), sequence: event.sequence, clockAheadSince: null };
  return event.type === 'license.status'
    ? applyStatus(seen, event, tokenWarningsSeconds)
    : applyTokenExpiring(seen, event, at);
}

function isAhead(sequence: number, now: Date): boolean {
  return sequence > now.getTime() + dayMs;
}

function applyStatus(
  known: KnownPeer,
  event: StoreStatusEvent,
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
    serviceVersion: event.serviceVersion,
  };
}

function applyTokenExpiring(
  known: KnownPeer,
  { expiresAt, time, offlineSince }: StoreTokenEvent,
  at: Date,
): KnownPeer {
  const tokenWarnsAt = earlier(earlier(time, at), expiresAt);
  return { ...known, tokenExpiresAt: expiresAt, tokenWarnsAt, offlineSince };
}

/** Returns the time of this server's first threshold, or of the event if the store already reports the token as expiring. */
function warnsAt(
  { status, issuedAt, expiresAt }: NonNullable<StoreStatusEvent['token']>,
  reportedAt: Date,
  tokenWarningsSeconds: readonly number[],
): Date {
  const life = { issuedAt, expiresAt, receivedAt: issuedAt };
  const [first = 0] = tokenWarningThresholds(life, tokenWarningsSeconds);
  const planned = new Date(expiresAt.getTime() - first * 1000);
  return status === 'valid' ? planned : earlier(planned, reportedAt);
}

/** The time is coarse: a refused register tries again every second. */
function refuse(known: KnownPeer, refusal: PeerRefusal, at: Date): KnownPeer {
  const { refusedAt } = known;
  const isNew =
    refusal !== known.refusal || refusedAt === null || at.getTime() - refusedAt.getTime() >= seenStepMs;
  return isNew ? { ...known, refusal, refusedAt: at } : known;
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
    clockAheadSince: null,
    reauthorizationRequired: false,
    refusal: null,
    refusedAt: null,
    sequence: null,
    statusAt: null,
    eventVersion: null,
    serviceVersion: null,
  };
}
