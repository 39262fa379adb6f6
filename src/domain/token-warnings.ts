import { type TokenLife, tokenLifeMs } from './license.js';

/**
 * Divisors of the token's lifetime. A refresh happens by 70 % of it, so a healthy server never reaches the first
 * threshold.
 */
const partsOfLife = [4, 8, 20] as const;

/** The maximum number of configured thresholds. */
export const maxTokenWarnings = partsOfLife.length;

/**
 * Returns the warning thresholds in seconds before expiry, largest first, without duplicates. Each is the smaller of
 * the configured value and a quarter, an eighth or a twentieth of the lifetime, so that a short-lived token does not
 * warn immediately.
 */
export function tokenWarningThresholds(token: TokenLife, configuredSeconds: readonly number[]): number[] {
  const lifeSeconds = tokenLifeMs(token) / 1000;
  const thresholds = partsOfLife.map((part, index) =>
    Math.min(configuredSeconds[index] ?? 0, Math.floor(lifeSeconds / part)),
  );
  return [...new Set(thresholds)].filter((seconds) => seconds > 0).toSorted((a, b) => b - a);
}

/**
 * Returns the thresholds reached at `now` but not yet announced, in the order reached. 0 is the expiry of the token.
 * `announced` is the last threshold emitted for this token, or `null`.
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
