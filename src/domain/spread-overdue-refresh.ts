import type { LicenseState } from './license-state.js';
import { missedRefreshAt, stableOffset } from './refresh-schedule.js';

/** The state with a place of its own for a refresh that is overdue at the start; null: none is, or it is due at once. */
export function spreadOverdueRefresh(
  state: LicenseState,
  refreshIntervalMs: number,
  startedAt: Date,
): LicenseState | null {
  const { identity, license, refresh } = state;
  if (identity === null || license === null || refresh.nextAttemptAt === null) return null;
  // One that was under way when the server ended may have been seen: the grace for its lost answer may be short.
  if (refresh.nextAttemptAt > startedAt || refresh.intentAt !== null) return null;
  const offset = stableOffset(identity.serverId);
  const nextAttemptAt = missedRefreshAt(license.token, refreshIntervalMs, offset, startedAt);
  return nextAttemptAt > startedAt ? { ...state, refresh: { ...refresh, nextAttemptAt } } : null;
}
