import { describe, expect, it } from 'vitest';
import { chooseLocale } from './render-context.js';

describe('chooseLocale', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-CH,de;q=0.9,en;q=0.8', 'de-CH'],
    ['en;q=0.5, fr;q=0.9', 'fr'],
    ['zh-Hant-TW', 'zh-Hant-TW'],
    ['es-419', 'es-419'],
    ['fr;q=0, de;q=0.1', 'de'],
    ['*', 'en'],
    ['xx-unknown, sv', 'sv'],
    ['ar-u-nu-latn, it', 'it'],
    ['de;q=much, nl', 'nl'],
    ['"><script>, pl', 'pl'],
    [Array<string>(5000).fill('x').join(','), 'en'],
  ])('reads the header %s as the locale %s', (header, locale) => {
    expect(chooseLocale(header)).toBe(locale);
  });
});
