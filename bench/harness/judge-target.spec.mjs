import { describe, expect, it } from 'vitest';
import { judgeTarget } from './judge-target.mjs';
import { fitExponent, median, quantile } from './statistics.mjs';

/** @param {Record<string, number[]>} costs of each contender, a number for each round */
const samples = (costs) =>
  new Map(Object.entries(costs).map(([name, values]) => [name, new Map([['cpu', values]])]));

describe('judgeTarget', () => {
  it('compares within each round, so that a slow moment of the machine affects both', () => {
    const target = /** @type {const} */ ({ kind: 'ratio', figure: 'cpu', ours: 'a', other: 'b', atMost: 2 });
    const judged = judgeTarget(target, samples({ a: [10, 300, 10], b: [5, 150, 5] }));
    expect(judged).toMatchObject({ value: 2, isMet: true });
  });

  it.each([
    [[10, 10, 10, 10], false],
    [[10, 20, 10, 20], true],
  ])('marks a comparison with a baseline of %j as too noisy to judge: %s', (baseline, isNoisy) => {
    const target = /** @type {const} */ ({ kind: 'ratio', figure: 'cpu', ours: 'a', other: 'b', atMost: 2 });
    expect(judgeTarget(target, samples({ a: [90, 90, 90, 90], b: baseline }))).toMatchObject({
      isMet: false,
      isNoisy,
    });
  });

  it('does not judge a target that is closer to the ratio than the ratio is certain', () => {
    const target = /** @type {const} */ ({
      kind: 'ratio',
      figure: 'cpu',
      ours: 'a',
      other: 'b',
      atMost: 1.1,
    });
    const b = [10, 10, 10, 10, 10];
    expect(judgeTarget(target, samples({ a: [10.5, 11.2, 11.3, 11.8, 12], b }))).toMatchObject({
      isMet: false,
      isNoisy: true,
    });
    expect(judgeTarget(target, samples({ a: [12, 12.2, 12.3, 12.4, 13], b }))).toMatchObject({
      isMet: false,
      isNoisy: false,
    });
  });

  it.each([
    [0.8, true],
    [0.81, false],
  ])('inverts the ratio for a target of at least %f × the speed', (atLeast, isMet) => {
    const target = /** @type {const} */ ({ kind: 'ratio', figure: 'cpu', ours: 'a', other: 'b' });
    expect(judgeTarget({ ...target, atLeast }, samples({ a: [10], b: [8] }))).toMatchObject({ isMet });
  });

  it('compares the median with a limit', () => {
    const target = /** @type {const} */ ({ kind: 'limit', figure: 'cpu', ours: 'a', atMost: 2 });
    expect(judgeTarget(target, samples({ a: [1, 2, 9] }))).toMatchObject({ value: 2, isMet: true });
    expect(judgeTarget(target, samples({ a: [1, 3, 9] }))).toMatchObject({ value: 3, isMet: false });
  });

  it('computes how a cost grows with the size in the names of the contenders', () => {
    const target = /** @type {const} */ ({ kind: 'growth', figure: 'cpu', atMost: 1 });
    const { value } = judgeTarget(target, samples({ 10: [5], 100: [50], 1000: [500] }));
    expect(value).toBeCloseTo(1);
  });

  it('fails for a contender without samples', () => {
    const target = /** @type {const} */ ({ kind: 'limit', figure: 'cpu', ours: 'c', atMost: 2 });
    expect(() => judgeTarget(target, samples({ a: [1] }))).toThrow('"c" has no figure "cpu"');
  });
});

describe('statistics', () => {
  it('returns the middle value, or the mean of the two middle values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([0, 100], 0.99)).toBe(99);
  });

  it.each([0, 0.5, 1, 2])('computes the exponent %f', (exponent) => {
    const points = [1, 10, 100].map((size) => ({ size, cost: 7 * size ** exponent }));
    expect(fitExponent(points)).toBeCloseTo(exponent);
  });
});
