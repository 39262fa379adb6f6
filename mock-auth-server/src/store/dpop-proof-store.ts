import type { Database } from 'better-sqlite3';
import { hashSecret } from '../hash.js';

/** Longer than a nonce (10 min) or a window of ±300 s lets a proof live. */
const rememberedMs = 900_000;

/** The DPoP proofs that were used, so that a replay is told (RFC 9449 section 11.1). */
export class DpopProofStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Remembers a proof; false when it was used before. */
  remember(proof: { jkt: string; jti: string }, now: Date): boolean {
    this.#database.prepare('DELETE FROM dpop_proofs WHERE expires_at <= ?').run(now.getTime());
    return (
      this.#database
        .prepare('INSERT INTO dpop_proofs (hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
        .run(hashSecret(`${proof.jkt}.${proof.jti}`), now.getTime() + rememberedMs).changes === 1
    );
  }
}
