import { randomBytes } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { RefreshToken } from '../domain/model.js';
import { hashSecret } from '../hash.js';

/** A refresh token expires after this long without use (RFC 9700 section 4.14.2). */
const idleLifeMs = 365 * 86_400_000;

interface RefreshTokenRow {
  hash: Buffer;
  grant_id: number;
  issued_at: number;
  expires_at: number;
  rotated_at: number | null;
}

/** Stores refresh tokens as hashes, each with its predecessor to detect a replay. */
export class RefreshTokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(refreshToken: string): RefreshToken | null {
    const select = this.#database.prepare<[Buffer], RefreshTokenRow>(
      'SELECT * FROM refresh_tokens WHERE hash = ?',
    );
    const row = select.get(hashSecret(refreshToken));
    return row ? toRefreshToken(row) : null;
  }

  /** Issues the first refresh token of a grant, or the successor of another. */
  issue(grantId: number, predecessor: RefreshToken | null, now: Date): string {
    const refreshToken = randomBytes(32).toString('base64url');
    this.#database
      .prepare(
        'INSERT INTO refresh_tokens (hash, grant_id, predecessor_hash, issued_at, expires_at) VALUES (?, ?, ?, ?, ?)',
      )
      .run(
        hashSecret(refreshToken),
        grantId,
        predecessor?.hash ?? null,
        now.getTime(),
        now.getTime() + idleLifeMs,
      );
    if (predecessor) {
      this.#database
        .prepare('UPDATE refresh_tokens SET rotated_at = coalesce(rotated_at, ?) WHERE hash = ?')
        .run(now.getTime(), predecessor.hash);
    }
    return refreshToken;
  }

  recordUse(refreshToken: RefreshToken, now: Date): void {
    this.#database
      .prepare('UPDATE refresh_tokens SET used_at = ?, expires_at = ? WHERE hash = ?')
      .run(now.getTime(), now.getTime() + idleLifeMs, refreshToken.hash);
  }

  hasUsedSuccessor(refreshToken: RefreshToken): boolean {
    const select = this.#database.prepare(
      'SELECT 1 FROM refresh_tokens WHERE predecessor_hash = ? AND used_at > 0',
    );
    return select.get(refreshToken.hash) !== undefined;
  }

  /** Returns whether another successor of the same predecessor was used, so that this one is obsolete. */
  hasUsedSibling(refreshToken: RefreshToken): boolean {
    const select = this.#database.prepare(
      `SELECT 1 FROM refresh_tokens AS sibling JOIN refresh_tokens AS own ON own.predecessor_hash = sibling.predecessor_hash
       WHERE own.hash = ? AND sibling.hash <> own.hash AND sibling.used_at > 0`,
    );
    return select.get(refreshToken.hash) !== undefined;
  }
}

function toRefreshToken(row: RefreshTokenRow): RefreshToken {
  return {
    hash: row.hash,
    grantId: row.grant_id,
    issuedAt: new Date(row.issued_at),
    expiresAt: new Date(row.expires_at),
    rotatedAt: row.rotated_at === null ? null : new Date(row.rotated_at),
  };
}
