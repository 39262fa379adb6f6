import { hash as digest, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../domain/ports/clock.js';

const idleEndMs = 30 * 60_000;
const absoluteEndMs = 12 * 60 * 60_000;
/** Opening a session requires the admin token, so this limit guards against leaks, not against attackers. */
const maxSessions = 200;

/** A login of one person in one browser. */
export interface Session {
  /** The name that the person entered at the login, for the audit trail; `null` if there is none. */
  readonly name: string | null;
  /** Part of every form of the session. Other sites cannot know it. */
  readonly csrfToken: string;
}

/** Both by the monotonic clock, so that a correction of the clock neither ends nor prolongs a session. */
interface OpenSession extends Session {
  readonly startedAt: number;
  lastUsedAt: number;
}

/**
 * Stores the sessions of the page by the hash of their id, whose 128 random bits only the cookie of the browser contains.
 * Sessions are in the memory of one process: a restart ends them, and processes that share a database do not share them.
 */
@Injectable()
export class Sessions {
  private readonly open = new Map<string, OpenSession>();
  private readonly endListeners = new Set<(session: Session) => void>();

  constructor(private readonly clock: Clock) {}

  /** Starts a session and returns its id, which is stored nowhere. */
  start(name: string | null): string {
    const id = randomBytes(16).toString('base64url');
    const now = this.clock.uptimeMs();
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

  /** Returns an active session without extending its idle timeout. */
  find(id: string): Session | null {
    return this.findOpen(id);
  }

  /** Returns an active session and extends its idle timeout. */
  use(id: string): Session | null {
    const session = this.findOpen(id);
    if (session !== null) session.lastUsedAt = this.clock.uptimeMs();
    return session;
  }

  end(id: string): void {
    this.remove(hashOf(id));
  }

  /** Ends expired sessions and notifies the listeners. */
  endOverdue(): void {
    for (const [hash, session] of this.open) {
      if (this.isOver(session)) this.remove(hash);
    }
  }

  /** Calls the listener with each session that ends. Returns a function that removes the listener. */
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
    const now = this.clock.uptimeMs();
    return now - lastUsedAt >= idleEndMs || now - startedAt >= absoluteEndMs;
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

/** Compares a candidate with the CSRF token of a session in constant time. */
export function isCsrfTokenOf(session: Session, candidate: unknown): boolean {
  if (typeof candidate !== 'string') return false;
  return timingSafeEqual(
    digest('sha256', candidate, 'buffer'),
    digest('sha256', session.csrfToken, 'buffer'),
  );
}

function hashOf(id: string): string {
  return digest('sha256', id, 'base64url');
}
