import { describe, expect, it } from 'vitest';
import { encodeFeatures } from './encode-features.js';

describe('encodeFeatures', () => {
  it.each([
    [[], ''],
    [['xms', 'register'], 'xms,register'],
    [['pos:xms_1.0-a'], 'pos:xms_1.0-a'],
    [['支付'], '%E6%94%AF%E4%BB%98'],
    [['x,admin', 'y'], 'x%2Cadmin,y'],
    [["a b%(!)*'~"], 'a%20b%25%28%21%29%2A%27%7E'],
  ])('encodes %j as %s', (features, expected) => {
    expect(encodeFeatures(features)).toBe(expected);
  });
});
