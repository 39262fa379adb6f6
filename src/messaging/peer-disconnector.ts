import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Settings } from '../config/settings.js';
import { PeerVerifier } from '../peers/peer-verifier.js';
import type { Peer, PeerRefusal } from '../peers/tokens/peer.js';
import { BrokerLink } from './broker-link.js';
import type { AuthRequest } from './nats-jwt.js';

const checkIntervalMs = 1000;
const timeoutMs = 2000;
/** The refusals for which an admitted connection is ended, as the log words them. */
const endings: Readonly<Partial<Record<PeerRefusal, string>>> = {
  'device-revoked': 'the Authorization server revoked its token',
  'unknown-key': 'the Authorization server withdrew the key of its token',
  'bad-signature': 'the Authorization server replaced the key of its token',
  'wrong-hub': 'this server now has another device id',
  'foreign-organization': 'this server now belongs to another organization',
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
 * Ends the connections of peers that are revoked, or that this server admitted under an earlier identity. The broker itself
 * ends a connection when its token ends. The tokens of connections that another process admitted are unknown: they are
 * ended at the first change of the basis of verdicts, and peers that are still permitted reconnect immediately.
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

  get isConfigured(): boolean {
    return this.settings.nats.sys !== null;
  }

  override onApplicationBootstrap(): void {
    // Only the system account reports ended connections and can end one.
    if (this.isConfigured) super.onApplicationBootstrap();
  }

  /** Forgets an ended connection. @param name as returned by `connectionName` */
  forget(name: string): void {
    this.connections.delete(name);
    this.inherited.delete(name);
  }

  /** Records a connection that was admitted by another process, or before this one started. */
  inherit(connection: Connection): void {
    const name = connectionName(connection.serverId, connection.clientId);
    if (!this.connections.has(name)) this.inherited.set(name, connection);
  }

  /** Records an admitted connection. */
  record({ serverId, clientId, authToken }: AuthRequest, { deviceId }: Peer): void {
    if (!this.isConfigured) return;
    const [token = ''] = authToken.split('~', 1);
    this.connections.set(connectionName(serverId, clientId), { serverId, clientId, deviceId, token });
  }

  /** Ends the connections of peers that are no longer permitted, if the basis of verdicts has changed. */
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
        this.log.warn(`The connection of ${connection.deviceId} is ended, because ${why}.`);
    }
  }

  /** Ends one connection of a peer. Never rejects. @param name as returned by `connectionName` */
  async endNamed(name: string, deviceId: string): Promise<void> {
    const [serverId = '', clientId] = name.split('/');
    await this.end({ serverId, clientId: Number(clientId), deviceId });
  }

  private async endInherited(): Promise<void> {
    const connections = [...this.inherited.values()];
    if (connections.length === 0) return;
    this.inherited.clear();
    for (const connection of connections) await this.end(connection);
    this.log.log(
      `${connections.length} connection(s) from before the start are ended. Their peers must log in again.`,
    );
  }

  private async end({ serverId, clientId, deviceId }: Connection): Promise<boolean> {
    const request = JSON.stringify({ cid: clientId });
    try {
      await this.current?.request(`$SYS.REQ.SERVER.${serverId}.KICK`, request, { timeout: timeoutMs });
      return true;
    } catch (error) {
      // The connection has already ended, or the broker has restarted and every peer has logged in again.
      this.log.debug(`The connection of ${deviceId} could not be ended (${String(error)}).`);
      return false;
    }
  }
}

/** Returns the name of a connection, from the ids in the reports of the broker's system account. */
export function connectionName(serverId: string, clientId: number): string {
  return `${serverId}/${clientId}`;
}
