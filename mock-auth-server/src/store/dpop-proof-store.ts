import type { Database } from 'better-sqlite3';
import { hashSecret } from '../hash.js';

/** Longer than the validity of a proof: 10 minutes with a nonce, ±300 s without. */
const recordedMs = 900_000;

/** Stores used DPoP proofs to detect a replay (RFC 9449 section 11.1). */
export class DpopProofStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Records a proof. Returns `false` if it was used before. */
  record(proof: { jkt: string; jti: string }, now: Date): boolean {
    this.#database.prepare('DELETE FROM dpop_proofs WHERE expires_at <= ?').run(now.getTime());
    return (
      this.#database
        .prepare('INSERT INTO dpop_proofs (hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(hashSecret(`${proof.jkt}.${proof.jti}`), now.getTime() + recordedMs).changes === 1
    );
  }
}
