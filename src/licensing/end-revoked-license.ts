import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { auditEntry } from '../domain/audit-entry.js';
import { serviceItself } from '../domain/audit-actor.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';
import { revokeLicense } from '../domain/remove-license.js';
import { RevocationList } from '../peers/revocation-list.js';

const reason = "The Authorization server's signed status list says that the license token is revoked.";

/** Takes the license away when a new status list, from any source, says that its token is revoked. */
@Injectable()
export class EndRevokedLicense {
  private readonly logger = new Logger('License');
  private checkedVersion = 0;
  private checkedToken: string | null = null;

  constructor(
    private readonly revocations: RevocationList,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Checks a token once for each list. */
  async executeWhenDue(): Promise<void> {
    const { version } = this.revocations;
    const token = this.store.secrets?.accessToken ?? null;
    if (version === this.checkedVersion && token === this.checkedToken) return;
    if (token !== null && this.revocations.isTokenRevoked(token)) await this.end(token);
    this.checkedVersion = version;
    this.checkedToken = token;
  }

  private async end(token: string): Promise<void> {
    await this.store.transact(async (transaction) => {
      const { state: before, secrets } = transaction;
      if (secrets?.accessToken !== token) return;
      const now = this.clock.now();
      const { state, events } = revokeLicense(before, this.settings.policy, now);
      await transaction.saveState(state, events);
      await transaction.saveSecrets(null);
      if (before.license === null) return;
      await transaction.appendAudit(
        auditEntry(now, serviceItself, 'revoked', { reason, before, after: state }),
      );
      this.logger.warn(`${reason} Authorize this server again.`);
    });
  }
}
