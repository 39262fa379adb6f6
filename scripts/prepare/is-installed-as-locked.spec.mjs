import { describe, expect, it } from 'vitest';
import { isInstalledAsLocked } from './is-installed-as-locked.mjs';

const locked = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/a-other-platform': { version: '1.0.0', optional: true },
};
const installed = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } };

describe('isInstalledAsLocked', () => {
  it.each([
    ['the locked packages without the binary of another platform', installed, true],
    ['no package', {}, false],
    ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }, false],
    ['other contents', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }, false],
    ['an additional package', { ...installed, 'node_modules/b': { version: '1.0.0' } }, false],
    [
      'an additional optional binary',
      { ...installed, 'node_modules/b': { version: '1.0.0', optional: true } },
      true,
    ],
  ])('returns for %s whether it matches the lock file', (_name, found, expected) => {
    expect(isInstalledAsLocked(locked, found)).toBe(expected);
  });
});
