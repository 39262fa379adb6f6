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
    ['exactly what is locked, without another platform’s binary', installed, true],
    ['nothing', {}, false],
    ['another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }, false],
    ['other contents', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }, false],
    ['a package too many', { ...installed, 'node_modules/b': { version: '1.0.0' } }, false],
    ['a binary too many', { ...installed, 'node_modules/b': { version: '1.0.0', optional: true } }, true],
  ])('takes %s', (_name, found, expected) => {
    expect(isInstalledAsLocked(locked, found)).toBe(expected);
  });
});
