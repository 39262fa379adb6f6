import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const lifeMs = 5 * 60_000;
/** Bounds the memory; a shop with a thousand registers stays below it. */
const maxProofs = 50_000;

interface Nonce {
  readonly value: string;
  readonly madeAt: number;
  readonly seenJtis: Set<string>;
}

/**
 * Issues the nonces of RFC 9449 section 8 for HTTP. A recent nonce of this process proves that a proof is fresh,
 * whatever the register's clock. Used proofs are stored with their nonce and expire with it. A nonce of another process
 * is rejected with a new one, so that a proof cannot be replayed there.
 */
@Injectable()
export class HttpNonces {
  private present = makeNonce();
  private previous: Nonce | null = null;

  /** Returns the nonce for the next proof. */
  current(): string {
    const isOld = performance.now() - this.present.madeAt >= lifeMs;
    if (isOld || this.present.seenJtis.size >= maxProofs) {
      this.previous = this.present;
      this.present = makeNonce();
    }
    return this.present.value;
  }

  /**
   * Consumes a proof. `unknown-nonce`: the nonce is missing, foreign or too old; `replayed`: the proof was used before.
   */
  consume(nonce: string | null, jti: string): 'taken' | 'replayed' | 'unknown-nonce' {
    this.current();
    const known = [this.present, this.previous].find((candidate) => candidate?.value === nonce);
    if (!known || performance.now() - known.madeAt >= 2 * lifeMs) return 'unknown-nonce';
    if (known.seenJtis.has(jti)) return 'replayed';
    if (known.seenJtis.size >= maxProofs) return 'unknown-nonce';
    known.seenJtis.add(jti);
    return 'taken';
  }
}

function makeNonce(): Nonce {
  return { value: randomBytes(16).toString('base64url'), madeAt: performance.now(), seenJtis: new Set() };
}
