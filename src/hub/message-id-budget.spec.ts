import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MessageIdBudget } from './message-id-budget.js';

describe('MessageIdBudget', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('accepts 1,000 ids of a store in a row, then one each 10 seconds, and does not limit another store', () => {
    const budget = new MessageIdBudget();
    const take = (count: number) =>
      Array.from({ length: count }, (_, index) => budget.take('srv-store-1', `id-${index}`)).filter(Boolean);
    expect(take(1500)).toHaveLength(1000);
    vi.advanceTimersByTime(30_000);
    expect(take(10)).toHaveLength(3);
    expect(budget.take('srv-store-2', 'id-1')).toBe(true);
  });

  it('rejects an id that is longer than any message id of a store server or has another form', () => {
    const budget = new MessageIdBudget();
    expect(['x'.repeat(64), '01M85ZWQARH5H6MM1YC03BRYEF.2'].map((id) => budget.take('a', id))).toEqual([
      true,
      true,
    ]);
    expect(['', 'x'.repeat(65), 'a b', 'é'].map((id) => budget.take('a', id))).toEqual(
      Array<boolean>(4).fill(false),
    );
  });
});
