import { describe, expect, it } from 'vitest';
import { checkFreeSpace } from './check-disk.js';

describe('checkFreeSpace', () => {
  it.each([
    [0, 'fail'],
    [63, 'fail'],
    [64, 'warn'],
    [511, 'warn'],
    [512, 'ok'],
  ])('gives %i MB of free space the verdict "%s"', (freeMegabytes, verdict) => {
    expect(checkFreeSpace(freeMegabytes).verdict).toBe(verdict);
  });
});
