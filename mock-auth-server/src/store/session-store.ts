import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { hashSecret } from '../hash.js';

const idleLifeMs = 3_600_000;
const maxLifeMs = 12 * 3_600_000;

export interface Session {
  /** The hash of the session id, which identifies the session but cannot be used to log in. */
  key: string;
  csrfToken: string;
}

interface SessionRow {
  csrf_token: string;
  created_at: number;
  last_seen_at: number;
}

/** Stores the sessions of people, with an idle and an absolute end, and their ids as hashes. */
export class SessionStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Starts a session and returns its id, which only the cookie contains. */
  start(now: Date): string {
    this.#database
      .prepare('DELETE FROM sessions WHERE created_at <= ? OR last_seen_at <= ?')
      .run(now.getTime() - maxLifeMs, now.getTime() - idleLifeMs);
    const id = randomBytes(32).toString('base64url');
    this.#database
      .prepare('INSERT INTO sessions (id_hash, csrf_token, created_at, last_seen_at) VALUES (?, ?, ?, ?)')
      .run(hashSecret(id), randomBytes(32).toString('base64url'), now.getTime(), now.getTime());
    return id;
  }

  /** Returns the live session of an id and extends its idle end; `null` if there is none. */
  visit(id: string, now: Date): Session | null {
    const idHash = hashSecret(id);
    const select = this.#database.prepare<[Buffer], SessionRow>('SELECT * FROM sessions WHERE id_hash = ?');
    const row = select.get(idHash);
    const isLive =
      row !== undefined &&
      now.getTime() < row.created_at + maxLifeMs &&
      now.getTime() < row.last_seen_at + idleLifeMs;
    if (!isLive) return null;
    this.#database
      .prepare('UPDATE sessions SET last_seen_at = ? WHERE id_hash = ?')
      .run(now.getTime(), idHash);
    return { key: idHash.toString('hex'), csrfToken: row.csrf_token };
  }

  end(id: string): void {
    this.#database.prepare('DELETE FROM sessions WHERE id_hash = ?').run(hashSecret(id));
  }
}
