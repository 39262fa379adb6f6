import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { licenseStatusAt } from './domain/license-status.js';
import {
  AuthorizationServer,
  type IssuedDeviceCode,
  type Unreachable,
} from './ports/authorization-server.js';
import { Clock } from './ports/clock.js';
import { LicenseStore, type PendingAuthorization } from './ports/license-store.js';
import { SingleFlight } from './single-flight.js';

export type RequestUserCodeOutcome =
  | { readonly kind: 'issued' | 'already-pending'; readonly pending: PendingAuthorization }
  | { readonly kind: 'license-present' }
  | Unreachable;

/** **Next** on the Manage License page: gets the user code that a person enters at the Authorization server. */
@Injectable()
export class RequestUserCode {
  private readonly flight = new SingleFlight<RequestUserCodeOutcome>();

  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  execute(actor: string): Promise<RequestUserCodeOutcome> {
    return this.flight.run(() => this.request(actor));
  }

  private async request(actor: string): Promise<RequestUserCodeOutcome> {
    if (this.hasLiveLicense()) return { kind: 'license-present' };
    const { pending } = this.store;
    if (pending?.state === 'pending' && pending.expiresAt > this.clock.now()) {
      return { kind: 'already-pending', pending };
    }
    const answer = await this.authorizationServer.requestDeviceCode();
    if (answer.kind === 'unreachable') return answer;
    return { kind: 'issued', pending: await this.keep(answer, actor) };
  }

  private hasLiveLicense(): boolean {
    const { license, reauthorizationRequired } = this.store.state;
    const status = licenseStatusAt(license, this.settings.policy.renewalWindowMs, this.clock.now());
    return (status === 'licensed' || status === 'requires-renewal') && !reauthorizationRequired;
  }

  private keep(issued: IssuedDeviceCode, actor: string): Promise<PendingAuthorization> {
    const now = this.clock.now();
    const pending: PendingAuthorization = {
      state: 'pending',
      refusal: null,
      deviceCode: issued.deviceCode,
      dpopKey: issued.dpopKey,
      userCode: issued.userCode,
      verificationUri: issued.verificationUri,
      expiresAt: new Date(now.getTime() + issued.expiresInSeconds * 1000),
      intervalSeconds: issued.intervalSeconds,
      // The first poll too comes one interval after the code (RFC 8628 section 3.5).
      lastPolledAt: now,
      unansweredPolls: 0,
      requestedBy: actor,
    };
    return this.store.transact(async (transaction) => {
      await transaction.savePending(pending);
      await transaction.appendAudit({
        at: now,
        actor,
        action: 'authorization-requested',
        reason: null,
        before: null,
        after: null,
      });
      return pending;
    });
  }
}
