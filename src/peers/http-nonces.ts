import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const lifeMs = 5 * 60_000;
/** So that memory is bounded: a shop with a thousand registers does not reach it. */
const maxProofs = 50_000;

interface Nonce {
  readonly value: string;
  readonly madeAt: number;
  readonly seenJtis: Set<string>;
}

/**
 * The nonces of RFC 9449 section 8 for HTTP. A proof with a nonce that this process made a few minutes ago is fresh,
 * whatever the clock of the register says; the proofs seen are remembered with their nonce and forgotten with it. A
 * nonce of another process is answered with one of this, so that a proof cannot be replayed there.
 */
@Injectable()
export class HttpNonces {
  private present = makeNonce();
  private previous: Nonce | null = null;

  /** The nonce that the next proof should carry. */
  current(): string {
    const isOld = performance.now() - this.present.madeAt >= lifeMs;
    if (isOld || this.present.seenJtis.size >= maxProofs) {
      this.previous = this.present;
      this.present = makeNonce();
    }
    return this.present.value;
  }

  /** Takes a proof. `unknown-nonce`: it has none, or one that is too old; `replayed`: it was taken before. */
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
