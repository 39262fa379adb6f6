import { type TokenLife, tokenLifeMs } from './license.js';

/** The latest first refresh, as a fraction of the token's lifetime. */
const latestPartOfLife = 0.7;
/**
 * The earliest first refresh, as a fraction of the latest: 0.5 / 0.7 spreads refreshes over 50–70 % of the lifetime.
 */
const earliestPartOfLatest = 5 / 7;
/** The same after failures: a wider window separates servers that an outage has synchronized. */
const earliestPartAfterFailures = 1 / 7;

const backoffBaseMs = 1000;
const backoffCapMs = 15 * 60_000;
const backoffCapPartOfLife = 0.05;
const minRetryDelayMs = 1000;
const refusedRetryCaps = 4;
const retryAfterPartOfLife = 0.2;

/**
 * Returns when to refresh a token first: at a stable slot per device, in the window before the refresh interval or
 * before 70 % of the lifetime, whichever ends first. So a chain of stores does not call the Authorization server
 * simultaneously.
 * @param offset the device's slot in the window, 0 ≤ offset < 1: see {@link stableOffset}
 * @param isAfterFailures whether earlier attempts failed. If the refresh interval limits the window, the window then
 *   starts much earlier, once: otherwise all servers hit by an outage would return in one wave
 */
export function firstRefreshAt(
  token: TokenLife,
  refreshIntervalMs: number,
  offset: number,
  isAfterFailures = false,
): Date {
  const latestMs = latestRefreshMs(token, refreshIntervalMs);
  const isIntervalShorter = refreshIntervalMs < tokenLifeMs(token) * latestPartOfLife;
  const earliestPart =
    isAfterFailures && isIntervalShorter ? earliestPartAfterFailures : earliestPartOfLatest;
  const delayMs = latestMs * (earliestPart + (1 - earliestPart) * offset);
  const receivedMs = token.receivedAt.getTime();
  // A clock far ahead receives every token near its end: without a pause, it would refresh continuously.
  const earliestMs = receivedMs + Math.floor(Math.min(delayMs, retryCapMs(tokenLifeMs(token))));
  const plannedMs = Math.min(receivedMs + Math.floor(delayMs), firstWarningMs(token));
  return new Date(Math.max(earliestMs, plannedMs));
}

/**
 * Returns when to run a refresh that was missed while the server was off: at the device's slot in a period as long as
 * the refresh window, so that a fleet whose power returns does not call simultaneously. Immediately if the first expiry
 * warning is near.
 */
export function missedRefreshAt(
  token: TokenLife,
  refreshIntervalMs: number,
  offset: number,
  now: Date,
): Date {
  const windowMs = latestRefreshMs(token, refreshIntervalMs) * (1 - earliestPartOfLatest);
  const spreadMs = Math.max(0, Math.min(windowMs, firstWarningMs(token) - now.getTime()));
  return new Date(now.getTime() + Math.floor(spreadMs * offset));
}

function latestRefreshMs(token: TokenLife, refreshIntervalMs: number): number {
  return Math.min(tokenLifeMs(token) * latestPartOfLife, refreshIntervalMs);
}

/** Warnings count back from `expiresAt`, so a token that was received late must still be refreshed before the first. */
function firstWarningMs(token: TokenLife): number {
  return token.expiresAt.getTime() - tokenLifeMs(token) * (1 - latestPartOfLife);
}

/**
 * Maps a device id to its slot in the refresh window, 0 ≤ offset < 1: stable across restarts and evenly distributed.
 */
export function stableOffset(deviceId: string): number {
  // FNV-1a, then the MurmurHash3 finalizer: FNV alone puts ids that differ in the last digit close together.
  let hash = 0x811c9dc5;
  for (let index = 0; index < deviceId.length; index++) {
    hash = Math.imul(hash ^ deviceId.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Returns the maximum retry delay: the smaller of 15 minutes and 5 % of the token's lifetime, at least 1 s. */
export function retryCapMs(lifeMs: number): number {
  return Math.max(minRetryDelayMs, Math.min(backoffCapMs, lifeMs * backoffCapPartOfLife));
}

/**
 * Returns the delay after the n-th consecutive failure: full jitter, uniform in [1 s, min(cap, 1 s · 2ⁿ)], added to any
 * `Retry-After`, so that clients with the same `Retry-After` do not return simultaneously.
 * @param failures consecutive failures, including this one
 * @param random 0 ≤ random < 1
 * @param retryAfterMs already bounded
 */
export function retryDelayMs(failures: number, lifeMs: number, random: number, retryAfterMs = 0): number {
  const ceilingMs = Math.min(retryCapMs(lifeMs), backoffBaseMs * 2 ** Math.min(failures, 30));
  return retryAfterMs + Math.floor(minRetryDelayMs + random * Math.max(0, ceilingMs - minRetryDelayMs));
}

/** Bounds a `Retry-After`, so that a store retries before its token expires. */
export function honoredRetryAfterMs(retryAfterMs: number, lifeMs: number, refreshIntervalMs: number): number {
  const partOfLifeMs = Math.floor(lifeMs * retryAfterPartOfLife);
  const maxMs = Math.min(refreshIntervalMs, Math.max(retryCapMs(lifeMs), partOfLifeMs));
  return Math.max(0, Math.min(retryAfterMs, maxMs));
}

/**
 * Returns whether the next attempt is due at `now`. A time beyond every possible delay was set while the clock was
 * ahead; it counts as due.
 */
export function isRefreshDue(nextAttemptAt: Date | null, refreshIntervalMs: number, now: Date): boolean {
  if (nextAttemptAt === null) return false;
  const waitMs = nextAttemptAt.getTime() - now.getTime();
  return waitMs <= 0 || waitMs > Math.max(refreshIntervalMs, backoffCapMs * refusedRetryCaps) + backoffCapMs;
}

/** Returns the delay after the server refused the license: long, because only a person can change that. */
export function refusedRetryDelayMs(lifeMs: number, random: number): number {
  return Math.floor(retryCapMs(lifeMs) * refusedRetryCaps * (0.75 + random / 4));
}
