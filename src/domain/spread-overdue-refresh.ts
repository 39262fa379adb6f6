import type { LicenseState } from './license-state.js';
import { missedRefreshAt, stableOffset } from './refresh-schedule.js';

/** Moves a refresh that is overdue at startup to its slot. Returns the same state if there is none or it is due immediately. */
export function spreadOverdueRefresh(
  state: LicenseState,
  refreshIntervalMs: number,
  startedAt: Date,
): LicenseState {
  const { identity, license, refresh } = state;
  if (identity === null || license === null || refresh.nextAttemptAt === null) return state;
  // An interrupted attempt may have reached the server, whose grace period for a lost answer may be short.
  if (refresh.nextAttemptAt > startedAt || refresh.intentAt !== null) return state;
  const offset = stableOffset(identity.serverId);
  const nextAttemptAt = missedRefreshAt(license.token, refreshIntervalMs, offset, startedAt);
  return nextAttemptAt > startedAt ? { ...state, refresh: { ...refresh, nextAttemptAt } } : state;
}
