import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { FaultLog } from '../logging/fault-log.js';
import { FloodGuard } from './flood-guard.js';
import { PeerDisconnector, connectionName } from './peer-disconnector.js';
import { peerAccounts } from './peer-permissions.js';
import { requestConnections } from './request-connections.js';

/** Short: what a flooding store has published by then delays the events of others, which wait behind it. */
const checkIntervalMs = 500;
/** A flooding connection is soon among those that have sent the most. */
const busiest = 8;
/** A store server has a backlog after an outage, and publishes one event at a time. */
const maxBurst = 10_000;
const maxPerSecond = 500;

interface Spending {
  readonly sent: number;
  readonly budget: number;
  readonly at: number;
}

/**
 * Refuses a peer that sends too many messages, by the counters of the broker. Some never reach this service: the broker stores
 * the events of store servers and answers requests for the last event itself.
 */
@Injectable()
export class FloodWatch {
  private readonly faults = new FaultLog(new Logger('NATS'), 'Reading the message counters of the broker');
  private spendings = new Map<string, Spending>();
  private brokers: number | null = null;
  private isChecking = false;

  constructor(
    private readonly link: PeerDisconnector,
    private readonly guard: FloodGuard,
  ) {}

  /** Never rejects. */
  @Interval(checkIntervalMs)
  async checkNow(): Promise<void> {
    const connection = this.link.current;
    if (connection === null || this.isChecking) return;
    this.isChecking = true;
    const now = performance.now();
    const spendings = new Map<string, Spending>();
    try {
      for (const account of peerAccounts) {
        const query = { acc: account, auth: true, sort: 'msgs_from', limit: busiest };
        const lists = await requestConnections(connection, query, this.brokers);
        this.brokers = lists.length || null;
        for (const { server, data } of lists) {
          for (const { cid, in_msgs: sent = 0, authorized_user: user } of data?.connections ?? []) {
            const name = connectionName(server.id, cid);
            const spending = spend(this.spendings.get(name), sent, now);
            spendings.set(name, spending);
            if (spending.budget < 0 && user !== undefined) this.guard.refuse(user);
          }
        }
      }
      this.faults.end();
    } catch (error) {
      this.faults.report(error);
    }
    this.spendings = spendings;
    this.isChecking = false;
  }
}

function spend(before: Spending | undefined, sent: number, now: number): Spending {
  if (before === undefined) return { sent, budget: maxBurst - sent, at: now };
  const earned = before.budget + ((now - before.at) / 1000) * maxPerSecond;
  return { sent, budget: Math.min(maxBurst, earned) - (sent - before.sent), at: now };
}
