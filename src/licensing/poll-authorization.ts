import { Injectable, Logger } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { auditEntry } from '../domain/audit-entry.js';
import type { AuditActor } from '../domain/audit-actor.js';
import { acceptAcquiredGrant } from '../domain/accept-grant.js';
import {
  AuthorizationServer,
  type DeviceCodeAnswer,
  type IssuedGrant,
} from '../domain/ports/authorization-server.js';
import type { Unreachable } from '../domain/ports/authorization-server.js';
import { Clock } from '../domain/ports/clock.js';
import {
  type AuditAction,
  LicenseStore,
  type LicenseTransaction,
  type PendingAuthorization,
} from '../domain/ports/license-store.js';
import { SingleFlight } from '../coordination/single-flight.js';

/** `none`: no code is pending, or another one than was polled for. */
export type PollOutcome =
  | { readonly kind: 'licensed' | 'pending' | 'denied' | 'expired' | 'none' }
  | { readonly kind: 'refused'; readonly refusal: string }
  | Unreachable;

/** Added to the interval by each `slow_down` (RFC 8628 section 3.5). */
const slowDownSeconds = 5;
const maxGapMs = 60_000;
const maxRetryAfterMs = 600_000;

interface ReceivedAnswer {
  readonly pending: PendingAuthorization;
  readonly answer: DeviceCodeAnswer;
}

/** Replaces a grant that the database cannot store although it stores everything else. */
const unstorable = {
  kind: 'refused',
  code: 'answer-not-storable',
  message: 'The answer of the Authorization server cannot be stored.',
} as const;

/**
 * Polls for the tokens of the pending device code, even if nobody chooses **Complete Authorization**. The time of the
 * last poll is stored with the code, so that all callers together respect the interval.
 */
@Injectable()
export class PollAuthorization {
  private readonly logger = new Logger('Authorization');
  private readonly flight = new SingleFlight<PollOutcome>();
  /** A grant that could not be stored. Its device code is used up, so it cannot be requested again. */
  private unstored: ReceivedAnswer | null = null;

  constructor(
    private readonly authorizationServer: AuthorizationServer,
    private readonly store: LicenseStore,
    private readonly clock: Clock,
    private readonly settings: Settings,
  ) {}

  /** Polls in the background: at the interval, which doubles after each unanswered poll. */
  async executeWhenDue(): Promise<void> {
    const { pending } = this.store;
    if (pending?.state !== 'pending') return;
    const gapMs = Math.max(
      pending.intervalSeconds * 1000,
      Math.min(maxGapMs, pending.intervalSeconds * 1000 * 2 ** pending.unansweredPolls),
    );
    const isDue = this.clock.now().getTime() >= pending.lastPolledAt.getTime() + gapMs;
    if (isDue || pending.expiresAt <= this.clock.now()) await this.flight.run(() => this.poll());
  }

  /** Polls as soon as the interval permits, for a user who waits for the result. */
  async executeAtNextChance(): Promise<PollOutcome> {
    // A poll that runs already may have been sent before the person authorized.
    await this.flight.whenIdle();
    // The last poll may have been another process's, or one whose commit was not acknowledged.
    await this.store.sync();
    const { pending } = this.store;
    if (pending?.state === 'pending') {
      const chanceAt = pending.lastPolledAt.getTime() + pending.intervalSeconds * 1000;
      await this.clock.sleep(
        Math.max(0, Math.min(chanceAt, pending.expiresAt.getTime()) - this.clock.now().getTime()),
      );
    }
    return this.flight.run(() => this.poll());
  }

  /** Waits for the current poll. */
  whenIdle(): Promise<void> {
    return this.flight.whenIdle();
  }

  private async poll(): Promise<PollOutcome> {
    if (this.unstored !== null) {
      const late = await this.persistAnswer(this.unstored, true);
      if (late.kind !== 'none') return late;
    }
    const reserved = await this.store.transact((transaction) => this.claimPollSlot(transaction));
    if (reserved.kind !== 'reserved') return reserved;
    const { pending } = reserved;
    const answer = await this.authorizationServer.redeemDeviceCode(pending.deviceCode, pending.dpopKey);
    return this.persistAnswer({ pending, answer });
  }

  private async persistAnswer(received: ReceivedAnswer, isLate = false): Promise<PollOutcome> {
    this.unstored = received.answer.kind === 'granted' ? received : null;
    const store = (given: ReceivedAnswer) =>
      this.store.transact((transaction) => this.applyAnswer(transaction, given, isLate));
    const outcome = await store(received).catch((error: unknown) => {
      if (!isLate || received.answer.kind !== 'granted') throw error;
      // If the database stores a refusal but not the grant, the fault is in the grant.
      return store({ ...received, answer: { ...unstorable, secrets: received.answer.secrets } });
    });
    this.unstored = null;
    return outcome;
  }

  /** Commits the time of a poll before sending it, so that it also counts after a crash and for other processes. */
  private async claimPollSlot(
    transaction: LicenseTransaction,
  ): Promise<{ kind: 'reserved'; pending: PendingAuthorization } | PollOutcome> {
    const { pending, state } = transaction;
    if (pending === null) return { kind: state.license === null ? 'none' : 'licensed' };
    if (pending.state !== 'pending') return outcomeOf(pending);
    const now = this.clock.now();
    if (pending.expiresAt <= now) {
      return this.end(transaction, { ...pending, state: 'expired' }, 'authorization-expired');
    }
    if (now.getTime() < pending.lastPolledAt.getTime() + pending.intervalSeconds * 1000) {
      return { kind: 'pending' };
    }
    const polled: PendingAuthorization = { ...pending, lastPolledAt: now };
    await transaction.savePending(polled);
    return { kind: 'reserved', pending: polled };
  }

