import { describe, expect, it } from 'vitest';
import { RestartBudget } from './restart-budget.mjs';

describe('RestartBudget', () => {
  it('allows so many restarts within its window and no more', () => {
    const budget = new RestartBudget({ maxRestarts: 2, windowMs: 60_000 });
    expect([0, 1_000, 2_000].map((nowMs) => budget.take(nowMs))).toEqual([true, true, false]);
  });

  it('forgets a restart when the window has passed, and not a millisecond before', () => {
    const budget = new RestartBudget({ maxRestarts: 1, windowMs: 60_000 });
    expect([0, 59_999, 60_000].map((nowMs) => budget.take(nowMs))).toEqual([true, false, true]);
  });
});
