import { Injectable, Logger } from '@nestjs/common';
import { setBounded } from '../peers/tokens/set-bounded.js';
import { PeerPresence } from './peer-presence.js';
import { PeerDisconnector } from './peer-disconnector.js';

const windowMs = 1000;
const maxDropped = 1000;
const refusedMs = 60_000;
const maxPeers = 1000;

/**
 * Refuses a peer for a minute if it sends far more requests than the service answers. Otherwise reading and dropping them
 * would take all of the service's time.
 */
@Injectable()
export class FloodGuard {
  private readonly logger = new Logger('NATS');
  private readonly dropped = new Map<string, { readonly since: number; count: number }>();
  private readonly refusedUntil = new Map<string, number>();

  constructor(
    private readonly peers: PeerPresence,
    private readonly connections: PeerDisconnector,
  ) {}

  /** Counts a dropped request. Never throws. */
  countDropped(peer: string): void {
    const now = performance.now();
    const seen = this.dropped.get(peer);
    if (seen === undefined || now - seen.since > windowMs) {
      this.dropped.delete(peer);
      setBounded(this.dropped, peer, { since: now, count: 1 }, maxPeers);
      return;
    }
    seen.count += 1;
    if (seen.count < maxDropped) return;
    this.dropped.delete(peer);
    this.refuse(peer);
  }

  isRefused(deviceId: string): boolean {
    return performance.now() < (this.refusedUntil.get(deviceId) ?? 0);
  }

  /** Disconnects a peer and refuses it for a minute, even if it has no connection at this moment. */
  refuse(peer: string): void {
    if (!this.isRefused(peer)) {
      this.logger.warn(
        `${peer} floods this service with messages. It is disconnected and refused for a minute.`,
      );
    }
    this.refusedUntil.delete(peer);
    setBounded(this.refusedUntil, peer, performance.now() + refusedMs, maxPeers);
    for (const name of this.peers.connectionsOf(peer)) void this.connections.endNamed(name, peer);
  }
}
