import { describe, expect, it } from 'vitest';
import { benchmarks } from './benchmarks.mjs';
import { findShortfalls } from './format-results.mjs';

const base = { title: '', how: '', figures: {}, rounds: 7, medians: {} };
const judged = (/** @type {boolean} */ isMet, isNoisy = false) => [
  { what: 'a : b, cpu', value: 2, wanted: '≤ 1 × its cost', isMet, isNoisy },
];
const line = (/** @type {string} */ name) => `${name}: a : b, cpu is 2.00, but must be ≤ 1 × its cost`;

describe('findShortfalls', () => {
  it('separates missed targets from excepted ones and from those that are too noisy to judge', () => {
    const results = [
      { ...base, name: 'met', judged: judged(true) },
      { ...base, name: 'slow', judged: judged(false) },
      { ...base, name: 'noisy', judged: judged(false, true) },
      { ...base, name: 'known', exception: 'It is rare.', judged: judged(false) },
    ];
    expect(findShortfalls(results)).toEqual({
      missed: [line('slow')],
      excepted: [line('known')],
      unjudged: [line('noisy')],
    });
  });
});

describe('the benchmarks', () => {
  it('have at most two exceptions; that of verify-first applies to each algorithm', () => {
    const excepted = benchmarks.filter(({ exception }) => exception !== undefined);
    const names = excepted.map(({ name }) => name.replace(/^(verify-first)-.*/, '$1'));
    expect([...new Set(names)]).toEqual(['verify-first', 'refresh-license']);
  });
});
