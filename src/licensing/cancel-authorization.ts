import { Injectable } from '@nestjs/common';
import { Clock } from './ports/clock.js';
import { LicenseStore } from './ports/license-store.js';

/** Forgets the pending device code; whatever it may still bring is revoked. */
@Injectable()
export class CancelAuthorization {
  constructor(
    private readonly store: LicenseStore,
    private readonly clock: Clock,
  ) {}

  async execute(actor: string): Promise<void> {
    await this.store.transact(async (transaction) => {
      if (transaction.pending === null) return;
      await transaction.savePending(null);
      await transaction.appendAudit({
        at: this.clock.now(),
        actor,
        action: 'authorization-cancelled',
        reason: null,
        before: null,
        after: null,
      });
    });
  }
}
