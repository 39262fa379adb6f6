import { type TokenLife, tokenLifeMs } from './license.js';

/** By this part of a token's life its refresh is first tried. */
const latestPartOfLife = 0.7;
/** The earliest refresh as a part of the latest: 0.5 / 0.7, so that refreshes spread over 50–70 % of the life. */
const earliestPartOfLatest = 5 / 7;
/** The same after failures: refreshes of a fleet that an outage has brought together spread over as long as they are apart. */
const earliestPartAfterFailures = 1 / 7;

const backoffBaseMs = 1000;
const backoffCapMs = 15 * 60_000;
const backoffCapPartOfLife = 0.05;
const minRetryDelayMs = 1000;
const refusedRetryCaps = 4;
const retryAfterPartOfLife = 0.2;

/**
 * Tells when a token should first be refreshed: at a stable place of its own in the second half of its life for each
 * device, so that a chain of stores does not call the Authorization server at one moment.
 * @param offset the device's place in the window, 0 ≤ offset < 1: see {@link stableOffset}
 * @param isAfterFailures whether the token came late, as to everyone after an outage. Where the interval is what counts,
 *   the window then begins much earlier, once: otherwise all of them would come back in one wave
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
  return new Date(Math.max(receivedMs, Math.min(receivedMs + Math.floor(delayMs), firstWarningMs(token))));
}

/**
 * Tells when to make up for a refresh that was missed while the server was off: at the device's place in as long a time
 * as the refresh window is, so that a fleet whose power comes back does not call at one moment. At once where the first
 * warning of the token's end is near.
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

/** The warnings count from the issuer's end of the token: an answer that came late must not bring the first of them. */
function firstWarningMs(token: TokenLife): number {
  return token.expiresAt.getTime() - tokenLifeMs(token) * (1 - latestPartOfLife);
}

/** Maps a device id to its place in the refresh window, 0 ≤ offset < 1: the same at every start, evenly spread. */
export function stableOffset(deviceId: string): number {
  // FNV-1a, then the finalizer of MurmurHash3: FNV alone leaves ids that differ in the last digit close together.
  let hash = 0x811c9dc5;
  for (let index = 0; index < deviceId.length; index++) {
    hash = Math.imul(hash ^ deviceId.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** The longest wait between two tries, in ms: the smaller of 15 minutes and 5 % of the token's life, at least 1 s. */
export function retryCapMs(lifeMs: number): number {
  return Math.max(minRetryDelayMs, Math.min(backoffCapMs, lifeMs * backoffCapPartOfLife));
}

/**
 * Tells how long to wait after the n-th failure in a row: full jitter, uniform in [1 s, min(cap, 1 s · 2ⁿ)], after what
 * a `Retry-After` of the server asks for. The jitter comes on top of it, or all who were asked would come back at once.
 * @param failures failures in a row, this one included
 * @param random 0 ≤ random < 1
 * @param retryAfterMs as bounded by {@link honouredRetryAfterMs}
 */
export function retryDelayMs(failures: number, lifeMs: number, random: number, retryAfterMs = 0): number {
  const ceilingMs = Math.min(retryCapMs(lifeMs), backoffBaseMs * 2 ** Math.min(failures, 30));
  return retryAfterMs + Math.floor(minRetryDelayMs + random * Math.max(0, ceilingMs - minRetryDelayMs));
}

/** Bounds a `Retry-After`: no server may make a store wait until its token has ended. */
export function honouredRetryAfterMs(
  retryAfterMs: number,
  lifeMs: number,
  refreshIntervalMs: number,
): number {
  const partOfLifeMs = Math.floor(lifeMs * retryAfterPartOfLife);
  const maxMs = Math.min(refreshIntervalMs, Math.max(retryCapMs(lifeMs), partOfLifeMs));
  return Math.max(0, Math.min(retryAfterMs, maxMs));
}

/**
 * Tells whether the next try is due at `now`. One that is further away than any delay can be was planned by a clock that
 * stood ahead, and would never come.
 */
export function isRefreshDue(nextAttemptAt: Date | null, refreshIntervalMs: number, now: Date): boolean {
  if (nextAttemptAt === null) return false;
  const waitMs = nextAttemptAt.getTime() - now.getTime();
  return waitMs <= 0 || waitMs > Math.max(refreshIntervalMs, backoffCapMs * refusedRetryCaps) + backoffCapMs;
}

/** Tells how long to wait after the server refused the license itself: slowly, as only a person can change that. */
export function refusedRetryDelayMs(lifeMs: number, random: number): number {
  return Math.floor(retryCapMs(lifeMs) * refusedRetryCaps * (0.75 + random / 4));
}
