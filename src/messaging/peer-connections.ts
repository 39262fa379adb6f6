import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Settings } from '../config/settings.js';
import { PeerVerifier } from '../peers/peer-verifier.js';
import type { Peer } from '../peers/peer.js';
import { RevocationList } from '../peers/revocation-list.js';
import { BrokerLink } from './broker-link.js';
import type { AuthRequest } from './nats-jwt.js';

const lookMs = 1000;
const mostConnections = 20_000;
const timeoutMs = 2000;

interface PeerConnection {
  readonly serverId: string;
  readonly clientId: number;
  readonly token: string;
  readonly peer: Peer;
}

/**
 * Knows through which connections peers have come in, and ends those of a peer that was revoked meanwhile. That a token
 * ends, the broker knows by itself.
 */
@Injectable()
export class PeerConnections extends BrokerLink implements OnModuleInit {
  private readonly log = new Logger('Callout');
  private readonly connections = new Map<string, PeerConnection>();
  private judgedUnder = 0;

  constructor(
    { nats }: Settings,
    private readonly verifier: PeerVerifier,
    private readonly revocations: RevocationList,
  ) {
    super(nats.url, nats.sys, 'to end the connections of revoked peers');
    this.hasLogin = nats.sys !== null;
  }

  private readonly hasLogin: boolean;

  onModuleInit(): void {
    this.judgedUnder = this.revocations.version;
  }

  override onApplicationBootstrap(): void {
    if (this.hasLogin) super.onApplicationBootstrap();
  }

  /** Notes a connection that is let in. */
  note({ serverId, clientId, authToken }: AuthRequest, peer: Peer): void {
    const [oldest] = this.connections.keys();
    if (this.connections.size >= mostConnections && oldest !== undefined) this.connections.delete(oldest);
    const [token = ''] = authToken.split('~', 1);
    this.connections.set(`${serverId}/${clientId}`, { serverId, clientId, token, peer });
  }

  /** Ends the connections of those whose token has been revoked since the last look. */
  @Interval(lookMs)
  async look(): Promise<void> {
    const { version } = this.revocations;
    if (version === this.judgedUnder || this.current === null) return;
    this.judgedUnder = version;
    for (const [name, connection] of this.connections) {
      const verdict = this.verifier.verifyOffline(connection.token);
      if (verdict.kind === 'accepted') continue;
      this.connections.delete(name);
      if (verdict.code === 'device-revoked') await this.end(connection);
    }
  }

  private async end({ serverId, clientId, peer }: PeerConnection): Promise<void> {
    const request = JSON.stringify({ cid: clientId });
    try {
      await this.current?.request(`$SYS.REQ.SERVER.${serverId}.KICK`, request, { timeout: timeoutMs });
      this.log.warn(`The connection of ${peer.deviceId} is ended: the Authorization server has revoked it.`);
    } catch (error) {
      // The broker has been restarted since, and with it all connections were judged anew; or it has gone by itself.
      this.log.debug(`The connection of ${peer.deviceId} could not be ended (${String(error)}).`);
    }
  }
}
