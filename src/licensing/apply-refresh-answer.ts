import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { auditEntry } from '../domain/audit-entry.js';
import { acceptRefreshedGrant } from '../domain/accept-grant.js';
import type { AuditActor } from '../domain/audit-actor.js';
import type { LicenseChange } from '../domain/license-event.js';
import type { LicenseState, RefreshProgress } from '../domain/license-state.js';
import { failRefresh, type RefreshFailure } from '../domain/refresh-failure.js';
import type {
  GrantSecrets,
  IssuedGrant,
  RefreshAnswer,
  Unreachable,
} from '../domain/ports/authorization-server.js';
import { Clock, confirmedNow } from '../domain/ports/clock.js';
import type { AuditAction, LicenseTransaction } from '../domain/ports/license-store.js';

/**
 * - `superseded`: another process refreshed the token, or the license was replaced.
 * - `reauthorization-required`: the refresh token was refused; the license stays until its token expires.
 */
export type RefreshOutcome =
  | { readonly kind: 'refreshed' | 'reauthorization-required' | 'revoked' | 'superseded' | 'unlicensed' }
  | { readonly kind: 'refused'; readonly message: string }
  | Unreachable;

export interface BegunRefresh {
  readonly progressBefore: RefreshProgress;
  readonly secrets: GrantSecrets;
  readonly expected: { readonly serverId: string; readonly organizationId: string };
}

export interface ReceivedAnswer {
  readonly begun: BegunRefresh;
  readonly answer: RefreshAnswer;
  /** The refresh token that replaces the sent one, or `null` if there is none. */
  readonly newRefreshToken: string | null;
}

/** Stores the answer of the Authorization server to a refresh, with its events and its audit entry. */
@Injectable()
export class ApplyRefreshAnswer {
  private readonly logger = new Logger('Refresh');

  constructor(
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  async execute(
    transaction: LicenseTransaction,
    received: ReceivedAnswer,
    actor: AuditActor,
  ): Promise<RefreshOutcome> {
    const { begun, answer } = received;
    if (!isStillPresent(transaction.secrets, received)) {
      // After its lease expired, another process may have refreshed the same grant: revoking would end that too.
      const unused = secretsOf(received);
      if (unused !== null && !isSameGrant(transaction.secrets, begun.secrets)) {
        await transaction.queueRevocation(unused, this.clock.now());
      }
      return { kind: 'superseded' };
    }
    if (answer.kind === 'granted') return this.applyGrant(transaction, answer, actor);
    await this.fail(transaction, received, answer, actor);
    switch (answer.kind) {
      case 'grant-dead':
        return { kind: 'reauthorization-required' };
      case 'revoked':
        return { kind: 'revoked' };
      case 'refused':
        return { kind: 'refused', message: answer.message };
      case 'unreachable':
        return answer;
    }
  }

  private async applyGrant(
    transaction: LicenseTransaction,
    issued: IssuedGrant,
    actor: AuditActor,
  ): Promise<RefreshOutcome> {
    const before = transaction.state;
    const change = acceptRefreshedGrant(before, issued.grant, this.settings.policy, this.clock.now());
    await transaction.saveState(change.state, change.events);
    await transaction.saveSecrets(issued.secrets);
    await this.audit(transaction, actor, 'refreshed', change.state.reason, before, change.state);
    const { expiresAt } = issued.grant.license.token;
    this.logger.log(
      `License token refreshed (${change.state.reason}), valid until ${expiresAt.toISOString()}.`,
    );
    return { kind: 'refreshed' };
  }

  private async fail(
    transaction: LicenseTransaction,
    received: ReceivedAnswer,
    failure: RefreshFailure,
    actor: AuditActor,
  ): Promise<void> {
    const before: LicenseState = { ...transaction.state, refresh: received.begun.progressBefore };
    const { clock, settings } = this;
    const change = failRefresh(
      before,
      failure,
      settings.policy,
      clock.now(),
      Math.random(),
      confirmedNow(clock),
    );
    await transaction.saveState(change.state, change.events);
    const secrets = failure.kind === 'revoked' ? null : secretsOf(received);
    if (failure.kind === 'revoked' || secrets !== null) await transaction.saveSecrets(secrets);
    await this.recordFailure(transaction, before, change, failure, actor);
  }

  /** Audits and logs an outage once, not for each attempt. */
  private async recordFailure(
    transaction: LicenseTransaction,
    before: LicenseState,
    { state }: LicenseChange,
    failure: RefreshFailure,
    actor: AuditActor,
  ): Promise<void> {
    const next = state.refresh.nextAttemptAt;
    const remedy =
      failure.kind === 'grant-dead' || failure.kind === 'revoked' ? ' Authorize this server again.' : '';
    const text = `License token not refreshed: ${failure.message}${remedy}${next ? ` (Next attempt at ${next.toISOString()}.)` : ''}`;
    const isRevoked = before.license !== null && state.license === null;
    if (!isRevoked && before.connection.lastError?.code === failure.code) {
      this.logger.debug(text);
      return;
    }
    this.logger.warn(text);
    await this.audit(
      transaction,
      actor,
      isRevoked ? 'revoked' : 'refresh-failed',
      failure.message,
      before,
      state,
    );
  }

  private audit(
    transaction: LicenseTransaction,
    actor: AuditActor,
    action: AuditAction,
    reason: string | null,
    before: LicenseState,
    after: LicenseState,
  ): Promise<void> {
    return transaction.appendAudit(auditEntry(this.clock.now(), actor, action, { reason, before, after }));
  }
}

/**
 * Returns whether the secrets are the sent ones, or differ only by the refresh token of this answer. Every refresh
 * changes the license token, the refresh token or both.
 */
function isStillPresent(
  present: GrantSecrets | null,
  { begun: { secrets: sent }, newRefreshToken }: ReceivedAnswer,
): boolean {
  if (present?.accessToken !== sent.accessToken) return false;
  return present.refreshToken === sent.refreshToken || present.refreshToken === newRefreshToken;
}

/** Returns the secrets after an answer, or `null` if they are unchanged. */
function secretsOf({ begun, answer, newRefreshToken }: ReceivedAnswer): GrantSecrets | null {
  if (answer.kind === 'granted') return answer.secrets;
  return newRefreshToken === null ? null : { ...begun.secrets, refreshToken: newRefreshToken };
}

/** Compares the keys: each acquisition creates a new one. Without keys all grants count as the same. */
function isSameGrant(present: GrantSecrets | null, begun: GrantSecrets): boolean {
  return present !== null && present.dpopKey?.x === begun.dpopKey?.x;
}
