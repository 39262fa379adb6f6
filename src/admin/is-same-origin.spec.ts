import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { isSameOrigin } from './is-same-origin.js';

const host = 'pos.example:3000';

describe('isSameOrigin', () => {
  it.each([
    [{}, true],
    [{ origin: 'http://pos.example:3000' }, true],
    [{ origin: 'https://POS.example:3000' }, true],
    [{ origin: 'http://pos.example' }, false],
    [{ origin: 'http://pos.example:3001' }, false],
    [{ origin: 'http://pos.example.evil:3000' }, false],
    [{ origin: 'null' }, false],
    [{ origin: '' }, false],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://outside.example' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: 'http://pos.example:3000' }, false],
    [{ 'sec-fetch-site': 'none' }, false],
  ])('judges the headers %j as same origin: %j', (headers, expected) => {
    expect(isSameOrigin({ headers, host } as FastifyRequest)).toBe(expected);
  });
});
