import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { auditEntry } from '../domain/audit-entry.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { licenseStatusAt } from '../domain/license-status.js';
import {
  AuthorizationServer,
  type IssuedDeviceCode,
  type Unreachable,
} from '../domain/ports/authorization-server.js';
import { Clock } from '../domain/ports/clock.js';
import { LicenseStore, type PendingAuthorization } from '../domain/ports/license-store.js';
import { SingleFlight } from '../coordination/single-flight.js';

export type RequestUserCodeOutcome =
  | { readonly kind: 'issued' | 'already-pending'; readonly pending: PendingAuthorization }
  | { readonly kind: 'license-present' }
  | Unreachable;

const maxNameCharacters = 100;

/** Implements **Next** on the Manage License page: gets a user code. */
@Injectable()
export class RequestUserCode {
  private readonly flight = new SingleFlight<RequestUserCodeOutcome>();

  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  execute(actor: AuditActor): Promise<RequestUserCodeOutcome> {
    return this.flight.run(() => this.request(actor));
  }

  private async request(actor: AuditActor): Promise<RequestUserCodeOutcome> {
    await this.store.sync();
    if (this.hasLiveLicense()) return { kind: 'license-present' };
    const { pending } = this.store;
    if (isOpen(pending, this.clock.now())) return { kind: 'already-pending', pending };
    const answer = await this.authorizationServer.requestDeviceCode(this.formerName());
    return answer.kind === 'unreachable' ? answer : this.persistAnswer(answer, actor);
  }

  /** The name under which this server was licensed before: the person who approves sees which server asks. */
  private formerName(): string | null {
    const { identity } = this.store.state;
    return identity && `${identity.serverName} (${identity.serverId})`.slice(-maxNameCharacters);
  }

  private hasLiveLicense(): boolean {
    const { license, reauthorizationRequired } = this.store.state;
    const status = licenseStatusAt(license, this.settings.policy.renewalWindowMs, this.clock.now());
    return (status === 'licensed' || status === 'requires-renewal') && !reauthorizationRequired;
  }

  private persistAnswer(issued: IssuedDeviceCode, actor: AuditActor): Promise<RequestUserCodeOutcome> {
    const now = this.clock.now();
    const pending: PendingAuthorization = {
      state: 'pending',
      refusal: null,
      deviceCode: issued.deviceCode,
      dpopKey: issued.dpopKey,
      userCode: issued.userCode,
      verificationUri: issued.verificationUri,
      verificationUriComplete: issued.verificationUriComplete,
      expiresAt: new Date(now.getTime() + issued.expiresInSeconds * 1000),
      intervalSeconds: issued.intervalSeconds,
      // The first poll also waits one interval (RFC 8628 section 3.5).
      lastPolledAt: now,
      unansweredPolls: 0,
      requestedBy: actor.name,
      requestedFrom: actor.address,
    };
    return this.store.transact(async (transaction) => {
      // Another process got a code in the meantime, and a user may already be reading it.
      if (isOpen(transaction.pending, now)) return { kind: 'already-pending', pending: transaction.pending };
      await transaction.savePending(pending);
      await transaction.appendAudit(auditEntry(now, actor, 'authorization-requested'));
      return { kind: 'issued', pending };
    });
  }
}

function isOpen(pending: PendingAuthorization | null, now: Date): pending is PendingAuthorization {
  return pending?.state === 'pending' && pending.expiresAt > now;
}
