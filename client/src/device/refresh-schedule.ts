const EARLIEST_PART_OF_LIFE = 0.5;
const LATEST_PART_OF_LIFE = 0.7;
const RETRY_CAP_MS = 15 * 60_000;
const RETRY_CAP_PART_OF_LIFE = 0.05;
const LEAST_RETRY_MS = 1_000;
const LONGEST_RETRY_AFTER_PART_OF_LIFE = 0.2;

/**
 * Returns when to refresh a token: at a random point between 50 and 70 % of its life, so that the registers of a chain do
 * not refresh at the same time.
 */
export function refreshAt(receivedAt: Date, lifeMs: number, random: number): Date {
  const part = EARLIEST_PART_OF_LIFE + random * (LATEST_PART_OF_LIFE - EARLIEST_PART_OF_LIFE);
  return new Date(receivedAt.getTime() + Math.floor(lifeMs * part));
}

/**
 * Returns how long to wait after the n-th failure in a row, in milliseconds: full jitter, uniform in
 * [1 s, min(cap, 1 s · 2ⁿ)], plus the server's `Retry-After`, which counts up to 20 % of the token's life.
 */
export function retryDelayMs(failures: number, lifeMs: number, random: number, retryAfterMs = 0): number {
  const capMs = Math.max(LEAST_RETRY_MS, Math.min(RETRY_CAP_MS, lifeMs * RETRY_CAP_PART_OF_LIFE));
  const ceilingMs = Math.min(capMs, LEAST_RETRY_MS * 2 ** Math.min(failures, 30));
  const askedMs = Math.max(0, Math.min(retryAfterMs, lifeMs * LONGEST_RETRY_AFTER_PART_OF_LIFE));
  return Math.floor(askedMs + LEAST_RETRY_MS + random * Math.max(0, ceilingMs - LEAST_RETRY_MS));
}
