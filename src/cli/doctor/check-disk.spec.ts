import { describe, expect, it } from 'vitest';
import { judgeFreeSpace } from './check-disk.js';

describe('judgeFreeSpace', () => {
  it.each([
    [0, 'fail'],
    [63, 'fail'],
    [64, 'warn'],
    [511, 'warn'],
    [512, 'ok'],
  ])('calls %i MB: %s', (freeMegabytes, verdict) => {
    expect(judgeFreeSpace(freeMegabytes).verdict).toBe(verdict);
  });
});
