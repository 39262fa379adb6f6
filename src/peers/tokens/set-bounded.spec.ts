import { describe, expect, it } from 'vitest';
import { setBounded } from './set-bounded.js';

describe('setBounded', () => {
  it('keeps all entries up to the limit, then evicts the oldest', () => {
    const map = new Map<string, number>();
    for (const [index, key] of ['a', 'b', 'c'].entries()) setBounded(map, key, index, 3);
    expect([...map]).toEqual([['a', 0], ['b', 1], ['c', 2]]); // prettier-ignore
    setBounded(map, 'd', 3, 3);
    expect([...map]).toEqual([['b', 1], ['c', 2], ['d', 3]]); // prettier-ignore
  });
});
