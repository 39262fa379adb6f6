const EARLIEST_PART_OF_LIFE = 0.5;
const LATEST_PART_OF_LIFE = 0.7;
const RETRY_CAP_MS = 15 * 60_000;
const RETRY_CAP_PART_OF_LIFE = 0.05;
const LEAST_RETRY_MS = 1_000;
const LONGEST_RETRY_AFTER_PART_OF_LIFE = 0.2;

/** Tells when a token should be refreshed: between 50 and 70 % of its life, so that a chain of tills does not ask at once. */
export function refreshAt(receivedAt: Date, lifeMs: number, random: number): Date {
  const part = EARLIEST_PART_OF_LIFE + random * (LATEST_PART_OF_LIFE - EARLIEST_PART_OF_LIFE);
  return new Date(receivedAt.getTime() + Math.floor(lifeMs * part));
}

/**
 * Tells how long to wait after the n-th failure in a row: full jitter, uniform in [1 s, min(cap, 1 s · 2ⁿ)], on top of
 * what the server asks for with `Retry-After`, as far as the token's life allows.
 */
export function retryDelayMs(failures: number, lifeMs: number, random: number, retryAfterMs = 0): number {
  const capMs = Math.max(LEAST_RETRY_MS, Math.min(RETRY_CAP_MS, lifeMs * RETRY_CAP_PART_OF_LIFE));
  const ceilingMs = Math.min(capMs, LEAST_RETRY_MS * 2 ** Math.min(failures, 30));
  const askedMs = Math.max(0, Math.min(retryAfterMs, lifeMs * LONGEST_RETRY_AFTER_PART_OF_LIFE));
  return Math.floor(askedMs + LEAST_RETRY_MS + random * Math.max(0, ceilingMs - LEAST_RETRY_MS));
}
