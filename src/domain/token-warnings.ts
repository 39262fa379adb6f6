import { type TokenLife, tokenLifeMs } from './license.js';

/** A refresh happens by 70 % of a token's life, so a healthy server never reaches the first of these parts. */
const partsOfLife = [4, 8, 20] as const;

/** How many thresholds a configuration may name: one for each part of the token's life. */
export const maxTokenWarnings = partsOfLife.length;

/**
 * Tells when to warn of a token's end, in seconds before it, largest first and without repeats.
 * Each is the smaller of what is configured and a quarter, an eighth, a twentieth of the token's life, so that a
 * short-lived token does not warn from its first second.
 */
export function tokenWarningThresholds(token: TokenLife, configuredSeconds: readonly number[]): number[] {
  const lifeSeconds = tokenLifeMs(token) / 1000;
  const thresholds = configuredSeconds
    .slice(0, maxTokenWarnings)
    .map((seconds, index) => Math.min(seconds, Math.floor(lifeSeconds / (partsOfLife[index] ?? 1))));
  return [...new Set(thresholds)].filter((seconds) => seconds > 0).toSorted((a, b) => b - a);
}

/**
 * Tells which thresholds have been reached at `now` and not yet announced, in the order in which they were reached.
 * 0 stands for the end of the token itself. `announced` is the last one told of this token, or null.
 */
export function dueTokenWarnings(
  token: TokenLife,
  configuredSeconds: readonly number[],
  announced: number | null,
  now: Date,
): number[] {
  const remainingMs = token.expiresAt.getTime() - now.getTime();
  const reached = tokenWarningThresholds(token, configuredSeconds).filter(
    (seconds) => remainingMs <= seconds * 1000,
  );
  if (remainingMs < 0) reached.push(0);
  return reached.filter((seconds) => announced === null || seconds < announced);
}
