import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { FaultLog } from '../logging/fault-log.js';
import { setBounded } from '../peers/tokens/set-bounded.js';
import { Budgets } from './budgets.js';
import { FloodGuard } from './flood-guard.js';
import { PeerDisconnector, connectionName } from './peer-disconnector.js';
import { peerAccounts } from './peer-permissions.js';
import { type EndedConnection, PeerPresence } from './peer-presence.js';
import { type ConnectionList, requestConnections } from './request-connections.js';

/** Short: what a flooding store has published by then delays the events of others, which wait behind it. */
const checkIntervalMs = 500;
/** A flooding connection is soon among those that have sent the most: twice as many as a device may have. */
const busiest = 64;
/** A store server has a backlog after an outage, and publishes one event at a time. */
const maxBurst = 10_000;
const maxPerSecond = 500;
/** What an unlisted connection may send all the time: a part of the rate of its device, which has up to 32 connections. */
const unlistedPerSecond = maxPerSecond / 32;
const maxDevices = 10_000;
const maxConnections = 100_000;

/**
 * Refuses a peer that sends too many messages over all of its connections, by the counters of the broker. Some never reach this
 * service: the broker answers requests for the last event itself.
 */
@Injectable()
export class FloodWatch implements OnModuleInit {
  private readonly faults = new FaultLog(new Logger('NATS'), 'Reading the message counters of the broker');
  /** How many messages of each connection are counted. */
  private readonly counted = new Map<string, number>();
  private readonly budgets = new Budgets(maxBurst, maxPerSecond, maxDevices);
  /** By the clock of the broker. */
  private watchedSinceMs: number | null = null;
  private brokers: number | null = null;
  private isChecking = false;

  constructor(
    private readonly link: PeerDisconnector,
    private readonly presence: PeerPresence,
    private readonly guard: FloodGuard,
  ) {}

  onModuleInit(): void {
    // A peer could stay off the list by many short connections.
    this.presence.left.subscribe((connection) => {
      this.count(connection);
      this.counted.delete(connection.name);
    });
  }

  /** Never rejects. */
  @Interval(checkIntervalMs)
  async checkNow(): Promise<void> {
    const connection = this.link.current;
    if (connection === null || this.isChecking) return;
    this.isChecking = true;
    try {
      for (const account of peerAccounts) {
        const query = { acc: account, auth: true, sort: 'msgs_from', limit: busiest };
        const lists = await requestConnections(connection, query, this.brokers);
        this.brokers = lists.length || null;
        for (const list of lists) this.countAll(list);
      }
      this.faults.end();
    } catch (error) {
      this.faults.report(error);
    }
    this.isChecking = false;
  }

  private countAll({ server, data }: ConnectionList): void {
    const nowMs = Date.parse(data?.now ?? '');
    this.watchedSinceMs ??= nowMs;
    for (const {
      cid,
      in_msgs: sent = 0,
      authorized_user: deviceId,
      issuer_key,
      start,
    } of data?.connections ?? []) {
      // Devices share a user of the broker's configuration, and the flooding one is unknown.
      if (deviceId === undefined || issuer_key === undefined) continue;
      const name = connectionName(server.id, cid);
      this.count({ name, deviceId, sent, startedAtMs: Date.parse(start), endedAtMs: nowMs });
    }
  }

  /** Takes what a connection has sent since it was last counted from the budget of its device. */
  private count({ name, deviceId, sent, ...times }: EndedConnection): void {
    const before = this.counted.get(name) ?? this.uncounted(sent, times);
    this.counted.delete(name);
    setBounded(this.counted, name, sent, maxConnections);
    if (this.budgets.spend(deviceId, sent - before) < 0) this.guard.refuse(deviceId);
  }

  /** Returns how many messages of a newly seen connection are not counted. */
  private uncounted(
    sent: number,
    { startedAtMs, endedAtMs }: Pick<EndedConnection, 'startedAtMs' | 'endedAtMs'>,
  ): number {
    // This process may have started after it.
    if (!(startedAtMs >= (this.watchedSinceMs ?? Number.POSITIVE_INFINITY))) return sent;
    return Math.min(sent, ((endedAtMs - startedAtMs) / 1000) * unlistedPerSecond);
  }
}
