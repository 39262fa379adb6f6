import { Injectable, Logger } from '@nestjs/common';
import { auditEntry } from '../domain/audit-entry.js';
import { serviceItself } from '../domain/audit-actor.js';
import { retryDelayMs } from '../domain/refresh-schedule.js';
import { AuthorizationServer } from '../domain/ports/authorization-server.js';
import { Clock } from '../domain/ports/clock.js';
import { type DueRevocation, LicenseStore, maxRevocationDelayMs } from '../domain/ports/license-store.js';
import { SingleFlight } from '../coordination/single-flight.js';

/** Revokes dropped grants at the Authorization server (RFC 7009), retrying until it answers. */
@Injectable()
export class RevokeDroppedGrants {
  private readonly logger = new Logger('Revocation');
  private readonly flight = new SingleFlight<void>();

  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
  ) {}

  executeWhenDue(): Promise<void> {
    return this.flight.run(async () => {
      const due = await this.store.nextRevocation(this.clock.now());
      if (due !== null) await this.revoke(due);
    });
  }

  whenIdle(): Promise<void> {
    return this.flight.whenIdle();
  }

  private async revoke({ id, secrets, failures }: DueRevocation): Promise<void> {
    const answer = await this.authorizationServer.revoke(secrets);
    const now = this.clock.now();
    if (answer.kind === 'unreachable') {
      const delayMs = retryDelayMs(failures + 1, Infinity, Math.random(), answer.retryAfterMs);
      await this.store.postponeRevocation(
        id,
        failures + 1,
        new Date(now.getTime() + Math.min(delayMs, maxRevocationDelayMs)),
      );
      this.logger.warn(`A dropped grant is not revoked yet; the service will retry. ${answer.message}`);
      return;
    }
    const reason =
      answer.kind === 'not-offered'
        ? 'The Authorization server does not support revocation; the grant expires.'
        : null;
    await this.store.completeRevocation(
      id,
      auditEntry(now, serviceItself, 'grant-revoked-at-server', { reason }),
    );
    this.logger.log('A dropped grant was revoked at the Authorization server.');
  }
}
