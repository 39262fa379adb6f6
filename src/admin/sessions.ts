import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../domain/ports/clock.js';

const idleEndMs = 30 * 60_000;
const absoluteEndMs = 12 * 60 * 60_000;
/** Only who has the admin token opens a session, so this bounds carelessness and no attack. */
const maxSessions = 200;

/** A login of one person in one browser. */
export interface Session {
  /** What the person typed at the login, for the audit trail; null: nothing. */
  readonly name: string | null;
  /** Stands in every form of the session: another site cannot know it. */
  readonly csrfToken: string;
}

interface OpenSession extends Session {
  readonly startedAt: number;
  lastUsedAt: number;
}

/**
 * The sessions of the page, by the hash of their id: 128 random bits that only the browser's cookie holds. They live in
 * the memory of this one process, so a restart ends them; processes that share a database would have to keep them there.
 */
@Injectable()
export class Sessions {
  private readonly open = new Map<string, OpenSession>();
  private readonly endListeners = new Set<(session: Session) => void>();

  constructor(private readonly clock: Clock) {}

  /** Opens a session. Returns its id, which is kept nowhere else. */
  start(name: string | null): string {
    const id = randomBytes(16).toString('base64url');
    const now = this.clock.now().getTime();
    this.endOverdue();
    this.endOldest();
    this.open.set(hashOf(id), {
      name,
      csrfToken: randomBytes(16).toString('base64url'),
      startedAt: now,
      lastUsedAt: now,
    });
    return id;
  }

  /** Finds a session that has not ended, and leaves its idle end where it is. */
  find(id: string): Session | null {
    return this.findOpen(id);
  }

  /** Finds a session that has not ended, for something that a person does: its idle end moves on. */
  use(id: string): Session | null {
    const session = this.findOpen(id);
    if (session !== null) session.lastUsedAt = this.clock.now().getTime();
    return session;
  }

  end(id: string): void {
    this.remove(hashOf(id));
  }

  /** Ends those whose time is over; whoever follows them is told. */
  endOverdue(): void {
    for (const [hash, session] of this.open) {
      if (this.isOver(session)) this.remove(hash);
    }
  }

  /** Calls back with each session that ends. Returns how to stop it. */
  onEnd(listener: (session: Session) => void): () => void {
    this.endListeners.add(listener);
    return () => this.endListeners.delete(listener);
  }

  private findOpen(id: string): OpenSession | null {
    const hash = hashOf(id);
    const session = this.open.get(hash);
    if (session === undefined) return null;
    if (!this.isOver(session)) return session;
    this.remove(hash);
    return null;
  }

  private isOver({ startedAt, lastUsedAt }: OpenSession): boolean {
    const now = this.clock.now().getTime();
    // A clock that was set back far must not prolong a session, so the distance counts in both directions.
    return Math.abs(now - lastUsedAt) >= idleEndMs || Math.abs(now - startedAt) >= absoluteEndMs;
  }

  private endOldest(): void {
    const [oldest] = [...this.open].toSorted(([, a], [, b]) => a.lastUsedAt - b.lastUsedAt);
    if (oldest !== undefined && this.open.size >= maxSessions) this.remove(oldest[0]);
  }

  private remove(hash: string): void {
    const session = this.open.get(hash);
    if (session === undefined) return;
    this.open.delete(hash);
    for (const listener of this.endListeners) listener(session);
  }
}

/** Tells whether `candidate` is the session's CSRF token, in a time that does not depend on how much of it is right. */
export function isCsrfTokenOf(session: Session, candidate: unknown): boolean {
  if (typeof candidate !== 'string') return false;
  return timingSafeEqual(digest(candidate), digest(session.csrfToken));
}

function hashOf(id: string): string {
  return digest(id).toString('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
