import { createHmac } from 'node:crypto';

const bucketMs = 300_000;

/**
 * Generates and checks the nonces of DPoP proofs (RFC 9449 section 8). Each five minutes have one nonce, derived from
 * a secret, so that none is stored and all survive a restart. The current and the previous one are accepted.
 */
export class DpopNonces {
  readonly #secret: Buffer;

  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  current(now: Date): string {
    return this.#derive(bucketOf(now));
  }

  isValid(nonce: string, now: Date): boolean {
    const bucket = bucketOf(now);
    return nonce === this.#derive(bucket) || nonce === this.#derive(bucket - 1);
  }

  #derive(bucket: number): string {
    return createHmac('sha256', this.#secret)
      .update(String(bucket))
      .digest()
      .subarray(0, 16)
      .toString('base64url');
  }
}

function bucketOf(now: Date): number {
  return Math.floor(now.getTime() / bucketMs);
}
