import { Injectable, Logger } from '@nestjs/common';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { Interval } from '@nestjs/schedule';
import { Settings } from '../config/settings.js';
import { PeerVerifier } from '../peers/peer-verifier.js';
import type { Peer, PeerRefusal } from '../peers/peer.js';
import { BrokerLink } from './broker-link.js';
import type { AuthRequest } from './nats-jwt.js';
import { peerAccount } from './peer-permissions.js';

const lookMs = 1000;
const timeoutMs = 2000;
/** Why a connection that was let in is ended. */
const endings: Readonly<Partial<Record<PeerRefusal, string>>> = {
  'device-revoked': 'the Authorization server has revoked it',
  'wrong-hub': 'this server is another one now',
  'foreign-organization': 'this server is of another organization now',
};

interface PeerConnection {
  readonly serverId: string;
  readonly clientId: number;
  readonly token: string;
  readonly peer: Peer;
}

/** What the broker's system account tells of a connection that has ended. */
interface Disconnect {
  readonly server: { readonly id: string };
  readonly client: { readonly id: number };
}

/**
 * Knows the connections of peers, and ends those of a peer that was revoked meanwhile, or let in by this server when it
 * was another. That a token ends, the broker knows by itself.
 */
@Injectable()
export class PeerConnections extends BrokerLink {
  private readonly log = new Logger('Callout');
  private readonly connections = new Map<string, PeerConnection>();
  private readonly followed = new WeakSet<NatsConnection>();
  private judgedUnder = '';

  constructor(
    private readonly settings: Settings,
    private readonly verifier: PeerVerifier,
  ) {
    super(settings.nats.url, settings.nats.sys, 'to end the connections of revoked peers');
  }

  override onApplicationBootstrap(): void {
    // Without the system account nobody tells which connections have ended, and none could be ended.
    if (this.settings.nats.sys === null) return;
    this.onConnected(async (connection) => {
      if (this.followed.has(connection)) return;
      this.followed.add(connection);
      void this.followEnds(connection.subscribe(`$SYS.ACCOUNT.${peerAccount}.DISCONNECT`));
    });
    super.onApplicationBootstrap();
  }

  private async followEnds(ends: Subscription): Promise<void> {
    for await (const message of ends) {
      const { server, client } = message.json<Disconnect>();
      this.connections.delete(nameOf(server.id, client.id));
    }
  }

  /** Notes a connection that is let in. */
  note({ serverId, clientId, authToken }: AuthRequest, peer: Peer): void {
    if (this.settings.nats.sys === null) return;
    const [token = ''] = authToken.split('~', 1);
    this.connections.set(nameOf(serverId, clientId), { serverId, clientId, token, peer });
  }

  /** Ends the connections of those who would not be let in any more, if anything that decides about it has changed. */
  @Interval(lookMs)
  async look(): Promise<void> {
    const { basis } = this.verifier;
    if (basis === this.judgedUnder || this.current === null) return;
    this.judgedUnder = basis;
    for (const [name, connection] of this.connections) {
      const verdict = this.verifier.verifyOffline(connection.token);
      if (verdict.kind === 'accepted') continue;
      const why = endings[verdict.code];
      if (why !== undefined || verdict.code.endsWith('-expired')) this.connections.delete(name);
      if (why !== undefined) await this.end(connection, why);
    }
  }

  private async end({ serverId, clientId, peer }: PeerConnection, why: string): Promise<void> {
    const request = JSON.stringify({ cid: clientId });
    try {
      await this.current?.request(`$SYS.REQ.SERVER.${serverId}.KICK`, request, { timeout: timeoutMs });
      this.log.warn(`The connection of ${peer.deviceId} is ended: ${why}.`);
    } catch (error) {
      // The broker has been restarted since, and with it all connections were judged anew; or it has gone by itself.
      this.log.debug(`The connection of ${peer.deviceId} could not be ended (${String(error)}).`);
    }
  }
}

function nameOf(serverId: string, clientId: number): string {
  return `${serverId}/${clientId}`;
}
