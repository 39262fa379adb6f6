import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Leadership } from '../coordination/leadership.js';
import { FaultLog } from '../logging/fault-log.js';
import { AdvanceLicense } from './advance-license.js';
import { EndRevokedLicense } from './end-revoked-license.js';
import { PollAuthorization } from './poll-authorization.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { RefreshLicense } from './refresh-license.js';
import { RevokeDroppedGrants } from './revoke-dropped-grants.js';
import { SingleFlight } from '../coordination/single-flight.js';
import { TrustedIntrospection } from './trusted-introspection.js';

const tickMs = 500;
const shutdownTimeoutMs = 5000;

/**
 * Checks at short intervals which tasks are due. Due times are stored or computed, never running timers, so they survive
 * a restart, a sleeping machine and a changed clock.
 */
@Injectable()
export class LicenseScheduler implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Scheduler');
  private readonly flights = new Map<string, SingleFlight<unknown>>();
  private readonly faults = new Map<string, FaultLog>();
  private isFirst = true;
  private isStopped = false;

  constructor(
    private readonly advanceLicense: AdvanceLicense,
    private readonly pollAuthorization: PollAuthorization,
    private readonly refreshLicense: RefreshLicense,
    private readonly endRevokedLicense: EndRevokedLicense,
    private readonly revokeDroppedGrants: RevokeDroppedGrants,
    private readonly introspection: TrustedIntrospection,
    private readonly leadership: Leadership,
    private readonly store: LicenseStore,
  ) {}

  /** Runs the due tasks. A task that still runs from an earlier tick is not started again. */
  @Interval(tickMs)
  async tick(): Promise<void> {
    if (this.isStopped) return;
    if (!(await this.run('lead', () => this.lead()))) return;
    if (this.isFirst) {
      // After a weekend off, the server refreshes its token before it reports the old one as expired.
      this.isFirst = false;
      await this.run('spread', () => this.refreshLicense.spreadOverdue());
      await this.run('refresh', () => this.refreshLicense.executeWhenDue());
    }
    await Promise.all([
      this.run('advance', () => this.advanceLicense.execute()),
      this.run('status-list', () => this.endRevokedLicense.executeWhenDue()),
      this.run('poll', () => this.pollAuthorization.executeWhenDue()),
      this.run('refresh', () => this.refreshLicense.executeWhenDue()),
      this.run('revoke', () => this.revokeDroppedGrants.executeWhenDue()),
      this.run('introspection', () => this.introspection.executeWhenDue()),
    ]);
  }

  private async lead(): Promise<boolean> {
    await this.store.sync();
    return (await this.leadership.isLeader()) && !this.isStopped;
  }

  /** Waits for running requests. The next start recognizes an interrupted refresh by its mark in the database. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isStopped = true;
    const idle = Promise.all([
      this.refreshLicense.whenIdle(),
      this.pollAuthorization.whenIdle(),
      this.revokeDroppedGrants.whenIdle(),
      this.flights.get('introspection')?.whenIdle(),
    ]);
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<void>((resolve) => {
      timer = setTimeout(() => resolve(), shutdownTimeoutMs);
    });
    await Promise.race([idle, timedOut]);
    clearTimeout(timer);
  }

  /** Runs a task, or joins its current run. Resolves to undefined if it fails. */
  private async run<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    const flight = (this.flights.get(name) as SingleFlight<T> | undefined) ?? new SingleFlight<T>();
    this.flights.set(name, flight);
    const faults = this.faults.get(name) ?? new FaultLog(this.logger, `Task "${name}"`);
    this.faults.set(name, faults);
    try {
      const result = await flight.run(work);
      faults.end();
      return result;
    } catch (error) {
      // Not rethrown: a database that is full or away for a while must not end the process.
      if (faults.report(error)) this.logger.error(error);
      return undefined;
    }
  }
}
