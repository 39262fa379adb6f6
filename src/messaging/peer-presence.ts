import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { Subject } from 'rxjs';
import { connectionName, PeerDisconnector } from './peer-disconnector.js';
import { type PeerAccount, peerAccounts } from './peer-permissions.js';
import { type ConnectionList, requestConnections } from './request-connections.js';

const pageSize = 1000;
const maxPages = 1000;

/** A report of the broker's system account about a connection that began or ended. */
interface Advisory {
  readonly server: { readonly id: string };
  readonly client: {
    readonly id: number;
    readonly user?: string;
    readonly issuer_key?: string;
    readonly start?: string;
    readonly stop?: string;
  };
  /** What the client has sent, when its connection has ended. */
  readonly sent?: { readonly msgs?: number };
}

/** An ended connection of a peer. */
export interface EndedConnection {
  /** As returned by `connectionName`. */
  readonly name: string;
  readonly deviceId: string;
  /** How many messages the peer has sent. */
  readonly sent: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/**
 * Follows which peers are connected, by the reports of the broker's system account. They include peers that another process
 * admitted, or this one before a restart.
 */
@Injectable()
export class PeerPresence implements OnModuleInit {
  private readonly followed = new WeakSet<NatsConnection>();
  /** The device of each connection. */
  private readonly devices = new Map<string, string>();
  /** How many connections each device has. */
  private readonly connections = new Map<string, number>();
  /** Connections that ended while the list was being read, which may still name them. */
  private readonly ended = new Set<string>();
  private isKnown = false;
  private isFirstList = true;
  /** Emits each connection of a peer that ends. */
  readonly left = new Subject<EndedConnection>();

  constructor(private readonly link: PeerDisconnector) {}

  /** The number of connections by device id, or `null` while the system account is away or not configured. */
  get present(): ReadonlyMap<string, number> | null {
    return this.isKnown && this.link.isConnected ? this.connections : null;
  }

  /** Returns the names of the connections of a device, as returned by `connectionName`. */
  connectionsOf(deviceId: string): string[] {
    return [...this.devices].flatMap(([name, device]) => (device === deviceId ? [name] : []));
  }

  /** Returns whether a connection is established. @param name as returned by `connectionName` */
  has(name: string): boolean {
    return this.devices.has(name);
  }

  onModuleInit(): void {
    this.link.onConnected(async (connection) => {
      this.isKnown = false;
      this.devices.clear();
      this.connections.clear();
      this.ended.clear();
      if (!this.followed.has(connection)) {
        this.followed.add(connection);
        this.follow(connection);
        await connection.flush();
      }
      for (const account of peerAccounts) await this.readAll(connection, account);
      this.isKnown = true;
      this.isFirstList = false;
    });
  }

  private follow(connection: NatsConnection): void {
    for (const account of peerAccounts) {
      const events = `$SYS.ACCOUNT.${account}`;
      connection.subscribe(`${events}.CONNECT`, { callback: (_error, message) => this.begin(message) });
      connection.subscribe(`${events}.DISCONNECT`, { callback: (_error, message) => this.end(message) });
    }
  }

  private begin(message: Msg): void {
    const advisory = readAdvisory(message);
    if (advisory === null) return;
    const { server, client } = advisory;
    this.record(connectionName(server.id, client.id), client.user, client.issuer_key);
  }

  private end(message: Msg): void {
    const advisory = readAdvisory(message);
    if (advisory === null) return;
    const name = connectionName(advisory.server.id, advisory.client.id);
    this.link.forget(name);
    const deviceId = this.devices.get(name);
    if (!this.isKnown) this.ended.add(name);
    if (deviceId === undefined) return;
    this.devices.delete(name);
    this.change(deviceId, -1);
    const { start = '', stop = '' } = advisory.client;
    const [startedAtMs, endedAtMs] = [Date.parse(start), Date.parse(stop)];
    this.left.next({ name, deviceId, sent: advisory.sent?.msgs ?? 0, startedAtMs, endedAtMs });
  }

  private async readAll(connection: NatsConnection, account: PeerAccount): Promise<void> {
    for (let page = 0; page < maxPages; page += 1) {
      const offset = page * pageSize;
      const query = { acc: account, auth: true, offset, limit: pageSize };
      const lists = await requestConnections(connection, query);
      const total = Math.max(0, ...lists.map((list) => this.applyPage(list)));
      if (total <= offset + pageSize) return;
    }
  }

  /** Returns how many connections the broker has. */
  private applyPage({ server, data }: ConnectionList): number {
    for (const { cid, authorized_user: user, issuer_key: issuer } of data?.connections ?? []) {
      const name = connectionName(server.id, cid);
      if (this.ended.has(name)) continue;
      this.record(name, user, issuer);
      if (this.isFirstList && user !== undefined && issuer !== undefined)
        this.link.inherit({ serverId: server.id, clientId: cid, deviceId: user });
    }
    return data?.total ?? 0;
  }

  /** Ignores connections without an issuer: they are users of the broker's configuration, not peers. */
  private record(name: string, user: string | undefined, issuer: string | undefined): void {
    if (user === undefined || issuer === undefined || this.devices.has(name)) return;
    this.devices.set(name, user);
    this.change(user, 1);
  }

  private change(deviceId: string, by: number): void {
    const count = (this.connections.get(deviceId) ?? 0) + by;
    if (count > 0) this.connections.set(deviceId, count);
    else this.connections.delete(deviceId);
  }
}

/** Returns `null` if the message is malformed: an error in a callback would end the connection to the broker. */
function readAdvisory(message: Msg): Advisory | null {
  try {
    const advisory = message.json<Advisory>();
    const { server, client } = advisory;
    const isNamed = typeof server.id === 'string' && typeof client.id === 'number';
    return isNamed && [client.user, client.issuer_key].every(isTextOrAbsent) ? advisory : null;
  } catch {
    return null;
  }
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}
