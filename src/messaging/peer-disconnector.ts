import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Settings } from '../config/settings.js';
import { PeerVerifier } from '../peers/peer-verifier.js';
import type { Peer, PeerRefusal } from '../peers/tokens/peer.js';
import { BrokerLink } from './broker-link.js';
import type { AuthRequest } from './nats-jwt.js';

const checkIntervalMs = 1000;
const timeoutMs = 2000;
/** Why a connection that was let in is ended. */
const endings: Readonly<Partial<Record<PeerRefusal, string>>> = {
  'device-revoked': 'the Authorization server has revoked it',
  'wrong-hub': 'this server is another one now',
  'foreign-organization': 'this server is of another organization now',
};

interface Connection {
  readonly serverId: string;
  readonly clientId: number;
  readonly deviceId: string;
}

interface JudgedConnection extends Connection {
  readonly token: string;
}

/**
 * Knows the connections of peers, and ends those of a peer that was revoked meanwhile, or let in by this server when it
 * was another. That a token ends, the broker knows by itself. Of the connections from before it was started it has no
 * token to judge: they are ended at the first change of what a verdict rests on, and come again at once if they may.
 */
@Injectable()
export class PeerDisconnector extends BrokerLink {
  private readonly log = new Logger('Callout');
  private readonly connections = new Map<string, JudgedConnection>();
  private readonly inherited = new Map<string, Connection>();
  private checkedUnder = '';

  constructor(
    private readonly settings: Settings,
    private readonly verifier: PeerVerifier,
  ) {
    super(settings.nats.url, settings.nats.sys, 'to end the connections of revoked peers');
  }

  override onApplicationBootstrap(): void {
    // Without the system account nobody tells which connections have ended, and none could be ended.
    if (this.settings.nats.sys !== null) super.onApplicationBootstrap();
  }

  /** Takes note that a connection has ended. @param name as `connectionName` makes it */
  forget(name: string): void {
    this.connections.delete(name);
    this.inherited.delete(name);
  }

  /** Notes a connection that was there before this process, or was let in by another one. */
  inherit(connection: Connection): void {
    const name = connectionName(connection.serverId, connection.clientId);
    if (!this.connections.has(name)) this.inherited.set(name, connection);
  }

  /** Notes a connection that is let in. */
  record({ serverId, clientId, authToken }: AuthRequest, { deviceId }: Peer): void {
    if (this.settings.nats.sys === null) return;
    const [token = ''] = authToken.split('~', 1);
    this.connections.set(connectionName(serverId, clientId), { serverId, clientId, deviceId, token });
  }

  /** Ends the connections of those who would not be let in any more, if anything that decides about it has changed. */
  @Interval(checkIntervalMs)
  async checkNow(): Promise<void> {
    const { basis } = this.verifier;
    if (basis === this.checkedUnder || this.current === null) return;
    const isFirst = this.checkedUnder === '';
    this.checkedUnder = basis;
    if (!isFirst) await this.endInherited();
    for (const [name, connection] of this.connections) {
      const verdict = this.verifier.verifyOffline(connection.token);
      if (verdict.kind === 'accepted') continue;
      const why = endings[verdict.code];
      if (why !== undefined || verdict.code.endsWith('-expired')) this.connections.delete(name);
      if (why !== undefined && (await this.end(connection)))
        this.log.warn(`The connection of ${connection.deviceId} is ended: ${why}.`);
    }
  }

  /** Ends one connection of a peer. Never rejects. @param name as `connectionName` makes it */
  async endNamed(name: string, deviceId: string): Promise<void> {
    const [serverId = '', clientId] = name.split('/');
    await this.end({ serverId, clientId: Number(clientId), deviceId });
  }

  private async endInherited(): Promise<void> {
    const connections = [...this.inherited.values()];
    if (connections.length === 0) return;
    this.inherited.clear();
    for (const connection of connections) await this.end(connection);
    this.log.log(`${connections.length} connection(s) from before the start are ended, to be judged anew.`);
  }

  private async end({ serverId, clientId, deviceId }: Connection): Promise<boolean> {
    const request = JSON.stringify({ cid: clientId });
    try {
      await this.current?.request(`$SYS.REQ.SERVER.${serverId}.KICK`, request, { timeout: timeoutMs });
      return true;
    } catch (error) {
      // The broker has been restarted since, and with it all connections were judged anew; or it has gone by itself.
      this.log.debug(`The connection of ${deviceId} could not be ended (${String(error)}).`);
      return false;
    }
  }
}

/** A connection, as the broker's system account tells of it. */
export function connectionName(serverId: string, clientId: number): string {
  return `${serverId}/${clientId}`;
}
