import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { auditEntry } from '../domain/audit-entry.js';
import { serviceItself } from '../domain/audit-actor.js';
import { type LicenseChange, type LicenseEvent, unchanged } from '../domain/license-event.js';
import type { LicenseState } from '../domain/license-state.js';
import { applyClockTrust } from '../domain/apply-clock-trust.js';
import { applyTime } from '../domain/apply-time.js';
import { Clock, confirmedNow } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';

/** Applies the passing of time, and the trust in the clock of this machine, to the license. */
@Injectable()
export class AdvanceLicense {
  private readonly logger = new Logger('License');

  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  async execute(): Promise<void> {
    // Usually nothing has changed. Checking in memory avoids a transaction.
    if (this.advance(this.store.state).state === this.store.state) return;
    await this.store.transact(async (transaction) => {
      const now = this.clock.now();
      const before = transaction.state;
      const { state, events } = this.advance(before);
      if (state === before) return;
      await transaction.saveState(state, events);
      for (const event of events) this.log(event);
      if (!events.some((event) => event.type === 'license.status')) return;
      const action = state.license === null ? 'revoked' : 'status-changed';
      const details = { reason: state.reason, before, after: state };
      await transaction.appendAudit(auditEntry(now, serviceItself, action, details));
    });
  }

  private advance(state: LicenseState): LicenseChange {
    const { policy } = this.settings;
    const now = this.clock.now();
    const clock = { isSuspect: this.clock.isSuspect(), trustedAt: this.clock.trustedNow() };
    // First the clock: the events of a wrong time must not take their numbers from it.
    const trust = applyClockTrust(unchanged(state), clock, policy, now);
    const time = applyTime(trust.state, policy, now, confirmedNow(this.clock));
    return { state: time.state, events: [...trust.events, ...time.events] };
  }

  private log(event: LicenseEvent): void {
    if (event.type === 'license.status') {
      this.logger.warn(`License status: ${event.data.statusText} (${event.data.reason}).`);
    } else {
      const { thresholdSeconds, secondsRemaining } = event.data;
      this.logger.warn(
        thresholdSeconds === 0
          ? 'The license token has expired: reconnect this server to the internet.'
          : `The license token expires in ${secondsRemaining} s: reconnect this server to the internet.`,
      );
    }
  }
}
