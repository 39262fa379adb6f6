import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { auditEntry } from '../domain/audit-entry.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { dropLicense } from '../domain/remove-license.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';

/** Removes the license from this server and queues the revocation of its grant. */
@Injectable()
export class RemoveLicense {
  private readonly logger = new Logger('License');

  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  async execute(actor: AuditActor): Promise<void> {
    await this.store.transact(async (transaction) => {
      const now = this.clock.now();
      const { state, secrets } = transaction;
      if (state.license === null && secrets === null) return;
      const change = dropLicense(state, this.settings.policy, now);
      await transaction.saveState(change.state, change.events);
      if (secrets !== null) await transaction.queueRevocation(secrets, now);
      await transaction.saveSecrets(null);
      await transaction.appendAudit(
        auditEntry(now, actor, 'removed', { before: state, after: change.state }),
      );
      this.logger.log('License removed from this server.');
    });
  }
}
