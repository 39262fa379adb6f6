import { Injectable } from '@nestjs/common';
import { auditEntry } from '../domain/audit-entry.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore } from '../domain/ports/license-store.js';

/** Drops the pending device code. A grant that still arrives for it is revoked. */
@Injectable()
export class CancelAuthorization {
  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
  ) {}

  async execute(actor: AuditActor): Promise<void> {
    await this.store.transact(async (transaction) => {
      if (transaction.pending === null) return;
      await transaction.savePending(null);
      await transaction.appendAudit(auditEntry(this.clock.now(), actor, 'authorization-cancelled'));
    });
  }
}