  private async applyAnswer(
    transaction: LicenseTransaction,
    { pending, answer }: ReceivedAnswer,
    isLate: boolean,
  ): Promise<PollOutcome> {
    const now = this.clock.now();
    if (!isAwaited(transaction.pending, pending)) {
      // The authorization was canceled in the meantime, so the grant is revoked. A late one may already be stored, or
      // refused and revoked, by a commit whose result was lost.
      if (answer.kind === 'granted' && !isLate) await transaction.queueRevocation(answer.secrets, now);
      return { kind: 'none' };
    }
    switch (answer.kind) {
      case 'granted':
        return this.applyGrant(transaction, pending, answer);
      case 'pending':
        if (pending.unansweredPolls > 0) await transaction.savePending({ ...pending, unansweredPolls: 0 });
        return { kind: 'pending' };
      case 'slow-down':
        await transaction.savePending({
          ...pending,
          intervalSeconds: pending.intervalSeconds + slowDownSeconds,
          unansweredPolls: 0,
        });
        return { kind: 'pending' };
      case 'unreachable':
        await transaction.savePending({
          ...pending,
          lastPolledAt: postponedPoll(pending, answer.retryAfterMs ?? 0, now),
          unansweredPolls: pending.unansweredPolls + 1,
        });
        return answer;
      case 'denied':
      case 'expired':
        return this.end(transaction, { ...pending, state: answer.kind }, `authorization-${answer.kind}`);
      case 'refused':
        if (answer.secrets !== null) await transaction.queueRevocation(answer.secrets, now);
        return this.refuse(transaction, pending, answer);
    }
  }

  private async refuse(
    transaction: LicenseTransaction,
    pending: PendingAuthorization,
    answer: Extract<DeviceCodeAnswer, { kind: 'refused' }>,
  ): Promise<PollOutcome> {
    const ended = { ...pending, state: 'refused', refusal: describeRefusal(answer, pending) } as const;
    const outcome = await this.end(transaction, ended, 'authorization-refused');
    const { code, message } = answer;
    return code.startsWith('authorization-server-')
      ? { kind: 'unreachable', status: 502, code, message, isConclusive: true }
      : outcome;
  }

  private async applyGrant(
    transaction: LicenseTransaction,
    pending: PendingAuthorization,
    issued: IssuedGrant,
  ): Promise<PollOutcome> {
    const now = this.clock.now();
    const { state: before, secrets: replaced } = transaction;
    const change = acceptAcquiredGrant(before, issued.grant, this.settings.policy, now);
    // Authorizing the same device again ends its old grant, but not the grant of another device.
    if (replaced !== null && before.identity?.serverId !== issued.grant.identity.serverId) {
      await transaction.queueRevocation(replaced, now);
    }
    await transaction.saveState(change.state, change.events);
    await transaction.saveSecrets(issued.secrets);
    await transaction.savePending(null);
    const reason = change.state.reason === 'server-changed' ? 'server-changed' : null;
    const details = { reason, before, after: change.state };
    await transaction.appendAudit(auditEntry(now, requesterOf(pending), 'acquired', details));
    const { serverId, organization } = issued.grant.identity;
    this.logger.log(`License acquired for ${serverId} of ${organization.id}.`);
    const { previousServer } = change.state;
    if (previousServer !== null) {
      this.logger.warn(
        `This server was ${previousServer.serverId} before and is ${serverId} now. Registers of ${previousServer.serverId} are refused: ` +
          `if that is a mistake, acquire the license again and choose ${previousServer.serverName}.`,
      );
    }
    return { kind: 'licensed' };
  }

  private async end(
    transaction: LicenseTransaction,
    ended: PendingAuthorization,
    action: AuditAction,
  ): Promise<PollOutcome> {
    await transaction.savePending(ended);
    const details = { reason: ended.refusal };
    await transaction.appendAudit(auditEntry(this.clock.now(), requesterOf(ended), action, details));
    this.logger.warn(`The authorization ended: ${ended.state}${ended.refusal ? ` (${ended.refusal})` : ''}.`);
    return outcomeOf(ended);
  }
}

/** Returns whether the answer to `polled` still counts. It does not after the refusal of a grant that could not be stored. */
function isAwaited(present: PendingAuthorization | null, polled: PendingAuthorization): boolean {
  return present?.deviceCode === polled.deviceCode && present.refusal !== unstorable.message;
}

/** A device code works once (RFC 8628 section 3.5), even if the response was lost. */
function describeRefusal(
  { code, message }: Extract<DeviceCodeAnswer, { kind: 'refused' }>,
  { unansweredPolls }: PendingAuthorization,
): string {
  if (code !== 'code-not-accepted' || unansweredPolls === 0) return message;
  return `An earlier response of the Authorization server was lost and may have contained the license: authorize this server again. (${message})`;
}

/** Returns the time of the last poll as if the next one were due when the server asks for it (RFC 9110 section 10.2.3). */
function postponedPoll(
  { lastPolledAt, intervalSeconds }: PendingAuthorization,
  retryAfterMs: number,
  now: Date,
): Date {
  const nextMs = now.getTime() + Math.min(retryAfterMs, maxRetryAfterMs);
  return new Date(Math.max(lastPolledAt.getTime(), nextMs - intervalSeconds * 1000));
}

function outcomeOf(pending: PendingAuthorization): PollOutcome {
  return pending.state === 'refused'
    ? { kind: 'refused', refusal: pending.refusal ?? 'The Authorization server gave no reason.' }
    : { kind: pending.state };
}

function requesterOf({ requestedBy, requestedFrom }: PendingAuthorization): AuditActor {
  return { name: requestedBy, address: requestedFrom };
}
