import { Injectable } from '@nestjs/common';
import { formatSequence } from '../domain/license-view.js';
import { type LicenseStatus, licenseStatusTexts, type TokenStatus } from '../domain/license-status.js';
import { cannotSell, type Standing, standingAt } from '../domain/standing.js';
import { Clock } from '../domain/ports/clock.js';
import { PeerPresence } from '../messaging/peer-presence.js';
import type { DeviceKind } from '../domain/device-kind.js';
import { type AttentionReason, attentionOf } from './attention.js';
import type { KnownPeer } from './peer-record.js';
import { PeerRepository } from './peer-repository.js';
import type { PeerQuery } from './peer-page.js';
import { PeerSightingWriter } from './peer-sighting-writer.js';

/** A peer as the page and the API show it. */
export interface PeerView {
  readonly deviceId: string;
  readonly name: string;
  readonly kind: DeviceKind;
  readonly features: readonly string[];
  /** `null` if unknown. */
  readonly connected: boolean | null;
  /** The current time if the peer is connected. */
  readonly lastSeenAt: Date;
  readonly tokenStatus: TokenStatus;
  readonly tokenExpiresAt: Date | null;
  /** From here on `null` if no event of a store server has reported it. */
  readonly status: LicenseStatus | null;
  readonly statusText: string | null;
  readonly reason: string | null;
  readonly renewalDate: Date | null;
  readonly sequence: string | null;
  readonly statusAt: Date | null;
  readonly eventVersion: number | null;
  readonly serviceVersion: string | null;
  readonly standing: Standing | null;
  readonly attention: readonly AttentionReason[];
  /** Why this server refused it at its last attempt; `null` if it was admitted. */
  readonly refusal: string | null;
  readonly refusedAt: Date | null;
}

export interface PeerList {
  readonly peers: readonly PeerView[];
  readonly nextAfter: string | null;
  /** Count all peers, whatever the query. */
  readonly counts: { readonly total: number; readonly connected: number | null; readonly attention: number };
}

/** Lists the registers and store servers that this server knows. */
@Injectable()
export class ListPeers {
  constructor(
    private readonly peers: PeerRepository,
    private readonly recorder: PeerSightingWriter,
    private readonly connected: PeerPresence,
    private readonly clock: Clock,
  ) {}

  async execute(query: PeerQuery): Promise<PeerList> {
    await this.recorder.flush();
    const now = this.clock.now();
    const { peers, nextAfter } = await this.peers.read(query, now);
    const { total, attention } = await this.peers.count(now);
    const { present } = this.connected;
    return {
      peers: peers.map((peer) => viewPeer(peer, present && present.has(peer.deviceId), now)),
      nextAfter,
      counts: { total, connected: present && present.size, attention },
    };
  }
}

function viewPeer(peer: KnownPeer, connected: boolean | null, now: Date): PeerView {
  const { deviceId, name, kind, features, tokenExpiresAt, status, reason, renewalDate } = peer;
  const { sequence, statusAt, eventVersion, serviceVersion } = peer;
  return {
    deviceId,
    name,
    kind,
    features,
    connected,
    lastSeenAt: connected ? now : peer.lastSeenAt,
    tokenStatus: tokenStatusOf(peer, now),
    tokenExpiresAt,
    status,
    statusText: status && licenseStatusTexts[status],
    reason,
    renewalDate,
    sequence: sequence === null ? null : formatSequence(sequence),
    statusAt,
    eventVersion,
    serviceVersion,
    standing: standingOf(peer, now),
    attention: attentionOf(peer, now),
    refusal: peer.refusal,
    refusedAt: peer.refusedAt,
  };
}

/**
 * Judges a store by its last event, as its registers do. Its dates count, because the standing that an event reports holds
 * only at its time.
 */
function standingOf({ status, renewalDate, tokenExpiresAt }: KnownPeer, now: Date): Standing | null {
  if (status === null) return null;
  if (status === 'unlicensed' || status === 'expired') return cannotSell(status);
  return standingAt(tokenExpiresAt && { renewalDate, tokenExpiresAt }, now);
}

function tokenStatusOf({ tokenExpiresAt, tokenWarnsAt }: KnownPeer, now: Date): TokenStatus {
  if (tokenExpiresAt === null) return 'none';
  if (tokenExpiresAt <= now) return 'expired';
  return tokenWarnsAt !== null && tokenWarnsAt <= now ? 'expiring' : 'valid';
}
