import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Settings } from '../config/settings.js';
import { type AuditActor, serviceItself } from '../domain/audit-actor.js';
import type { LicenseState } from '../domain/license-state.js';
import { spreadOverdueRefresh } from '../domain/spread-overdue-refresh.js';
import { beginRefresh } from '../domain/refresh-failure.js';
import { isRefreshDue } from '../domain/refresh-schedule.js';
import {
  AuthorizationServer,
  type GrantSecrets,
  type RefreshAnswer,
  type Unreachable,
} from '../domain/ports/authorization-server.js';
import { Clock } from '../domain/ports/clock.js';
import { Leases } from '../coordination/leases.js';
import { LicenseStore, type LicenseTransaction } from '../domain/ports/license-store.js';
import { SingleFlight } from '../coordination/single-flight.js';
import { RevocationList } from '../peers/revocation-list.js';
import { TrustDataRefresher } from '../peers/trust-data-refresher.js';
import { TrustedIntrospection } from './trusted-introspection.js';
import {
  ApplyRefreshAnswer,
  type BegunRefresh,
  type ReceivedAnswer,
  type RefreshOutcome,
} from './apply-refresh-answer.js';

const leaseName = 'refresh';
/** Longer than a call to the Authorization server can take. */
const leaseMs = 30_000;
const leasePollMs = 250;

/** Replaces an answer that the database cannot store although it stores everything else. */
const unstorable: Unreachable = {
  kind: 'unreachable',
  status: 502,
  code: 'authorization-server-unsuitable',
  message: 'The answer of the Authorization server cannot be stored.',
  isConclusive: false,
};

/**
 * Gets a new license token. Commits a mark before sending the refresh token, and the new refresh token before using it or
 * waiting for anything else, so that no crash can lose the grant unnoticed.
 */
@Injectable()
export class RefreshLicense implements OnApplicationBootstrap {
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
    private readonly applyAnswer: ApplyRefreshAnswer,
    private readonly trustData: TrustDataRefresher,
    private readonly revocations: RevocationList,
    private readonly introspection: TrustedIntrospection,
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
    const { nextAttemptAt } = this.store.state.refresh;
    const { refreshIntervalMs } = this.settings.policy;
    if (!isRefreshDue(nextAttemptAt, refreshIntervalMs, this.clock.now()) || this.store.secrets === null)
      return;
    await this.execute(serviceItself);
  }

  onApplicationBootstrap(): void {
    this.startedAt = this.clock.now();
  }

  /** Spreads a refresh that became due while this server was off. Runs once, before the first tasks. */
  async spreadOverdue(): Promise<void> {
    const spread = (state: LicenseState) =>
      spreadOverdueRefresh(state, this.settings.policy.refreshIntervalMs, this.startedAt);
    if (spread(this.store.state) === this.store.state) return;
    await this.store.transact((transaction) => transaction.saveState(spread(transaction.state), []));
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
      if (late.kind === 'revoked' || late.kind === 'reauthorization-required') return late;
    }
    const begun = await this.store.transact((transaction) => this.begin(transaction));
    if (begun === null) return { kind: 'unlicensed' };
    return this.persistAnswer(await this.ask(begun), actor);
  }

  private async ask(begun: BegunRefresh): Promise<ReceivedAnswer> {
    let newRefreshToken: string | null = null;
    const answer = await this.authorizationServer.refresh(begun.secrets, begun.expected, async (token) => {
      newRefreshToken = token;
      await this.storeRefreshToken(begun.secrets, token);
    });
    if (answer.kind === 'granted') newRefreshToken = answer.secrets.refreshToken;
    return { begun, answer: await this.checkRevocation(begun, answer), newRefreshToken };
  }

  /** A refused refresh token says little: only the signed status list, or trusted introspection, takes the license away. */
  private async checkRevocation({ secrets }: BegunRefresh, answer: RefreshAnswer): Promise<RefreshAnswer> {
    if (answer.kind !== 'grant-dead') return answer;
    await this.trustData.fetchNow();
    const { accessToken } = secrets;
    const isRevoked =
      this.revocations.isTokenRevoked(accessToken) || (await this.introspection.isRevoked(accessToken));
    return isRevoked ? { ...answer, kind: 'revoked' } : answer;
  }

  /**
   * Stores a new refresh token without the rest of its answer: the sent one is used up, and a crash may follow. Never rejects:
   * the answer contains it too.
   */
  private async storeRefreshToken(sent: GrantSecrets, refreshToken: string): Promise<void> {
    const store = async (transaction: LicenseTransaction) => {
      const { secrets: present } = transaction;
      if (present?.accessToken !== sent.accessToken || present.refreshToken !== sent.refreshToken) return;
      await transaction.saveSecrets({ ...sent, refreshToken });
    };
    await this.store.transact(store).catch(() => undefined);
  }

  /**
   * Stores an answer. If that fails, tries once more before the next refresh. If the database then rejects it but stores
   * that the refresh failed, the fault is in the answer.
   */
  private async persistAnswer(received: ReceivedAnswer, actor: AuditActor): Promise<RefreshOutcome> {
    const isSecondTry = this.unstored === received;
    const { answer, newRefreshToken } = received;
    const isDecision =
      (answer.kind !== 'unreachable' && answer.kind !== 'refused') || newRefreshToken !== null;
    this.unstored = isDecision ? received : null;
    const store = (given: ReceivedAnswer) =>
      this.store.transact((transaction) => this.applyAnswer.execute(transaction, given, actor));
    const outcome = await store(received).catch(async (error: unknown) => {
      if (isSecondTry) return store({ ...received, answer: unstorable });
      if (newRefreshToken !== null) await this.storeRefreshToken(received.begun.secrets, newRefreshToken);
      throw error;
    });
    this.unstored = null;
    return outcome;
  }

  private async begin(transaction: LicenseTransaction): Promise<BegunRefresh | null> {
    const { state, secrets } = transaction;
    if (state.identity === null || secrets === null) return null;
    await transaction.saveState(beginRefresh(state, this.clock.now(), Math.random()), []);
    const { serverId, organization } = state.identity;
    return {
      progressBefore: state.refresh,
      secrets,
      expected: { serverId, organizationId: organization.id },
    };
  }
}
