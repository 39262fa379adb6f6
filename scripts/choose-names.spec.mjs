import { describe, expect, it } from 'vitest';
import { chooseNames } from './choose-names.mjs';

describe('chooseNames', () => {
  it('returns the given names, or all names if none is given', () => {
    expect(chooseNames(['R1', 'S1'], ['S1', 'R1', 'R2'])).toEqual(['R1', 'S1']);
    expect(chooseNames([], ['S1', 'R1'])).toEqual(['S1', 'R1']);
  });

  it('refuses an unknown name and lists the known ones', () => {
    expect(() => chooseNames(['S1', 'r1'], ['S1', 'R1'])).toThrow('Unknown: r1. Choose from: S1, R1.');
  });
});
