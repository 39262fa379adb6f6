import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Settings } from '../config/settings.js';
import { acceptRefreshedGrant } from '../domain/accept-grant.js';
import { type AuditActor, serviceItself } from '../domain/audit-actor.js';
import type { LicenseChange } from '../domain/license-event.js';
import type { LicenseState, RefreshProgress } from '../domain/license-state.js';
import { spreadOverdueRefresh } from '../domain/spread-overdue-refresh.js';
import { beginRefresh, failRefresh, type RefreshFailure } from '../domain/refresh-failure.js';
import { isRefreshDue } from '../domain/refresh-schedule.js';
import {
  AuthorizationServer,
  type GrantSecrets,
  type IssuedGrant,
  type RefreshAnswer,
  type Unreachable,
} from '../domain/ports/authorization-server.js';
import { Clock } from '../domain/ports/clock.js';
import { Leases } from '../coordination/leases.js';
import { type AuditAction, LicenseStore, type LicenseTransaction } from '../domain/ports/license-store.js';
import { SingleFlight } from '../coordination/single-flight.js';
import { summarizeLicense } from '../domain/summarize-license.js';

const leaseName = 'refresh';
/** Longer than a call to the Authorization server can take. */
const leaseMs = 30_000;
const leasePollMs = 250;

/** `superseded`: another process refreshed the token, or the license was replaced. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed' | 'revoked' | 'superseded' | 'unlicensed' }
  | { readonly kind: 'refused'; readonly message: string }
  | Unreachable;

interface BegunRefresh {
  readonly progressBefore: RefreshProgress;
  readonly secrets: GrantSecrets;
  readonly expected: { readonly serverId: string; readonly organizationId: string };
}

interface ReceivedAnswer {
  readonly begun: BegunRefresh;
  readonly answer: RefreshAnswer;
  /** The refresh token that replaces the sent one, or `null` if there is none. */
  readonly newRefreshToken: string | null;
}

/** Replaces an answer that the database cannot store although it stores everything else. */
const unstorable: Unreachable = {
  kind: 'unreachable',
  status: 502,
  code: 'authorization-server-unsuitable',
  message: 'The answer of the Authorization server cannot be stored.',
  isConclusive: false,
};

/**
 * Gets a new license token. Commits a mark before sending the refresh token, and the new refresh token before using it,
 * so that no crash can lose the grant unnoticed.
 */
