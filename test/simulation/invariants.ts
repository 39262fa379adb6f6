import type { LicenseState } from '../../src/domain/license-state.js';
import type { GrantSecrets } from '../../src/domain/ports/authorization-server.js';
import { codeIntervalSeconds, type Grant } from './authority.js';
import type { Committed, CommittedRow } from './disk.js';
import type { Register } from './register.js';
import type { ServiceProcess } from './service-process.js';
import type { World } from './world.js';

const leewayMs = 61_000;
const minRetryGapMs = 1000;
/** A slot is claimed in the database before its poll is sent, which takes a moment. */
const claimMs = 2000;
/** Concurrent requests of people and tasks overlap for less. */
const overlapMs = 60_000;
const maxHonoredMs = 86_400_000;

export interface Violation {
  readonly name: string;
  readonly detail: string;
  readonly atMs: number;
}

interface Flight {
  readonly owner: ServiceProcess;
  readonly sentAtMs: number;
}

/** Checks at each step what must always hold, with the knowledge of every part of the world. */
export class Invariants {
  violation: Violation | null = null;
  /** The last commit. */
  present: Pick<Committed, 'state' | 'secrets' | 'version'> | null = null;
  /** Every event that was ever committed, by its id. */
  readonly rows = new Map<string, CommittedRow>();
  /** Committed events that the stream has not stored yet, in their order. */
  unpublished: number[] = [];
  highestSequence = 0;
  lastStatus: CommittedRow | null = null;
  /** A Retry-After counts once its answer is stored: a crash may lose it. */
  private askedToWaitMs = 0;
  private grantStoredAtMs = 0;
  private lastDescription = '';
  private readonly superseded = new Set<string>();
  private readonly flights = new Set<Flight>();
  private readonly polls = new Map<string, number>();
  private lastSent: { grant: Grant; atMs: number; notBeforeMs: number } | null = null;
  /** When a person last removed the license. */
  lastRemovalAtMs = Number.NEGATIVE_INFINITY;
  private acquiredAtMs = 0;

  constructor(private readonly world: World) {}

  fail(name: string, detail: string): void {
    this.violation ??= { name, detail, atMs: this.world.nowMs };
  }

  committed({ version, state, secrets, events }: Committed): void {
    const before = this.present;
    this.present = { version, state, secrets };
    const description = describeState(state, events);
    if (description !== this.lastDescription) this.world.note('disk', description);
    this.lastDescription = description;
    for (const row of events) this.addRow(row);
    if (before === null) return;
    if (
      state.connection.lastError?.at.getTime() !== before.state.connection.lastError?.at.getTime() &&
      this.lastSent !== null
    )
      this.lastSent = { ...this.lastSent, notBeforeMs: this.askedToWaitMs };
    const { license, reauthorizationRequired, connection, refresh } = state;
    if (license !== null && connection.lastError?.code === 'grant-dead' && !reauthorizationRequired)
      this.fail('dead-grant-is-reported', connection.lastError.message);
    if (secrets !== null && refresh.nextAttemptAt === null) this.fail('a-refresh-is-scheduled', description);
    this.checkSecrets(before, secrets);
    if (this.grantIn(before.secrets) !== this.grantIn(secrets)) this.grantStoredAtMs = this.world.nowMs;
    if (before.state.license !== null && state.license === null) this.checkLoss(before, state);
    if (state.reauthorizationRequired && !before.state.reauthorizationRequired) this.checkDeadGrant(before);
    if (state.license !== null && before.state.license === null) this.acquiredAtMs = this.world.nowMs;
  }

  /** A restored database continues with what the copy contains. */
  restored(): void {
    this.present = null;
    this.superseded.clear();
    this.flights.clear();
    this.lastSent = null;
    this.unpublished = [];
    this.lastStatus = null;
    // The copy may be older, and the clock may be behind.
    this.highestSequence = 0;
  }

  private addRow(row: CommittedRow): void {
    const { sequence } = row;
    if (sequence <= this.highestSequence)
      this.fail('sequence-grows', `event ${sequence} follows ${this.highestSequence}`);
    this.highestSequence = sequence;
    this.rows.set(row.id, row);
    this.unpublished.push(sequence);
    if (row.subject === 'license.status') this.lastStatus = row;
  }

