import { describe, expect, it } from 'vitest';
import { commands } from './commands.js';
import { findSimilar } from './find-similar.js';

describe('findSimilar', () => {
  const names = Object.keys(commands);

  it.each([
    ['staus', 'status'],
    ['Status', 'status'],
    ['docter', 'doctor'],
    ['peer', 'peers'],
    ['evnets', 'events'],
    ['suport-bundle', 'support-bundle'],
    ['rotatekey', 'rotate-key'],
    ['check-authorisation-server', 'check-authorization-server'],
  ])('suggests for the mistyped command "%s" the command "%s"', (typed, expected) => {
    expect(findSimilar(typed, names)).toBe(expected);
  });

  it.each(['sell', 'x', '', 'constructor'])(
    'suggests nothing for "%s", which is similar to no command',
    (typed) => {
      expect(findSimilar(typed, names)).toBeNull();
    },
  );
});