@Injectable()
export class RefreshLicense implements OnApplicationBootstrap {
  private readonly logger = new Logger('Refresh');
  private readonly flight = new SingleFlight<RefreshOutcome>();
  /** Emits the outcome of each refresh. */
  readonly outcomes = new Subject<RefreshOutcome>();
  /** An answer that could not be stored. The Authorization server might not repeat it, see {@link persistAnswer}. */
  private unstored: ReceivedAnswer | null = null;
  /** Used to detect a refresh that was due before the start. */
  private startedAt = new Date(0);

  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
    private readonly leases: Leases,
  ) {}

  /** Refreshes the token; concurrent callers share the outcome. @param actor for the audit trail */
  execute(actor: AuditActor): Promise<RefreshOutcome> {
    return this.flight.run(async () => {
      const outcome = await this.refresh(actor);
      this.outcomes.next(outcome);
      return outcome;
    });
  }

  async executeWhenDue(): Promise<void> {
    const { license, refresh } = this.store.state;
    const { refreshIntervalMs } = this.settings.policy;
    if (license === null || !isRefreshDue(refresh.nextAttemptAt, refreshIntervalMs, this.clock.now())) return;
    await this.execute(serviceItself);
  }

  onApplicationBootstrap(): void {
    this.startedAt = this.clock.now();
  }

  /** Spreads a refresh that became due while this server was off. Runs once, before the first tasks. */
  async spreadOverdue(): Promise<void> {
    const spread = (state: LicenseState) =>
      spreadOverdueRefresh(state, this.settings.policy.refreshIntervalMs, this.startedAt);
    if (spread(this.store.state) === null) return;
    await this.store.transact(async (transaction) => {
      const spreadState = spread(transaction.state);
      if (spreadState !== null) await transaction.saveState(spreadState, []);
    });
  }

  /** Waits for the current refresh. */
  whenIdle(): Promise<void> {
    return this.flight.whenIdle();
  }

  /** Refreshes in one process at a time: using a rotated refresh token again would look like theft. */
  private async refresh(actor: AuditActor): Promise<RefreshOutcome> {
    await this.store.sync();
    const receivedAt = this.tokenReceivedAt();
    if (!(await this.waitForLease())) return { kind: 'superseded' };
    try {
      await this.store.sync();
      return receivedAt === this.tokenReceivedAt() ? await this.refreshAlone(actor) : { kind: 'superseded' };
    } finally {
      // A lease that cannot be released expires.
      await this.leases.release(leaseName).catch(() => undefined);
    }
  }

  private tokenReceivedAt(): number | undefined {
    return this.store.state.license?.token.receivedAt.getTime();
  }

  private async waitForLease(): Promise<boolean> {
    for (let waitedMs = 0; waitedMs <= leaseMs; waitedMs += leasePollMs) {
      if (await this.leases.acquireOrRenew(leaseName, leaseMs)) return true;
      await this.clock.sleep(leasePollMs);
    }
    return false;
  }

  private async refreshAlone(actor: AuditActor): Promise<RefreshOutcome> {
    if (this.unstored !== null) {
      const late = await this.persistAnswer(this.unstored, actor);
      if (late.kind === 'revoked') return late;
    }
    const begun = await this.store.transact((transaction) => this.begin(transaction));
    if (begun === null) return { kind: 'unlicensed' };
    return this.persistAnswer(await this.ask(begun), actor);
  }

  private async ask(begun: BegunRefresh): Promise<ReceivedAnswer> {
    let newRefreshToken: string | null = null;
    const answer = await this.authorizationServer.refresh(begun.secrets, begun.expected, async (token) => {
      newRefreshToken = token;
      // If this fails, the token is stored with the rest of the answer.
      await this.storeRefreshToken(begun.secrets, token).catch(() => undefined);
    });
    return { begun, answer, newRefreshToken };
  }

  /** Stores the new refresh token first: the sent one is used up, and a crash or an invalid license token may follow. */
  private async storeRefreshToken(sent: GrantSecrets, refreshToken: string): Promise<void> {
    await this.store.transact(async (transaction) => {
      const { secrets: present } = transaction;
      if (present?.accessToken !== sent.accessToken || present.refreshToken !== sent.refreshToken) return;
      await transaction.saveSecrets({ ...sent, refreshToken });
    });
  }

  /**
   * Stores an answer. If that fails, tries once more before the next refresh. If the database then rejects it but stores
   * that the refresh failed, the fault is in the answer.
   */
  private async persistAnswer(received: ReceivedAnswer, actor: AuditActor): Promise<RefreshOutcome> {
    const isSecondTry = this.unstored === received;
    const { answer, newRefreshToken } = received;
    const isDecision = answer.kind === 'granted' || answer.kind === 'grant-dead' || newRefreshToken !== null;
    this.unstored = isDecision ? received : null;
    const store = (given: ReceivedAnswer) =>
      this.store.transact((transaction) => this.applyAnswer(transaction, given, actor));
    const outcome = await store(received).catch((error: unknown) => {
      if (!isSecondTry) throw error;
      return store({ ...received, answer: unstorable });
    });
    this.unstored = null;
    return outcome;
  }

  private async begin(transaction: LicenseTransaction): Promise<BegunRefresh | null> {
    const { state, secrets } = transaction;
    if (state.license === null || state.identity === null || secrets === null) return null;
    await transaction.saveState(beginRefresh(state, this.clock.now(), Math.random()), []);
    const { serverId, organization } = state.identity;
    return {
      progressBefore: state.refresh,
      secrets,
      expected: { serverId, organizationId: organization.id },
    };
  }

  private async applyAnswer(
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
    const change = failRefresh(before, failure, this.settings.policy, this.clock.now(), Math.random());
    await transaction.saveState(change.state, change.events);
    const secrets = change.state.license === null ? null : secretsOf(received);
    if (change.state.license === null || secrets !== null) await transaction.saveSecrets(secrets);
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
    const text = `License token not refreshed: ${failure.message}${next ? ` (Next attempt at ${next.toISOString()}.)` : ''}`;
    const isRevoked = state.license === null;
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
    return transaction.appendAudit({
      at: this.clock.now(),
      actor: actor.name,
      address: actor.address,
      action,
      reason,
      before: summarizeLicense(before),
      after: summarizeLicense(after),
    });
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