  private checkSecrets(before: Pick<Committed, 'secrets'>, secrets: GrantSecrets | null): void {
    const { authority } = this.world;
    const old = before.secrets;
    const isNewToken = secrets !== null && secrets.accessToken !== old?.accessToken;
    if (isNewToken && authority.issuedWith.get(secrets.accessToken) !== secrets.refreshToken)
      this.fail('tokens-stored-together', `${secrets.refreshToken} was not issued with the license token`);
    if (old === null || secrets === null || old.refreshToken === secrets.refreshToken) return;
    if (this.superseded.has(secrets.refreshToken))
      this.fail('no-spent-token-stored', `${secrets.refreshToken} replaces its successor`);
    if (authority.grantOf(old) === authority.grantOf(secrets)) this.superseded.add(old.refreshToken);
  }

  private grantIn(secrets: GrantSecrets | null): Grant | null {
    return secrets === null ? null : this.world.authority.grantOf(secrets);
  }

  private checkLoss(before: Pick<Committed, 'state' | 'secrets'>, { reason }: LicenseState): void {
    if (reason === 'removed' && this.lastRemovalAtMs > this.acquiredAtMs - overlapMs) return;
    const { authority, nowMs } = this.world;
    const grant = before.secrets === null ? null : authority.grantOf(before.secrets);
    const isListed = grant !== null && authority.isListed(grant);
    const endMs = before.state.license?.token.expiresAt.getTime() ?? 0;
    const hasEnded = endMs <= nowMs && (!grant?.isLive || grant.forgottenUntilMs > 0);
    if (reason === 'revoked' && (isListed || hasEnded || grant?.isCalledInactive)) return;
    this.fail(
      'no-license-lost',
      `the license ended (${reason}) and the Authorization server did not say that`,
    );
  }

  private checkDeadGrant({ secrets }: Pick<Committed, 'secrets'>): void {
    const grant = secrets === null ? null : this.world.authority.grantOf(secrets);
    if (grant?.isLive && grant.forgottenUntilMs === 0)
      this.fail('no-needless-reauthorization', `grant ${grant.index} is live`);
  }

  /** Checks a refresh token that leaves. Returns a function to call when its answer arrives. */
  refreshSent(owner: ServiceProcess, secrets: GrantSecrets): (retryAfterMs: number) => void {
    const { world, present } = this;
    const grant = world.authority.grantOf(secrets);
    world.note(owner.name, `sends ${secrets.refreshToken}`);
    // No client can prevent that a pause delays a request that it has decided to send.
    const wasPaused = owner.pausedUntilMs > world.nowMs - overlapMs;
    if (this.superseded.has(secrets.refreshToken) && !wasPaused)
      this.fail('no-spent-token-sent', `${secrets.refreshToken} is sent after its successor was stored`);
    const stored = present?.secrets ? world.authority.grantOf(present.secrets) : null;
    if (stored !== null && grant !== stored && !wasPaused && world.nowMs - this.grantStoredAtMs > overlapMs)
      this.fail('one-grant-in-use', `grant ${grant?.index} is used, and ${stored?.index} is stored`);
    // A removal or an authorization in the meantime takes the mark away with the grant.
    if (stored !== null && grant === stored && present?.state.refresh.intentAt === null)
      this.fail('intent-stored-first', `${secrets.refreshToken} is sent without a stored mark`);
    for (const flight of this.flights) {
      if (!flight.owner.isAlive) this.flights.delete(flight);
      // A pause after the lease was acquired leaves less of it for the request.
      if (flight.owner.isAlive && flight.owner.pausedUntilMs < flight.sentAtMs - overlapMs)
        this.fail('one-refresh-in-flight', `${flight.owner.name} and ${owner.name}`);
    }
    if (grant !== null) this.checkBackoff(grant);
    const flight: Flight = { owner, sentAtMs: world.nowMs };
    this.flights.add(flight);
    return (retryAfterMs) => {
      this.flights.delete(flight);
      this.askedToWaitMs = retryAfterMs === 0 ? 0 : world.nowMs + Math.min(retryAfterMs, maxHonoredMs);
    };
  }

  /** Whether a pause may have delayed a request after its decision. */
  private get wasAnyPaused(): boolean {
    return this.world.server.lastPauseEndsMs > this.world.nowMs - overlapMs;
  }

