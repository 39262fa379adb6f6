import { describe, expect, it } from 'vitest';
import { chooseLocale } from './render-context.js';

describe('chooseLocale', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['es', 'es'],
    ['es-MX,es;q=0.9,en;q=0.8', 'es-MX'],
    ['es-MX, en', 'es-MX'],
    ['es;q=0.5, en-GB;q=0.9', 'en-GB'],
    ['es-419', 'es-419'],
    ['ES', 'ES'],
    ['de-CH,de;q=0.9', 'en'],
    ['ca, es;q=0.5', 'es'],
    ['es;q=0, de;q=0.1', 'en'],
    ['est, *;q=0.1', 'en'],
    ['es-u-nu-arab, es-AR', 'es-AR'],
    ['es-x-"><script>', 'en'],
    ['de;q=much, es', 'es'],
    [Array<string>(5000).fill('x').join(','), 'en'],
  ])('reads the header %s as the locale %s', (header, locale) => {
    expect(chooseLocale(header)).toBe(locale);
  });

  it.each([
    ['es', 'en-GB', 'es'],
    ['es', 'en, es-MX;q=0.1', 'es-MX'],
    ['en', 'es', 'en'],
    ['en', undefined, 'en'],
  ] as const)('with the fixed language %s, reads the header %s as the locale %s', (fixed, header, locale) => {
    expect(chooseLocale(header, fixed)).toBe(locale);
  });
});