  private checkBackoff(grant: Grant): void {
    const { nowMs, lastPersonAtMs, lastClockFaultAtMs } = this.world;
    const { lastSent } = this;
    this.lastSent = { grant, atMs: nowMs, notBeforeMs: 0 };
    this.askedToWaitMs = 0;
    // A person may refresh at any time, and a wrong clock cannot measure a wait.
    if (
      lastSent?.grant !== grant ||
      lastPersonAtMs > nowMs - overlapMs ||
      lastClockFaultAtMs > lastSent.atMs - overlapMs
    )
      return;
    if (this.wasAnyPaused) return;
    if (nowMs < Math.max(lastSent.atMs + minRetryGapMs, lastSent.notBeforeMs))
      this.fail('backoff', `${nowMs - lastSent.atMs} ms after the attempt before`);
  }

  pollSent(owner: ServiceProcess, deviceCode: string): void {
    const { nowMs, lastClockFaultAtMs } = this.world;
    const lastMs = this.polls.get(deviceCode) ?? Number.NEGATIVE_INFINITY;
    this.polls.set(deviceCode, nowMs);
    if (this.polls.size > 1000) this.polls.clear();
    if (this.wasAnyPaused) return;
    if (nowMs - lastMs < codeIntervalSeconds * 1000 - claimMs && lastClockFaultAtMs < lastMs)
      this.fail('poll-interval', `${owner.name} polls after ${nowMs - lastMs} ms`);
  }

  /** A dropped grant is revoked, and never the one in use. */
  revocationArrives(secrets: GrantSecrets): void {
    const { authority } = this.world;
    const stored = this.present?.secrets ?? null;
    if (stored !== null && authority.grantOf(stored) === authority.grantOf(secrets))
      this.fail('no-license-lost', 'the grant in use is revoked as a dropped one');
  }

  /** The stream of the server has received an event. */
  stored(subject: string, text: string): void {
    const { id, sequence, type } = readEvent(text);
    const row = this.rows.get(id);
    if (row === undefined) return this.fail('only-committed-published', `${id} was never committed`);
    if (row.body !== text || row.subject !== subject || type !== subject)
      this.fail('event-never-changes', `event ${sequence}`);
    const [oldest] = this.unpublished;
    if (oldest === sequence) this.unpublished.shift();
    else if (oldest !== undefined && this.unpublished.includes(sequence))
      this.fail('published-in-order', `${sequence} before ${oldest}`);
  }

  /** Whether the server knows an event of this sequence. A restored one does not know the later events of its original. */
  private hasEmitted(sequence: number): boolean {
    return this.world.server.disk.rows(`SELECT 1 FROM outbox_event WHERE sequence = ${sequence}`).length > 0;
  }

  /** Checks what a register believes, after each of its turns. */
  registerMoved(register: Register): void {
    const view = register.follower?.current();
    if (!view) return;
    const sequence = view.sequence ?? '';
    if (sequence < register.believed && this.hasEmitted(Number(register.believed)))
      this.fail('register-never-goes-back', `${register.name}: ${register.believed} and then ${sequence}`);
    register.believed = sequence;
    const { authority, nowMs, serverDevices } = this.world;
    const endMs = Math.max(
      0,
      ...authority.grants
        .filter(({ device }) => serverDevices.includes(device))
        .map((grant) => grant.expiresAtMs),
    );
    if (nowMs > endMs + leewayMs && register.follower.standing(new Date(nowMs)).isLicensed)
      this.fail('no-license-past-its-token', register.name);
  }
}

function readEvent(text: string): { id: string; sequence: number; type: string } {
  const { id, sequence, type } = JSON.parse(text) as { id: string; sequence: string; type: string };
  return { id, sequence: Number(sequence), type };
}

function describeState(state: LicenseState, events: readonly CommittedRow[]): string {
  const { refresh, reauthorizationRequired, license, reason } = state;
  const emitted = events.map(({ subject, sequence }) => `${subject} ${sequence}`).join(', ');
  return (
    `commits ${license === null ? 'no license' : `license to ${license.token.expiresAt.toISOString()}`}` +
    ` (${reason ?? 'new'}${reauthorizationRequired ? ', reauthorization required' : ''}), ${refresh.failures} failures` +
    (emitted === '' ? '' : `, events ${emitted}`)
  );
}
